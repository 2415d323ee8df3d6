"""What is known of one reader: the choice, the edits, the address, the score."""
