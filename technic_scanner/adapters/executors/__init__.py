"""Ways to run the chunks of a scan: threads here, Dask workers elsewhere."""
