"""What the learning path consists of."""
