"""Trained models: where their files are, their word pieces, and what a run leaves behind."""
