"""How long the standing scans of an evening take together."""
