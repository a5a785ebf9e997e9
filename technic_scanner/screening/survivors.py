"""Tell from bars whether a list of symbols holds only those that are still traded."""

from __future__ import annotations

import numpy as np

from technic_scanner.screening.bars import DateArray, Panel
from technic_scanner.screening.matrix import SESSIONS_PER_YEAR

# A symbol whose bars end this many sessions before the newest one counts as dropped out.
_GONE_SESSIONS = 10
# The share of the symbols of a real market that end in a year: takeovers, bankruptcies, delistings.
ENDING_SHARE = 0.04
_LEAST_EXPECTED, _SUSPICIOUS = 5.0, 0.25


def endings(bars: Panel, through: DateArray) -> tuple[int, float]:
    """Return how many symbols stopped trading, and over how many years all symbols together were traded.

    A symbol has stopped if its last bar is more than ten sessions before the newest one that is known of it.
    """
    there = np.isfinite(bars.close)
    traded = np.flatnonzero(there.any(axis=1))
    if not len(traded):
        return 0, 0.0
    there, sessions = there[traded], bars.shape[1]
    first, last = there.argmax(axis=1), sessions - 1 - there[:, ::-1].argmax(axis=1)
    known = np.searchsorted(bars.sessions, through[traded], side="right") - 1
    ended = int((known - last >= _GONE_SESSIONS).sum())
    return ended, float((last - first + 1).sum()) / SESSIONS_PER_YEAR


def only_survivors(ended: int, years: float) -> bool:
    """Return whether so few symbols stopped trading, over symbol ``years``, that the others were chosen afterwards.

    Of a real market ENDING_SHARE a year end. It is suspicious that less than a quarter of those do, if as many are
    expected that chance alone hardly ever leaves so few (1 of 5: a Poisson probability of 4 %).
    """
    expected = ENDING_SHARE * years
    return expected >= _LEAST_EXPECTED and ended <= expected * _SUSPICIOUS
