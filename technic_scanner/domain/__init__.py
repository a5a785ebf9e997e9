"""Frozen data that every layer speaks of; standard library only."""
