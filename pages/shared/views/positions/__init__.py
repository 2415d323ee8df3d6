"""What the page about positions consists of."""
