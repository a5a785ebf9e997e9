"""The four stages of a scan over ports; no I/O of its own."""
