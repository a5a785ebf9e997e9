"""Arrange past prices by session, for measuring what happened after a date."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np

from technic_scanner.screening.bars import DateArray, FloatArray, Panel

# The number of symbols that are transposed at once.
_STRIP = 64


@dataclass(frozen=True, slots=True, eq=False)
class PastPrices:
    """Prices of n symbols over T sessions, for measuring outcomes; each array is (T, n + 1), NaN without a bar.

    ``close`` is the last known close: that of a symbol that has stopped trading stays, for what is held of it is worth
    that much. It is NaN before the first bar. The prices of a session are contiguous, because outcomes need many
    symbols on few sessions. The last column, which is also that of symbol −1, has no bars, so that missing symbols need
    no special case. ``lowest`` and ``highest`` are the minimum and maximum of a bar's known prices. They do not depend
    on plans, so they are computed once for all runs.
    """

    sessions: DateArray
    open: FloatArray
    close: FloatArray
    lowest: FloatArray
    highest: FloatArray

    @classmethod
    def of(cls, panel: Panel, since: np.datetime64 | None = None, through: DateArray | None = None) -> PastPrices:
        """Return the prices of a panel from its newest session on or before ``since`` on; volume is ignored.

        ``through`` (n,) are the days up to which the bars of each symbol are known (None: all): later closes are NaN
        where there is no bar, because the symbol may have been traded.
        """
        start = 0 if since is None else max(session_index(panel.sessions, since), 0)
        fields = [prices[:, start:] for prices in (panel.open, panel.close, panel.low, panel.high)]
        opened, close = (_by_session(np.fmin, prices) for prices in fields[:2])
        lowest, highest = (_by_session(choose, *fields) for choose in (np.fmin, np.fmax))
        _hold_last(close, panel.sessions[start:], through)
        return cls(panel.sessions[start:], opened, close, lowest, highest)


def session_index(sessions: DateArray, as_of: np.datetime64) -> int:
    """Return the index of the newest session on or before ``as_of``, −1 if there is none."""
    return int(np.searchsorted(sessions, as_of, side="right")) - 1


def _hold_last(close: FloatArray, sessions: DateArray, through: DateArray | None) -> None:
    """Fill in the last known close (T, n + 1) of each column where it has no bar, up to its day in ``through`` (n,)."""
    known = np.full(close.shape[1], True)
    for row in range(1, len(close)):
        if through is not None:
            known[:-1] = through >= sessions[row]
        gaps = np.flatnonzero(np.isnan(close[row]) & known)
        close[row, gaps] = close[row - 1, gaps]


def _by_session(choose: np.ufunc, *fields: FloatArray) -> FloatArray:
    """Return the element-wise reduction of ``fields`` (n, T) by ``choose`` as (T, n + 1), with a last column of NaN."""
    count, sessions = fields[0].shape
    turned = np.empty((sessions, count + 1))
    # A few symbols at a time, so that their prices stay in the processor's cache.
    for start in range(0, count, _STRIP):
        strip = slice(start, min(start + _STRIP, count))
        turned[:, strip] = reduce(choose, (prices[strip] for prices in fields)).T
    turned[:, count] = np.nan
    return turned
