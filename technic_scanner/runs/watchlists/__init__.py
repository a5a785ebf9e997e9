"""Watchlists: read from text, files and runs, kept with their versions, and looked up for scans and alerts."""
