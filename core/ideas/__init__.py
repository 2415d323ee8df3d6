"""One idea a module: what the pages about single ideas compute."""
