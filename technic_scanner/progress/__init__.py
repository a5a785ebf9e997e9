"""Counters, events and the ETA of a run; imports only the standard library."""
