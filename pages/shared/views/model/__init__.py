"""What the page of the real model consists of."""
