"""The page of watchlists."""
