"""Recognise whether bars are of minutes, days, weeks or months, and put those of minutes together to sessions."""

from __future__ import annotations

import re

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
_IN_NAMES: dict[str, re.Pattern[str]] = {
    WEEK: re.compile(r"(?:^|[_\- .,])(?i:weekly|1w|w1|1wk|w)(?=$|[_\- .])"),
    MONTH: re.compile(r"(?:^|[_\- .,])(?:(?i:monthly|mn1|1mo)|1M|M|(?<=us_)m)(?=$|[_\- .])"),
}
_SURE_IN_NAMES = re.compile(r"(?i:weekly|monthly)|, ?1[WM]$")
_FEWEST_ALIKE, _MOST_DAYS_ALIKE = 6, 4
# The pause of a market is at least this long, and this many times as long as any other time without a bar.
_PAUSE_SECONDS, _LONGER = 5 * 3600, 1.25
_DAY_SECONDS = 86_400
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
    distances = _distances(bars)
    if len(distances) < _FEWEST_DISTANCES and not _exact(distances):
        return DAY
    middle = float(np.median(distances))
    if middle >= _FROM_MONTHS:
        return MONTH
    weekly = np.mean((distances >= _WEEKS[0]) & (distances <= _WEEKS[1]))
    return WEEK if _WEEKS[0] <= middle <= _WEEKS[1] and weekly >= _REGULAR else DAY


def is_in_name(stem: str) -> bool:
    """Return whether a file's name may say that its bars are of weeks or months."""
    return any(pattern.search(stem) for pattern in _IN_NAMES.values())


def frame_in_name(stem: str, bars: LongBars) -> str | None:
    """Return week or month where a file's name says so and its bars are as far apart; None if not.

    A single bar is taken for one only if the name is unmistakable: weekly_KO, "KO, 1W".
    """
    frame = next((frame for frame, pattern in _IN_NAMES.items() if pattern.search(stem)), None)
    if frame is None or len(bars) == 0:
        return None
    distances = _distances(bars)
    if not len(distances):
        return frame if _SURE_IN_NAMES.search(stem) else None
    return frame if int(distances.min()) >= (_WEEKS[0] if frame == WEEK else _FROM_MONTHS) else None


def regular_days(bars: LongBars) -> int | None:
    """Return the distance in days that all bars have from the next one if it is two to four; None otherwise."""
    steps = np.diff(bars.days[:_FEWEST_ALIKE])
    if len(steps) and int(steps.min()) != int(steps.max()):
        return None  # most files are told by their first bars
    distances = _distances(bars)
    if len(distances) < _FEWEST_ALIKE or int(distances.min()) != int(distances.max()):
        return None
    return int(distances[0]) if 1 < distances[0] <= _MOST_DAYS_ALIKE else None


def _distances(bars: LongBars) -> npt.NDArray[np.int64]:
    """Return the days between the sessions of each symbol."""
    key = bars.codes.astype(np.int64) * 2**32 + bars.days
    if not bool((key[1:] > key[:-1]).all()):
        key = np.unique(key)
    steps = np.diff(key)
    return steps[steps < 2**31]


def over_midnight(
    days: npt.NDArray[np.int32], seconds: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]] | None:
    """Return days and seconds of bars in UTC so that a session over midnight is whole, on the day with most of it.

    The seconds of its other part are below 0 or above those of a day. None if no session goes over midnight:
    a market that never pauses, and one whose pause is over midnight, has the days of UTC.
    """
    times = np.unique(seconds[seconds >= 0])
    if len(times) < 2:
        return None
    gaps = np.diff(np.append(times, times[0] + _DAY_SECONDS))
    longest = int(np.argmax(gaps))
    others = np.delete(gaps, longest)
    if longest == len(times) - 1 or gaps[longest] < _PAUSE_SECONDS or gaps[longest] < _LONGER * others.max():
        return None
    last, first = int(times[longest]), int(times[longest + 1])
    begins_before = _DAY_SECONDS - first > last  # most of the session is before midnight
    moved = np.where(begins_before, -((seconds >= 0) & (seconds <= last)).astype(np.int32), seconds >= first)
    return (days + moved).astype(np.int32), seconds - moved * _DAY_SECONDS


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
