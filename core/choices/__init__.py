"""What a reader can choose, page by page; how it is read, edited, linked and saved."""
