"""What the server holds and does for all readers: kept results, models, races, limits."""
