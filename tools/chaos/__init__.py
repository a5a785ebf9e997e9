"""Break running scans on purpose and count what is lost: ``make chaos``; docs/reliability.md says what is promised."""
