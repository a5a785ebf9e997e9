"""Take from texts of dates what stands around them: a weekday in front, a Japanese era, the /Date(…)/ of .NET."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.adapters.market_data.files.clock_times import groups
from technic_scanner.adapters.market_data.files.month_names import are_months

_BEGINS_OTHERWISE = r"^[\pL/\\]"
_OF_NET = r"^\\?/Date\((-?\d{1,16})(?:[+-]0000)?\)\\?/$"
_FIGURES = r"\d{1,4}\s?[-/._年년]\s?\d{1,2}\s?[-/._月월]\s?\d{1,4}.*"
_MONTH = r"(?P<month>\pL{3,})\.?"
_WITH_MONTHS = (
    rf"\d{{1,2}}\.?[-/ ]+(?:de )?{_MONTH}[-/ ,']+(?:del? )?\d{{2,4}}.*",
    rf"{_MONTH}[-/ ]+\d{{1,2}},? +\d{{4}}.*",
)
# One word, or two: segunda-feira, Thứ Hai, måndag den.
_WORD = r"^(?P<word>\pL{1,14}(?:[- ]\pL{1,14})?)(?:[.,]+\s*|\s+)"
_DAYS_OF_A_WEEK = 7
_ERA = r"^(?P<era>[RHS令平昭]和?成?)(?P<year>\d{1,2}|元)(?P<rest>\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}(?:\D.*)?)$"
# The year before the first of each era: Reiwa, Heisei and Showa.
_YEARS_BEFORE = {"R": 2018, "令和": 2018, "H": 1988, "平成": 1988, "S": 1925, "昭和": 1925}


def bare_dates(text: pa.Array) -> pa.Array:
    """Return texts of dates without what stands around them; other texts as they are."""
    if not bool(pc.any(pc.match_substring_regex(text, _BEGINS_OTHERWISE)).as_py()):
        return text
    coded = text.dictionary_encode()  # many symbols may share a date
    once = coded.dictionary
    if _has(once, _OF_NET):
        once = pc.replace_substring_regex(once, _OF_NET, r"\1")
    if _has(once, _ERA):
        once = _with_western_years(once)
    return _without_weekdays(once).take(coded.indices)


def _has(text: pa.Array, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(text, pattern)).as_py())


def _without_weekdays(text: pa.Array) -> pa.Array:
    """Return dates without the words in front of them, in whatever language, if there are no more than weekdays.

    The name of a month is no such word: behind it stand no three figures, and no figures and the name of a month.
    """
    for pattern in (_FIGURES, *_WITH_MONTHS):
        whole = rf"{_WORD}(?P<date>{pattern})$"
        if not _has(text, whole):
            continue
        parts, rows = groups(text, whole)
        if "month" in parts and not are_months(pc.unique(parts["month"]).to_pylist()):
            continue
        if len(pc.unique(pc.utf8_lower(parts["word"]))) <= _DAYS_OF_A_WEEK:
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
