"""What the page Explore consists of."""
