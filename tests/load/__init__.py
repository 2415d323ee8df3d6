"""Many readers at once, without browsers: `python -m tests.load` prints what this site promises."""
