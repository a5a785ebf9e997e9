"""Find jumps in the bars of files that look like splits that nobody has adjusted."""

from __future__ import annotations

import math

import numpy as np

from technic_scanner.adapters.market_data.jumps import NEWS_TURNOVER, THRESHOLD
from technic_scanner.adapters.market_data.long_bars import LongBars

_SHARES = (2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 50, 100)
_TOLERANCE = 0.06
_USUAL_SESSIONS = 20
_SHOWN = 10
_LONGEST_GAP_DAYS = 12


def likely_splits(bars: LongBars) -> list[str]:
    """Return a sentence per jump of close on close that looks like an unadjusted split.

    ``bars`` are by symbol, then session. As in the sample source, a jump with many times the usual turnover is news.
    """
    if len(bars) < 2:
        return []
    close = bars.fields[3]
    with np.errstate(divide="ignore", invalid="ignore"):
        moves = close[1:] / close[:-1] - 1.0
    same = (np.diff(bars.codes) == 0) & (np.diff(bars.days) <= _LONGEST_GAP_DAYS)
    found = [
        text
        for row in np.flatnonzero(same & (np.abs(moves) > THRESHOLD)) + 1
        if (text := _judged(bars, int(row), float(moves[row - 1])))
    ]
    more = len(found) - _SHOWN
    return [*found[:_SHOWN], *([f"{more:,} more jumps look like unadjusted splits"] if more > 0 else [])]


def _judged(bars: LongBars, row: int, move: float) -> str | None:
    first = max(0, row - _USUAL_SESSIONS)
    before = np.flatnonzero(bars.codes[first:row] == bars.codes[row]) + first
    turnover = bars.fields[3][before] * bars.fields[4][before]
    usual = float(np.median(turnover)) if len(turnover) else 0.0
    if usual > 0 and bars.fields[3][row] * bars.fields[4][row] > NEWS_TURNOVER * usual:
        return None
    overnight = float(bars.fields[0][row] / bars.fields[3][row - 1])
    for shares in sorted(_SHARES, key=lambda n: min(abs(math.log(overnight * n)), abs(math.log(overnight / n))))[:1]:
        day = np.datetime64(int(bars.days[row]), "D")
        text = f"{bars.symbols[bars.codes[row]]} {day} ({move * 100:+.0f} %) looks like an unadjusted"
        if abs(math.log(overnight * shares)) <= _TOLERANCE:
            return f"{text} {shares}:1 split"
        if abs(math.log(overnight / shares)) <= _TOLERANCE:
            return f"{text} 1:{shares} split"
    return None
