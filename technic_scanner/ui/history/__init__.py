"""All runs and what their timings say together."""
