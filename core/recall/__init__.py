"""Recall: networks that read random codes of a sentence's words once, then are asked for each."""
