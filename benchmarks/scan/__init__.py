"""Whole scans, from stored bars to a written CSV, beside what other libraries need for the indicators alone."""
