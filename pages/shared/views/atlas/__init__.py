"""All heads of a model or a file: the atlas, the finder, lines of several heads."""
