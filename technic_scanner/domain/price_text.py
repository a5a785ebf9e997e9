"""Prices as text: cents from 1 on, and below as many decimals as tell the price steps of a plan apart."""

from __future__ import annotations

import math
from collections.abc import Iterable

CENTS = 2
# Below this a price has steps finer than a ten-thousandth: four significant digits.
FINER_BELOW, TEN_THOUSANDTHS = 0.05, 4
_MOST = 12


def price_decimals(prices: Iterable[float | None]) -> int:
    """Return the decimals that all of the known prices need, as a trade plan rounds them (docs/numbers.md)."""
    return max((_decimals(price) for price in prices if price is not None), default=CENTS)


def price_text(price: float) -> str:
    """Return a price as text, ``1,234.50``, ``0.31`` or ``0.003481``: zeros beyond the cents are left out."""
    cents, _, finer = f"{price:,.{_decimals(price)}f}".partition(".")
    return f"{cents}.{finer.rstrip('0').ljust(CENTS, '0')}"


def _decimals(price: float) -> int:
    size = abs(price)
    if not 0.0 < size < 1.0:  # also NaN
        return CENTS
    if size >= FINER_BELOW:
        return TEN_THOUSANDTHS
    return min(3 - math.floor(math.log10(size)), _MOST)
