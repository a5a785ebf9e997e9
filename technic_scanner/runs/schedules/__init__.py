"""Standing scans: schedules that queue their runs by themselves, each session exactly once."""
