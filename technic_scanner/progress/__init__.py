"""Counters, events and the ETA of a run; standard library only."""
