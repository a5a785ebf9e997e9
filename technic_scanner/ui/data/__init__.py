"""The page about the user's own price files."""
