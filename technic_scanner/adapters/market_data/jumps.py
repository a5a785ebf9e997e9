"""Find unadjusted splits and distributions in daily bars by their overnight jump, and adjust earlier bars."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np

from technic_scanner.screening.bars import FloatArray, Panel

THRESHOLD = 0.35
# Takeover bids have 50 to 130 times the usual dollar volume, splits at most 3 times (measured on the sample).
NEWS_TURNOVER = 10.0
_SHARES_FOR_ONE = (2, 3, 4, 5, 10, 20)
_RATIOS = (*(1.0 / n for n in _SHARES_FOR_ONE), *(float(n) for n in _SHARES_FOR_ONE))
_TOLERANCE = 0.06
# Between the last bar before a halt and the first one after it the price also moves for other reasons.
_TOLERANCE_AFTER_HALT = 0.20
_USUAL_SESSIONS = 20


@dataclass(frozen=True, slots=True)
class Jump:
    """One jump of the close by more than the threshold.

    Prices before ``session`` are multiplied by ``factor`` (1.0: unchanged, the move is real); volumes before it are
    divided by the factor if ``is_split``.
    """

    symbol: str
    session: date
    factor: float
    is_split: bool
    move: float

    def text(self) -> str:
        """Return symbol, day and adjustment as text."""
        if self.factor == 1.0:
            return f"{self.symbol} {self.session} ({self.move:+.0%})"
        kind = "split" if self.is_split else "distribution"
        return f"{self.symbol} {self.session} ({kind}, × {self.factor:.4g})"


def repair_jumps(panel: Panel, distributions: frozenset[str] = frozenset()) -> tuple[Panel, tuple[Jump, ...]]:
    """Return the panel back-adjusted, and every jump of close on close above ``THRESHOLD``, in symbol order.

    A jump with more than ``NEWS_TURNOVER`` times the median dollar volume of the 20 bars before is caused by news and
    kept. Of the others, jumps near a whole split ratio are splits (prices × ratio, volumes ÷ ratio) unless the symbol
    is in ``distributions``; the rest are distributions (prices × open ÷ previous close, volumes unchanged).
    """
    arrays = [np.array(array) for array in (panel.open, panel.high, panel.low, panel.close, panel.volume)]
    jumps = []
    for row in range(len(panel.symbols)):
        bars = np.flatnonzero(~np.isnan(panel.close[row]))
        closes = panel.close[row, bars]
        moves = closes[1:] / closes[:-1] - 1.0
        for k in np.flatnonzero(np.abs(moves) > THRESHOLD) + 1:
            jump = _judge(panel, row, bars, int(k), distributions)
            _adjust([array[row, : bars[k]] for array in arrays], jump)
            jumps.append(jump)
    return Panel(panel.symbols, panel.sessions, *arrays), tuple(jumps)


def _judge(
    panel: Panel, row: int, bars: np.ndarray[tuple[int], np.dtype[np.intp]], k: int, distributions: frozenset[str]
) -> Jump:
    symbol = panel.symbols[row]
    session = panel.sessions[bars[k]].astype("datetime64[D]").item()
    previous = panel.close[row, bars[k - 1]]
    move = float(panel.close[row, bars[k]] / previous - 1.0)
    turnover = panel.close[row, bars] * panel.volume[row, bars]
    if turnover[k] > NEWS_TURNOVER * np.median(turnover[max(0, k - _USUAL_SESSIONS) : k]):
        return Jump(symbol, session, 1.0, False, move)
    overnight = float(panel.open[row, bars[k]] / previous)
    tolerance = _TOLERANCE if bars[k] - bars[k - 1] == 1 else _TOLERANCE_AFTER_HALT
    ratio = min(_RATIOS, key=lambda candidate: abs(math.log(overnight / candidate)))
    if symbol not in distributions and abs(math.log(overnight / ratio)) <= tolerance:
        return Jump(symbol, session, ratio, True, move)
    return Jump(symbol, session, overnight, False, move)


def _adjust(before: list[FloatArray], jump: Jump) -> None:
    for prices in before[:4]:
        np.multiply(prices, jump.factor, out=prices)
    if jump.is_split:
        np.divide(before[4], jump.factor, out=before[4])
