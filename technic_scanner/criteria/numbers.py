"""The number that a literal with its unit means."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

_SCALES = {"%": "0.01", "bn": "1e9", "b": "1e9", "m": "1e6", "k": "1e3"}


@lru_cache(maxsize=4096)
def number_of(text: str) -> float:
    """Return the number of a literal in lower case, rounded once: ``57%`` is the same float as ``0.57``."""
    for unit, scale in _SCALES.items():
        if text.endswith(unit):
            return float(Decimal(text[: -len(unit)]) * Decimal(scale))
    return float(text)
