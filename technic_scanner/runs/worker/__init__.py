"""Claiming and executing queued runs, with heartbeats to the store."""
