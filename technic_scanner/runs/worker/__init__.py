"""Claiming and executing queued runs, and keeping them alive in the store."""
