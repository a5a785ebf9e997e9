"""The source of people's own files."""
