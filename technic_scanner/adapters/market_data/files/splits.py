"""Find jumps in the bars of files that look like splits that nobody has adjusted."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from technic_scanner.adapters.market_data.jumps import NEWS_TURNOVER, THRESHOLD
from technic_scanner.adapters.market_data.long_bars import LongBars

_SHARES = (*range(2, 11), 12, 14, 15, 16, 18, 20, 25, 30, 35, 40, 45, 50, 60, 75, 80, 100)
_TOLERANCE = 0.06
_USUAL_SESSIONS = 20
_SHOWN = 10
_LONGEST_GAP_DAYS = 12
_SMALLEST_GAP = math.log(1.2)
_STEADY = 0.06  # of the log of close over open: a share goes on after a split as before


@dataclass(frozen=True, slots=True)
class _Fraction:
    """A split of ``new`` shares for ``old`` ones, and how near to it a session must be.

    ``tolerance`` is the distance of the log of open over the close before, ``turnover`` and ``spread`` the most times
    the usual dollar volume and the usual log of high over low.
    """

    new: int
    old: int
    tolerance: float
    turnover: float
    spread: float

    @property
    def log(self) -> float:
        return math.log(self.new / self.old)


# News makes prices fall by a third, a quarter or a fifth too, with more turnover and a wider session than a split.
# docs/files.md tells how often these rules are wrong.
_FRACTIONS = (
    *(_Fraction(new, old, 0.04, 3.0, math.inf) for new, old in ((5, 2), (7, 4), (5, 3), (3, 2), (2, 3))),
    *(_Fraction(new, old, 0.03, 2.5, 2.0) for new, old in ((4, 3), (5, 4), (3, 4))),
)


def likely_splits(bars: LongBars) -> list[str]:
    """Return a sentence per jump of close on close, or of open on close, that looks like an unadjusted split.

    ``bars`` are by symbol, then session. As in the sample source, a jump with many times the usual turnover is news.
    """
    if len(bars) < 2:
        return []
    opened, close = bars.fields[0], bars.fields[3]
    with np.errstate(all="ignore"):
        far = np.abs(close[1:] / close[:-1] - 1.0) > THRESHOLD
        far |= np.abs(np.log(opened[1:] / close[:-1])) > _SMALLEST_GAP
    rows = np.flatnonzero(far) + 1
    rows = rows[
        (bars.codes[rows] == bars.codes[rows - 1]) & (bars.days[rows] - bars.days[rows - 1] <= _LONGEST_GAP_DAYS)
    ]
    found = [text for row in rows if (text := _judged(bars, int(row)))]
    more = len(found) - _SHOWN
    those = "1 more jump looks like an unadjusted split"
    others = those if more == 1 else f"{more:,} more jumps look like unadjusted splits"
    return [*found[:_SHOWN], *([others] if more > 0 else [])]


@np.errstate(all="ignore")  # of prices and volumes of any size
def _judged(bars: LongBars, row: int) -> str | None:
    first = max(0, row - _USUAL_SESSIONS)
    before = np.flatnonzero(bars.codes[first:row] == bars.codes[row]) + first
    opened, high, low, close, volume = bars.fields
    usual = float(np.median(close[before] * volume[before]))
    turnover = float(close[row] * volume[row]) / usual if usual > 0 else 0.0
    usual_spread = float(np.median(np.log(high[before]) - np.log(low[before])))
    spread = float(np.log(high[row]) - np.log(low[row])) / usual_spread if usual_spread > 0 else 0.0
    # Differences of logs are finite for every two prices, and their ratio is not.
    logs = [float(np.log(prices)) for prices in (opened[row], close[row], close[row - 1])]
    move, overnight, whole_day = float(close[row] / close[row - 1] - 1.0), logs[0] - logs[2], logs[1] - logs[2]
    words = _whole(overnight) if abs(move) > THRESHOLD and turnover <= NEWS_TURNOVER else None
    if words is None and abs(whole_day - overnight) < _STEADY:
        words = _fraction(overnight, turnover, spread)
    if words is None:
        return None
    day = np.datetime64(int(bars.days[row]), "D")
    return f"{bars.symbols[bars.codes[row]]} {day} ({move * 100:+.0f}%) looks like an unadjusted {words} split"


def _whole(overnight: float) -> str | None:
    """Return the split of one share, or into one, to which the log of a gap is near; None if it is near to none."""
    nearest = min(_SHARES, key=lambda shares: abs(abs(overnight) - math.log(shares)))
    if abs(abs(overnight) - math.log(nearest)) > _TOLERANCE:
        return None
    return f"{nearest}:1" if overnight < 0 else f"1:{nearest}"


def _fraction(overnight: float, turnover: float, spread: float) -> str | None:
    """Return the split of fractions to which a session is near in its gap, its turnover and its spread."""
    fits = (
        fraction
        for fraction in _FRACTIONS
        if abs(overnight + fraction.log) <= fraction.tolerance
        and turnover <= fraction.turnover
        and spread <= fraction.spread
    )
    nearest = min(fits, key=lambda fraction: abs(overnight + fraction.log), default=None)
    return None if nearest is None else f"{nearest.new}:{nearest.old}"
