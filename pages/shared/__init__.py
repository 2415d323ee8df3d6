"""What pages share: the frame, the reader's choice, controls, figures, views and texts."""
