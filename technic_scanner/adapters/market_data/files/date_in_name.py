"""Find the session in the name of a file that holds one session."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR_FIRST = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?([01]\d)[-_.]?([0-3]\d)(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)([0-3]\d)[-_.]?([01]\d)[-_.]?((?:19|20)\d\d)(?!\d)")
_WORDS = re.compile(rf"(?<!\d)([0-3]?\d)[-_]?({'|'.join(_MONTHS)})[a-z]*[-_]?((?:19|20)\d\d)")


def date_in_name(name: str) -> date | None:
    """Return the one day that a file's name holds (2026-02-18, 20260218, 18FEB2026, 18022026), None if it has none."""
    days = [(int(y), int(m), int(d)) for y, m, d in _YEAR_FIRST.findall(name)]
    days += [(int(y), _MONTHS.index(word) + 1, int(d)) for d, word, y in _WORDS.findall(name.lower())]
    if not days:
        days = [(int(y), int(m), int(d)) for d, m, y in _YEAR_LAST.findall(name)]
    try:
        distinct = {date(*parts) for parts in days}
    except ValueError:
        return None
    return distinct.pop() if len(distinct) == 1 else None
