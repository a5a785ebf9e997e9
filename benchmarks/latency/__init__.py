"""How long one waits from asking for a scan until its results can be read, beside an earlier version."""
