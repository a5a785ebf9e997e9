"""Tell two exchanges apart whose days hardly differ: by a few days on which now the one, now the other is closed."""

from __future__ import annotations

import math

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.matrix import BoolArray, IntArray

# A side is at least so many symbols, so that the halts and stray bars of one are no exchange of its own.
LEAST_SYMBOLS = 2
# Each side is closed so often, not on neighbouring days, while the other is open: a halt is one occasion.
LEAST_OCCASIONS = 2
# What symbols with as many gaps, each on days of its own, would show with this probability is no exchange.
CHANCE = 0.01
# The same symbols are away on two days if their attendance correlates so much.
_SAME = 0.9
# Other symbols are away on two days if at most this share of the fewer are away on both.
_OTHER = 0.1
# A symbol is listed up to the end if it has a bar on one of so many days before.
_LIVE_DAYS = 5


def split(present: BoolArray, counts: IntArray) -> list[IntArray]:
    """Return the rows of each exchange among the patterns (n, T) of a group, which ``counts`` (n,) symbols have.

    One array of all rows if there is but one. Halts and gaps split nothing: they are of one symbol, of other symbols
    each time, on one occasion, or never the other way round.
    """
    waiting, apart = [np.arange(len(present))], []
    while waiting:
        rows = waiting.pop()
        away = _away(present[rows], counts[rows])
        if away is None:
            apart.append(rows)
        else:
            waiting += [rows[away], rows[~away]]
    return apart


def _away(present: BoolArray, counts: IntArray) -> BoolArray | None:
    """Return the patterns (n,) that are away together while others are not, and these at other times; None for none."""
    gone = _gone(present)
    days = np.flatnonzero(np.minimum(counts @ present, counts @ gone) >= LEAST_SYMBOLS)
    if len(days) < 2 * LEAST_OCCASIONS:
        return None
    same, others = _compared(present[:, days], gone[:, days], counts)
    occasions = np.array([1 + np.count_nonzero(np.diff(days[alike]) > 1) for alike in same])
    opposed = others & (occasions >= LEAST_OCCASIONS) & (occasions >= LEAST_OCCASIONS)[:, None]
    if not opposed.any():
        return None
    closed = ~_may_be_chance(present, gone, days, counts, occasions)
    opposed &= closed & closed[:, None]
    if not opposed.any():
        return None
    seed = int(np.where(opposed.any(axis=1), same.sum(axis=1), -1).argmax())
    return _side(present[:, days], gone[:, days], same[seed], opposed[seed], counts)


def _side(
    present: BoolArray, gone: BoolArray, same: BoolArray, opposed: BoolArray, counts: IntArray
) -> BoolArray | None:
    """Return who of (n,) is gone on the days that are the ``same`` (D,); None if that leaves one side too small."""
    together = present[:, same].sum(axis=1) - gone[:, same].sum(axis=1)
    # Who was not listed then may be told by the days on which others are gone.
    apart = present[:, opposed].sum(axis=1) - gone[:, opposed].sum(axis=1)
    away: BoolArray = np.where(together == 0, -apart, together) < 0
    symbols = int(counts[away].sum())
    return away if LEAST_SYMBOLS <= symbols <= counts.sum() - LEAST_SYMBOLS else None


def _gone(present: BoolArray) -> BoolArray:
    """Return by pattern and day (n, T) whether there is no bar though it was listed."""
    later = np.maximum.accumulate(present[:, ::-1], axis=1)[:, ::-1]
    later |= present[:, -_LIVE_DAYS:].any(axis=1, keepdims=True)
    gone: BoolArray = np.maximum.accumulate(present, axis=1) & later & ~present
    return gone


def _compared(present: BoolArray, gone: BoolArray, counts: IntArray) -> tuple[BoolArray, BoolArray]:
    """Return for which days (D, D) it is the same symbols that are gone (n, D), and for which it is others.

    The correlation of two days is that over the symbols listed on both.
    """
    # Numbers of symbols: float32 has them exactly, and is multiplied fastest.
    here, weights = present.astype(np.float32), counts.astype(np.float32)[:, None]
    there = gone.astype(np.float32)
    both_here, both_gone = (weights * here).T @ here, (weights * there).T @ there
    one_gone = (weights * here).T @ there
    listed = np.maximum(both_here + both_gone + one_gone + one_gone.T, 1.0)
    sums = both_here - both_gone + one_gone - one_gone.T  # of the row's day: here less gone
    spread = np.maximum(listed - sums**2 / listed, 0.0)
    covariance = both_here + both_gone - one_gone - one_gone.T - sums * sums.T / listed
    fewer = np.minimum(np.diag(both_gone), np.diag(both_gone)[:, None])
    same: BoolArray = (spread > 0.0) & (covariance >= _SAME * np.sqrt(spread * spread.T))
    others: BoolArray = both_gone <= _OTHER * fewer
    return same, others


def _may_be_chance(
    present: BoolArray, gone: BoolArray, days: IntArray, counts: IntArray, occasions: IntArray
) -> BoolArray:
    """Return for which ``days`` (D,) symbols of one exchange may be ``gone`` (n, T) together on so many occasions.

    The expected number of occasions of a set of symbols is that of independent gaps, as many as each symbol has; all
    sets of the same size are allowed for.
    """
    missing = gone.sum(axis=1)
    sessions = gone.shape[1]
    log_share = np.log(np.maximum(missing, 1) / np.maximum(missing + present.sum(axis=1), 1))
    expected = math.log(sessions) + (counts * log_share) @ gone[:, days]
    symbols = counts @ gone[:, days]
    sets = _log_factorial(counts.sum()) - _log_factorial(symbols) - _log_factorial(counts.sum() - symbols)
    may_be: BoolArray = sets + occasions * expected - _log_factorial(occasions) > math.log(CHANCE)
    return may_be


def _log_factorial(numbers: IntArray) -> FloatArray:
    return np.vectorize(math.lgamma, otypes=[np.float64])(numbers + 1.0)  # type: ignore[no-any-return]
