"""What the page about popular claims consists of."""
