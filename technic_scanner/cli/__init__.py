"""The command line: scans, runs and hosting."""
