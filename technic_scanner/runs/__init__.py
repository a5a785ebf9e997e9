"""Runs: submitting, claiming, recovering and analysing them over a store; no I/O of its own."""
