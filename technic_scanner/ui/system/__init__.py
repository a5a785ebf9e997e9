"""This installation: health, store, workers, sources, cache."""
