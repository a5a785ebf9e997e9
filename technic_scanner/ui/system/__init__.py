"""The system page: health, store, workers, sources and price cache of this installation."""
