"""The outside world behind ports; only bootstrap imports what is in here."""
