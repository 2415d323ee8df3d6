"""Where the numbers come from: each source is settings plus ``trace(sentence)``."""
