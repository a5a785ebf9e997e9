"""The version of the language, and what a text may be at most."""

from __future__ import annotations

LANGUAGE_VERSION = 1

MAX_CHARACTERS, MAX_NESTING, MAX_NODES, MAX_COST = 4_000, 60, 200, 1_000_000
