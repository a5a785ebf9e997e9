"""Where universes and bars come from: the sources and the price cache."""
