"""Claims that popular explanations get wrong, each with the numbers that show it."""
