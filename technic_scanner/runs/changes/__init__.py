"""What is new in a run, compared with the last session for which the same criteria ran."""
