"""Find out from bars alone which symbols trade on the same days, and which days are sessions."""

from __future__ import annotations

import numpy as np

from technic_scanner.screening.matrix import BoolArray, IntArray
from technic_scanner.screening.session_splits import split

# Fewer bars tell nothing about where a symbol is traded.
LEAST_BARS = 20
# A symbol trades on a weekday if it has this share of its bars on it.
WEEKDAY_SHARE = 0.08
# The share of a symbol's bars that may be on no session of a group that it founds with others.
ALIKE = 0.02
# A session is one of a group if this share of its listed members has a bar.
ATTENDANCE = 0.10
MOST_GROUPS = 16
_DAYS_PER_WEEK = 7
_MONDAY = 3  # of the first week of 1970, in days


def founded(present: BoolArray, days: IntArray) -> list[IntArray]:
    """Return the rows of each group: symbols whose bars are on the same weekdays and on the same days.

    Exchanges whose days hardly differ follow one another, the largest first.
    """
    patterns, which, counts = _patterns(present)
    bars = patterns.sum(axis=1)
    weekdays = _weekdays(patterns, days, bars)
    left = bars >= LEAST_BARS
    found: list[IntArray] = []
    while left.any() and len(found) < MOST_GROUPS:
        seed = int(np.where(left, bars * counts, -1).argmax())
        candidates = left & (weekdays == weekdays[seed])
        members = candidates & _alike(patterns, bars, patterns[seed])
        members[seed] = True
        members = candidates & _alike(patterns, bars, attended(patterns[members], counts[members]))
        members[seed] = True
        left &= ~members
        numbers = np.flatnonzero(members)
        parts = [np.flatnonzero(np.isin(which, numbers[rows])) for rows in split(patterns[numbers], counts[numbers])]
        found += sorted(parts, key=len, reverse=True)
    return found


def _patterns(present: BoolArray) -> tuple[BoolArray, IntArray, IntArray]:
    """Return the distinct rows of (n, T), the number of its distinct row for each row, and how often each occurs."""
    packed, which, counts = np.unique(np.packbits(present, axis=1), axis=0, return_inverse=True, return_counts=True)
    return np.unpackbits(packed, axis=1, count=present.shape[1]).astype(bool), which.ravel(), counts


def _weekdays(patterns: BoolArray, days: IntArray, bars: IntArray) -> IntArray:
    """Return the weekdays on which each pattern has bars, as the bits of a number."""
    week = (days + _MONDAY) % _DAYS_PER_WEEK
    share = np.stack([patterns[:, week == day].sum(axis=1) for day in range(_DAYS_PER_WEEK)], axis=1)
    return (share >= WEEKDAY_SHARE * np.maximum(bars, 1)[:, None]) @ (1 << np.arange(_DAYS_PER_WEEK))


def _alike(patterns: BoolArray, bars: IntArray, calendar: BoolArray) -> BoolArray:
    """Return which patterns have nearly all of their bars on days of ``calendar`` (T,), as far as it reaches."""
    reach = np.flatnonzero(calendar)
    inside = slice(reach[0], reach[-1] + 1)
    shared = patterns[:, inside].sum(axis=1)
    strange = (patterns[:, inside] & ~calendar[inside]).sum(axis=1)
    alike: BoolArray = (shared >= LEAST_BARS) & (strange <= np.maximum(1, ALIKE * bars))
    return alike


def attended(present: BoolArray, counts: IntArray | None = None) -> BoolArray:
    """Return the sessions (T,) in which a tenth of the symbols (n, T) listed at the time has a bar."""
    weights = np.ones(len(present), np.int64) if counts is None else counts
    sessions = present.shape[1]
    listed = np.zeros(sessions + 1, np.int64)
    some = present.any(axis=1)
    np.add.at(listed, present.argmax(axis=1)[some], weights[some])
    np.subtract.at(listed, sessions - present[:, ::-1].argmax(axis=1)[some], weights[some])
    attending = weights @ present
    attended: BoolArray = (attending > 0) & (attending >= ATTENDANCE * np.cumsum(listed[:-1]))
    return attended


def exceeds(strange: IntArray, share: float, bars: IntArray) -> BoolArray:
    """Return whether more than one bar (n,), and more than a share of all, are on no session of a group."""
    exceeds: BoolArray = strange > np.maximum(1, share * bars)
    return exceeds
