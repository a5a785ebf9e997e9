"""Find the session in the name of a file, or of its folders, that holds one session."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR_FIRST = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?([01]\d)[-_.]?([0-3]\d)(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)([0-3]\d)[-_.]?([0-3]\d)[-_.]?((?:19|20)\d\d)(?!\d)")
_WORDS = re.compile(rf"(?<!\d)([0-3]?\d)[-_]?({'|'.join(_MONTHS)})[a-z]*[-_]?((?:19|20)\d\d)")
_BOMBAY = re.compile(r"^EQ_?(?:ISINCODE_)?([0-3]\d)([01]\d)(\d\d)$", re.IGNORECASE)
_FOLDERS = (
    re.compile(r"(?:^|/)year=(\d{4})/month=(\d{1,2})/day=(\d{1,2})/"),
    re.compile(r"(?:^|/)((?:19|20)\d\d)/([01]\d)/([0-3]\d)(?=[/.])"),
    re.compile(r"(?:^|/)(?:\w+=)?((?:19|20)\d\d)[-_]?([01]\d)[-_]?([0-3]\d)/"),
)


def date_in_name(name: str) -> date | None:
    """Return the one day that a file's name holds (2026-02-18, 20260218, 18FEB2026, 18022026), None if it has none.

    None too where the name alone does not tell whether the day or the month comes first.
    """
    days = [(int(y), int(m), int(d)) for y, m, d in _YEAR_FIRST.findall(name)]
    days += [(int(y), _MONTHS.index(word) + 1, int(d)) for d, word, y in _WORDS.findall(name.lower())]
    days += [(2000 + int(y), int(m), int(d)) for d, m, y in _BOMBAY.findall(name)]
    if not days:
        figures = {(int(a), int(b), int(y)) for a, b, y in _YEAR_LAST.findall(name)}
        days = [(y, a, b) if b > 12 else (y, b, a) for a, b, y in figures if a > 12 or b > 12 or a == b]
    return _only(days)


def open_date_in_name(name: str) -> str | None:
    """Return the date in a file's name as 05/01/2026 where it may be the fifth of January or the first of May."""
    if date_in_name(name) is not None:
        return None
    figures = {(a, b, y) for a, b, y in _YEAR_LAST.findall(name) if 1 <= int(a) <= 12 and 1 <= int(b) <= 12}
    return "/".join(figures.pop()) if len(figures) == 1 else None


def date_in_folders(path: str) -> date | None:
    """Return the day that the folders of a file name: 2026-02-18/all.csv, dt=20260218/…, 2026/02/18.csv."""
    for pattern in _FOLDERS:
        found = _only([(int(y), int(m), int(d)) for y, m, d in pattern.findall(path)])
        if found is not None:
            return found
    return None


def _only(days: Iterable[tuple[int, int, int]]) -> date | None:
    try:
        distinct = {date(*parts) for parts in days}
    except ValueError:
        return None
    return distinct.pop() if len(distinct) == 1 else None
