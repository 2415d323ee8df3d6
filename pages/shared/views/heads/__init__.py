"""What the page about heads consists of."""
