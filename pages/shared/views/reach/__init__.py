"""What the page about reach consists of."""
