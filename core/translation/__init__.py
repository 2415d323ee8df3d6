"""Translation learned from pairs of sentences: with one vector, with attention, as a Transformer."""
