"""Lists of symbols in sentences."""

from __future__ import annotations

from collections.abc import Sequence


def first_named(symbols: Sequence[str], most: int) -> str:
    """Return the first symbols: ``S03, S17``, or of more than ``most`` ``S03, S17 and others``."""
    return ", ".join(symbols[:most]) + (" and others" if len(symbols) > most else "")
