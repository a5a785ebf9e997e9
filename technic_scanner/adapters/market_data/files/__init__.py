"""The source that reads the user's own files."""
