"""The history page: the table of all runs and statistics of their timings."""
