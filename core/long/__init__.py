"""One head over very long input, without an array of all pairs."""
