"""The sources of universes and bars, and the price cache."""
