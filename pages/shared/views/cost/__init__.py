"""What the page about cost consists of."""
