"""Submitting, estimating, watching, ending and reading runs."""
