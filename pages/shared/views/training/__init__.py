"""What the page about training consists of."""
