"""The price cache: bars in Parquet segments, shared by processes."""
