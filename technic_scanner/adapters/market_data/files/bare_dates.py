"""Take from texts of dates what stands around them: a weekday in front, a Japanese era, the /Date(…)/ of .NET."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.adapters.market_data.files.clock_times import groups

_BEGINS_OTHERWISE = r"^[\pL/\\]"
_OF_NET = r"^\\?/Date\((-?\d{1,16})(?:[+-]0000)?\)\\?/$"
_FIGURES = r"\d{1,4}\s?[-/._年년]\s?\d{1,2}\s?[-/._月월]\s?\d{1,4}.*"
_DAY_AND_MONTH = r"\d{1,2}\.?[-/ ]+\pL{3,}\.?[-/ ,']+\d{2,4}.*"
_WORD = r"^(?P<word>\pL{1,14})(?:[.,]+\s*|\s+)"
_MONTHS = r"(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_DAYS_OF_A_WEEK = 7
_ERA = r"^(?P<era>[RHS令平昭]和?成?)(?P<year>\d{1,2}|元)(?P<rest>\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}(?:\D.*)?)$"
# The year before the first of each era: Reiwa, Heisei and Showa.
_YEARS_BEFORE = {"R": 2018, "令和": 2018, "H": 1988, "平成": 1988, "S": 1925, "昭和": 1925}


def bare_dates(text: pa.Array) -> pa.Array:
    """Return texts of dates without what stands around them; other texts as they are."""
    if not bool(pc.any(pc.match_substring_regex(text, _BEGINS_OTHERWISE)).as_py()):
        return text
    text = pc.replace_substring_regex(text, _OF_NET, r"\1")
    text = _with_western_years(text)
    return _without_weekdays(text)


def _without_weekdays(text: pa.Array) -> pa.Array:
    """Return dates without the word in front of them, in whatever language, if there are no more words than weekdays.

    The name of a month is no such word: behind it stand no three figures, and no second word.
    """
    for pattern in (_FIGURES, _DAY_AND_MONTH):
        parts, rows = groups(text, rf"{_WORD}(?P<date>{pattern})$")
        if pattern is _DAY_AND_MONTH and bool(pc.any(pc.match_substring_regex(parts["word"], f"^{_MONTHS}")).as_py()):
            continue
        if 0 < len(pc.unique(pc.utf8_lower(parts["word"]))) <= _DAYS_OF_A_WEEK:
            text = _replaced(text, rows, parts["date"])
    return text


def _with_western_years(text: pa.Array) -> pa.Array:
    """Return dates such as R8/11/09 and 令和8年11月9日 as 2026/11/09 and 2026年11月9日."""
    parts, rows = groups(text, _ERA)
    known = np.array([era in _YEARS_BEFORE for era in parts["era"].to_pylist()], dtype=np.bool_)
    western = [
        f"{_YEARS_BEFORE[era] + (1 if year == '元' else int(year))}{rest}"
        for era, year, rest in zip(*(parts[name].to_pylist() for name in ("era", "year", "rest")), strict=True)
        if era in _YEARS_BEFORE
    ]
    return _replaced(text, rows[known], pa.array(western, pa.string()))


def _replaced(text: pa.Array, rows: npt.NDArray[np.int64], cells: pa.Array) -> pa.Array:
    if len(rows) == 0:
        return text
    mask = np.zeros(len(text), dtype=np.bool_)
    mask[rows] = True
    return pc.replace_with_mask(text, pa.array(mask), cells.cast(text.type))
