"""What the page about attention and self-attention consists of."""
