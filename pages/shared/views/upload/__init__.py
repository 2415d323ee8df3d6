"""What the page for a reader's own tensors consists of."""
