"""What a reader takes away from any page: links, files, pictures."""
