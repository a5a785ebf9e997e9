"""Read texts of dates that are numbers, and tell those that name a month or a week and no day."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.adapters.market_data.files import frames
from technic_scanner.adapters.market_data.files.clock_times import groups

DIGITS = r"^(?:\d{5,19}(?:\.\d+)?|-\d{6,19})$"
_COMMA_NUMBER = r"^(\d{5,19}),(\d+)$"  # a day number of Excel with a decimal comma
_POWER = r"^-?\d(?:\.(?P<decimals>\d+))?[eE]\+?\d{1,2}$"
# With fewer decimals a moment of our days is not known to the hour: 1.74E+12 is a whole day of milliseconds.
_ENOUGH_DECIMALS = 6
_FIGURES, _YEAR = r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
_WORD = r"(?i:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?"
_QUARTERS = (
    rf"{_YEAR}[-/ ]?[Qq][1-4]",
    rf"[Qq][1-4][-/ ]?{_YEAR}",
    rf"[1-4][Qq][-/ ]?(?:{_YEAR}|\d\d)",
)
_MONTHS = (
    rf"{_YEAR}(?:[-/. ]|年)?{_FIGURES}月?",
    rf"{_YEAR}[-/ ]?[Mm]{_FIGURES}",
    rf"{_FIGURES}[-/. ]{_YEAR}",
    rf"{_WORD}[-/ ,']*(?:{_YEAR}|\d\d)",
    rf"{_YEAR}[-/ ,]*{_WORD}",
)
_WEEK = r"(?:[Ww]|[Kk][Ww]|[Ww]eek)[-/ ]?\d\d?"
# Bars of quarters and years count as those of months.
_PERIODS = {
    frames.MONTH: rf"^(?:{'|'.join((*_MONTHS, *_QUARTERS, _YEAR))})$",
    frames.WEEK: rf"^(?:{_YEAR}[-/ ]?{_WEEK}|{_WEEK}[-/ ]{_YEAR})$",
}
_MOST_NAMED = 0.8


def plain_numbers(text: pa.Array) -> pa.Array:
    """Return texts of numbers with a decimal comma, and those with a power of ten, as plain numbers.

    A power with few decimals is left, unless plain numbers beside it show that none are missing.
    """
    text = pc.replace_substring_regex(text, _COMMA_NUMBER, r"\1.\2")
    parts, rows = groups(text, _POWER)
    if len(rows) == 0:
        return text
    decimals = int(pc.max(pc.utf8_length(parts["decimals"])).as_py())
    has_plain = bool(pc.any(pc.match_substring_regex(text, DIGITS)).as_py())
    if decimals < _ENOUGH_DECIMALS and not has_plain:
        return text
    whole = [str(int(Decimal(each))) for each in text.take(pa.array(rows)).to_pylist()]
    has_power = np.zeros(len(text), dtype=np.bool_)
    has_power[rows] = True
    return pc.replace_with_mask(text, pa.array(has_power), pa.array(whole, text.type))


def period_named(column: pa.Array) -> tuple[str, str] | None:
    """Return the frame, a month or a week, that most cells name instead of days, and one of them; None if none."""
    text = pc.utf8_trim_whitespace(column.cast(pa.string()).drop_null())
    text = text.filter(pc.not_equal(text, ""))
    for frame, pattern in _PERIODS.items():
        named = text.filter(pc.match_substring_regex(text, pattern))
        if len(named) and len(named) >= _MOST_NAMED * len(text):
            return frame, str(named[0].as_py())
    return None
