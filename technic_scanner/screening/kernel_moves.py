"""Tells in one pass, without the GIL, which rows move so little that no rule about jumps and odd prices can apply.

It may take a row too many for one that must be looked at, never one too few: the rules themselves are in ``quality``.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.kernel_compile import entry, exact
from technic_scanner.screening.matrix import BoolArray

# So far rounding may take a standard deviation from that of another order of additions.
_ROUNDING = 1.0 + 1e-9


# open, high, low, close: (n, T) each.
CalmPrices = tuple[FloatArray, FloatArray, FloatArray, FloatArray]


class Limits(NamedTuple):
    """When a row must be looked at; all but the last bar concerns the newest ``bars`` columns.

    If a close ÷ the one before is ``split`` or more, or its reciprocal or less. If the last move of ``jump`` was
    ``soon`` but not ``later`` changes ago, or ``later`` changes or more and the daily volatility is now below the
    ``share`` of that of the newest ``year`` changes without jumps. If a price of the last bar is ``far`` times one of
    the ``nearby`` closes before it, or that part of it.
    """

    bars: int
    year: int
    split: float
    jump: float
    soon: int
    later: int
    share: float
    nearby: int
    far: float


@exact
def _is_last_ordinary(
    open_: FloatArray, high: FloatArray, low: FloatArray, close: FloatArray, first: int, limits: Limits
) -> bool:
    end = len(close) - 1
    top = max(open_[end], high[end], low[end], close[end])
    bottom = min(open_[end], high[end], low[end], close[end])
    odd = np.isnan(open_[end] + high[end] + low[end] + close[end])
    for t in range(max(end - limits.nearby, first), end):
        odd |= not (top < limits.far * close[t] and bottom > close[t] / limits.far)
    return not odd


@exact
def _last_jump(close: FloatArray, first: int, limits: Limits) -> int:
    """Return the column of the last jump after column ``first``, −1 without any; the number of columns for a gap.

    A move that may be a split counts as a gap.
    """
    jumps = 0
    for t in range(first + 1, len(close)):  # no branch, so that the compiler handles several bars at once
        jumps += not 1.0 - limits.jump < close[t] / close[t - 1] < 1.0 + limits.jump
    if jumps == 0:
        return -1
    last = -1
    for t in range(first + 1, len(close)):
        change = close[t] / close[t - 1]
        if not 1.0 / limits.split < change < limits.split:
            return len(close)
        if not 1.0 - limits.jump < change < 1.0 + limits.jump:
            last = t
    return last


@exact
def _usual_volatility(close: FloatArray, first: int, jump: float) -> float:
    """Return the sample standard deviation of the changes after column ``first`` that are no jumps."""
    count, total, squares = 0, 0.0, 0.0
    for t in range(first + 1, len(close)):
        change = close[t] / close[t - 1]
        if 1.0 - jump < change < 1.0 + jump:
            count += 1
            total += change - 1.0
            squares += (change - 1.0) ** 2
    return math.sqrt(max(squares - total * total / max(count, 1), 0.0) / max(count - 1, 1))


@entry
def find_calm(
    prices: CalmPrices,
    volatility: FloatArray,
    limits: Limits,
    out: BoolArray,
) -> None:
    """Fill ``out`` (n,): whether no limit makes it necessary to look at a row, whose newest columns have no gap.

    ``prices`` are open, high, low and close (n, T), ``volatility`` (n,) is that of the newest changes a session.
    Columns before the first close are no gap.
    """
    open_, high, low, close = prices
    sessions = close.shape[1]
    for i in range(len(close)):
        row = close[i]
        first = max(sessions - limits.bars, 0)
        while first < sessions and np.isnan(row[first]):
            first += 1
        last = _last_jump(row, first, limits) if first < sessions else sessions
        after = sessions - 1 - last
        calm = last < sessions and _is_last_ordinary(open_[i], high[i], low[i], row, first, limits)
        if calm and last >= 0 and after >= limits.soon:
            usual = _usual_volatility(row, max(first, sessions - 1 - limits.year), limits.jump)
            calm = after >= limits.later and volatility[i] > limits.share * usual * _ROUNDING
        out[i] = calm
