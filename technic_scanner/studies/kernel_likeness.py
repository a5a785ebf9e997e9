"""How many symbols pairs of dates have in common, from sets of bits; compiled."""

from __future__ import annotations

from typing import Any

import numpy as np

from technic_scanner.criteria.kernel_compile import exact, kernel

_ONES, _PAIRS, _FOURS, _EIGHTS = (
    np.uint64(mask) for mask in (0x5555555555555555, 0x3333333333333333, 0x0F0F0F0F0F0F0F0F, 0x0101010101010101)
)
_ONE, _TWO, _FOUR, _TOP, _LOW = np.uint64(1), np.uint64(2), np.uint64(4), np.uint64(56), np.uint64(63)


@kernel
def fill_sets(rows: Any, starts: Any, out: Any) -> None:
    """Set the bits of ``out`` (D, words), 0 so far: the ``rows`` (E,) of date d, ``starts[d]`` to ``starts[d + 1]``."""
    for date in range(len(out)):
        for e in range(starts[date], starts[date + 1]):
            row = rows[e]
            out[date, row >> 6] |= _ONE << (np.uint64(row) & _LOW)


@kernel
def shared_sets(sets: Any, columns: Any, shares: Any, first: Any, stop: Any, out: Any) -> None:
    """Add to ``out`` (reach, 2) by how many sessions dates are apart: how alike pairs of them are, and how many.

    It is of the dates first … stop − 1 of ``columns`` (D,) with each later one less than ``reach`` sessions after it.
    ``sets`` (D, words) are their symbols, ``shares`` (D,) 1 ÷ the root of how many.
    """
    for date in range(first, stop):
        for later in range(date + 1, len(columns)):
            apart = columns[later] - columns[date]
            if apart >= len(out):
                break
            out[apart, 0] += _common(sets[date], sets[later]) * shares[date] * shares[later]
            out[apart, 1] += 1.0


@exact
def _common(one: Any, other: Any) -> Any:
    """Return how many bits are set in both."""
    count = np.uint64(0)
    for word in range(len(one)):
        bits = one[word] & other[word]
        bits -= (bits >> _ONE) & _ONES
        bits = (bits & _PAIRS) + ((bits >> _TWO) & _PAIRS)
        bits = (bits + (bits >> _FOUR)) & _FOURS
        count += (bits * _EIGHTS) >> _TOP
    return np.float64(count)
