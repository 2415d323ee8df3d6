"""The race: what is to be learned, who takes part, and how it is trained and read."""
