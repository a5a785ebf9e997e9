"""Recognise whether bars are of minutes, days, weeks or months, and put those of minutes together to sessions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from technic_scanner.adapters.market_data.long_bars import LongBars
from technic_scanner.screening.bars import FloatArray

IntArray = npt.NDArray[np.integer]
DAY, MINUTE, WEEK, MONTH = "day", "minute", "week", "month"
# Distances in days between bars of one symbol.
_WEEKS, _FROM_MONTHS = (5, 24), 25
_FEWEST_DISTANCES = 3
# Of two distances alone both must be those of whole weeks or months.
_EXACT = ((6, 8), (27, 32), (89, 93), (364, 367))
_REGULAR = 0.8
_WORDS = {
    DAY: {"d", "1d", "day", "daily", "1day", "24h", "1440", "d1", "days", "86400", "1dy", "eod", "dy"},
    WEEK: {"w", "1w", "week", "weekly", "1wk", "w1", "10080", "7d", "5d", "wk", "604800", "1week"},
    MONTH: {"mo", "1mo", "month", "monthly", "mn", "mn1", "43200", "1month", "q", "quarter", "3mo", "y", "year"},
}


def named_frame(word: str) -> str | None:
    """Return the frame that a cell of a column such as <PER> names; a number is a number of minutes."""
    text = word.strip().casefold()
    if text == "m":
        return MONTH
    frame = next((frame for frame, words in _WORDS.items() if text in words), None)
    if frame is not None:
        return frame
    number = text.rstrip("minhours ")
    return MINUTE if number.isdigit() and text else None


def frame_of(bars: LongBars, seconds: IntArray) -> str:
    """Return the frame that rows a day and the usual distance between the bars of one symbol show.

    ``seconds`` are those of the day of each row, −1 where none is known.
    """
    if len(bars) == 0:
        return DAY
    if _several_times_a_day(bars, seconds):
        return MINUTE
    key = np.unique(bars.codes.astype(np.int64) * 2**32 + bars.days)
    steps = np.diff(key)
    distances = steps[steps < 2**31]
    if len(distances) < _FEWEST_DISTANCES and not _exact(distances):
        return DAY
    middle = float(np.median(distances))
    if middle >= _FROM_MONTHS:
        return MONTH
    weekly = np.mean((distances >= _WEEKS[0]) & (distances <= _WEEKS[1]))
    return WEEK if _WEEKS[0] <= middle <= _WEEKS[1] and weekly >= _REGULAR else DAY


def _exact(distances: IntArray) -> bool:
    return len(distances) == _FEWEST_DISTANCES - 1 and any(
        bool(((distances >= low) & (distances <= high)).all()) for low, high in _EXACT
    )


def _several_times_a_day(bars: LongBars, seconds: IntArray) -> bool:
    """Return whether most rows that share symbol and day with another have a time of their own."""
    if not (seconds >= 0).any() or len(np.unique(seconds)) < 2:
        return False
    key = bars.codes.astype(np.int64) * 2**32 + bars.days
    days = len(np.unique(key))
    moments = len(np.unique(key * 86_400 + np.maximum(seconds, 0)))
    return moments > days and (moments - days) * 2 >= len(key) - days


def sessions_of(bars: LongBars, seconds: IntArray) -> LongBars:
    """Return one bar a symbol and day: the first open, the highest high, the lowest low, the last close, the sum."""
    usable = np.ones(len(bars), dtype=np.bool_)
    for prices in bars.fields[:4]:
        usable &= np.isfinite(prices) & (prices > 0)
    bars, seconds = bars.where(usable), seconds[usable]
    if len(bars) == 0:
        return bars
    order = np.lexsort((seconds, bars.days, bars.codes))
    bars = bars.where(order)
    key = bars.codes.astype(np.int64) * 2**32 + bars.days
    moments = np.append(True, (np.diff(key) != 0) | (np.diff(seconds[order]) != 0))  # a moment twice counts once
    bars, key = bars.where(moments), key[moments]
    starts = np.flatnonzero(np.append(True, np.diff(key) != 0))
    ends = np.append(starts[1:], len(key)) - 1
    opened, high, low, close, volume = bars.fields
    fields: tuple[FloatArray, ...] = (
        opened[starts],
        np.maximum.reduceat(high, starts),
        np.minimum.reduceat(low, starts),
        close[ends],
        np.add.reduceat(np.nan_to_num(volume), starts),
    )
    return LongBars(bars.symbols, bars.codes[starts], bars.days[starts], fields)
