"""Notes and tags that people give symbols and runs."""
