"""Winsorised means of the returns of many symbols, session by session, without the GIL; they have the bits of NumPy's.

Sums are those of NumPy's pairwise summation (Higham, The accuracy of floating point summation, 1993).
"""

from __future__ import annotations

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.kernel_compile import entry, exact
from technic_scanner.screening.matrix import BoolArray, IntArray

# So many numbers are added eight side by side; of more, two halves are added up first.
_BLOCK, _SIDES = 128, 8
# With two numbers as tails nothing would be left of them.
_LEAST_WITH_TAILS = 3
# Halves of halves, of as many numbers as there can be.
_DEPTH = 64

# What ``mean_growth`` remembers of n symbols: closes before, a session's returns, the same in another order, and when
# there was a close; and of sums in halves.
GrowthRoom = tuple[FloatArray, FloatArray, FloatArray, IntArray, FloatArray, IntArray]


def room_of(symbols: int) -> GrowthRoom:
    """Return room for ``mean_growth`` of so many symbols."""
    before, values, ranked = np.empty((3, symbols))
    return before, values, ranked, np.empty(symbols, np.int64), np.empty(_DEPTH), np.empty(_DEPTH, np.int64)


@exact
def _block_sum(values: FloatArray, start: int, stop: int) -> float:
    """Return the sum of at most _BLOCK numbers."""
    total: float = 0.0
    if stop - start < _SIDES:
        for i in range(start, stop):
            total += values[i]
        return total
    a, b, c, d = values[start], values[start + 1], values[start + 2], values[start + 3]
    e, f, g, h = values[start + 4], values[start + 5], values[start + 6], values[start + 7]
    i = start + _SIDES
    while i + _SIDES <= stop:
        a += values[i]
        b += values[i + 1]
        c += values[i + 2]
        d += values[i + 3]
        e += values[i + 4]
        f += values[i + 5]
        g += values[i + 6]
        h += values[i + 7]
        i += _SIDES
    total += ((a + b) + (c + d)) + ((e + f) + (g + h))
    while i < stop:
        total += values[i]
        i += 1
    return total


@exact
def _sum(values: FloatArray, count: int, sizes: IntArray, firsts: FloatArray) -> float:
    """Return the sum of the first ``count`` numbers; ``sizes`` and ``firsts`` are room (_DEPTH,).

    ``sizes`` has the numbers of each half on the way down, ``firsts`` the sum of the first half, NaN until it is known.
    """
    depth, at = 0, 0
    sizes[0] = count
    while True:
        while sizes[depth] > _BLOCK:
            firsts[depth] = np.nan
            half = sizes[depth] // 2
            sizes[depth + 1] = half - half % _SIDES
            depth += 1
        total = _block_sum(values, at, at + sizes[depth])
        at += sizes[depth]
        while depth > 0 and not np.isnan(firsts[depth - 1]):
            depth -= 1
            total += firsts[depth]
        if depth == 0:
            return total
        firsts[depth - 1] = total
        sizes[depth] = sizes[depth - 1] - sizes[depth]


@exact
def _place(values: FloatArray, low: int, high: int, wanted: int) -> float:
    """Return the number that would be at ``wanted`` if ``values`` from ``low`` to ``high`` were sorted.

    They are left with no greater number before it and no smaller one behind it (Hoare, Algorithm 65: FIND, 1961).
    """
    while low < high:
        pivot = values[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if wanted <= j:
            high = j
        elif wanted >= i:
            low = i
        else:
            break
    found: float = values[wanted]
    return found


@exact
def _limit_tails(values: FloatArray, count: int, share: int, ranked: FloatArray) -> None:
    """Set the ⌈count / share⌉ lowest and highest of the first ``count`` numbers to the next ones; of two, none."""
    if count < _LEAST_WITH_TAILS:
        return
    tail = -(-count // share)
    for i in range(count):
        ranked[i] = values[i]
    low = _place(ranked, 0, count - 1, tail)
    high = _place(ranked, tail, count - 1, count - 1 - tail)
    for i in range(count):
        values[i] = min(max(values[i], low), high)


@entry
def mean_growth(
    close: FloatArray,
    present: BoolArray,
    limits: tuple[int, int],
    room: GrowthRoom,
    out: FloatArray,
) -> None:
    """Fill ``out`` (T,) with 1 + the winsorised mean return of each session of ``close`` (T, n), 1 where nothing moved.

    ``present`` (T, n): which closes there are. ``limits``: the sessions that the close before may be old, and of how
    many returns one is winsorised at each end.
    """
    age, share = limits
    before, values, ranked, seen, firsts, sizes = room
    for i in range(len(seen)):
        seen[i] = -age - 1
    for t in range(len(close)):
        count = 0
        for i in range(close.shape[1]):
            if present[t, i]:
                if t - seen[i] <= age:
                    values[count] = close[t, i] / before[i]
                    count += 1
                before[i] = close[t, i]
                seen[i] = t
        out[t] = 1.0
        if count > 0:
            _limit_tails(values, count, share, ranked)
            out[t] = _sum(values, count, sizes, firsts) / count
