"""What a request tells of its visitor and is counted by, with one adapter for each library behind it."""
