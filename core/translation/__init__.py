"""Translation learned from pairs of sentences: one vector, attention, a Transformer."""
