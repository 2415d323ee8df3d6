"""What the page about the reason for attention consists of."""
