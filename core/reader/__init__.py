"""The reader as a value: what they chose and changed, and how links and files say it."""
