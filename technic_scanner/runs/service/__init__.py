"""Submitting, forecasting, watching, ending and reading runs."""
