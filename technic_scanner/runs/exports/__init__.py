"""Results and timings as files: CSV, Parquet, Excel, HTML report."""
