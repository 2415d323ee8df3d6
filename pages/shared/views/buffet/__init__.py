"""What the page about the buffet consists of."""
