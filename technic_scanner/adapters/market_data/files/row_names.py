"""Tell a first column without a name, as R and pandas write those of rows: dates, or the number of each row."""

from __future__ import annotations

import re
from collections.abc import Sequence

from technic_scanner.adapters.market_data.files.names import meaning

DATE = re.compile(
    r"^\s*(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|(?:19|20)\d{6}\b|\d{9,}|\d{1,2}[ -][A-Za-z]{3}|[A-Za-z]{3,9} \d)"
)
_NUMBER = re.compile(r"^\d{1,9}$")


def names_of_rows(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Return whether all ``rows`` have a cell more than ``names``, and it stands in front.

    It is the date where nothing else can be, or the running number of the row, or a number that no other row has
    where dates stand below their name: a date and its time are two cells too.
    """
    if not rows or any(len(row) != len(names) + 1 for row in rows):
        return False
    if hold_dates(names, rows):
        return True
    first = [row[0] for row in rows]
    if any(first == list(map(str, range(start, start + len(first)))) for start in (0, 1)):
        return True
    date = next((place for place, name in enumerate(names) if meaning(name) == "date"), None)
    are_dated = date is not None and all(DATE.match(row[date + 1]) for row in rows)
    return are_dated and all(map(_NUMBER.match, first)) and len(set(first)) == len(first)


def hold_dates(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Return whether the cells in front of those below ``names`` are dates, and no other column holds any."""
    meanings = list(map(meaning, names))
    if "date" in meanings or not all(DATE.match(row[0]) for row in rows):
        return False
    unknown = [place for place, what in enumerate(meanings, 1) if what is None]
    return not any(all(DATE.match(row[place]) for row in rows) for place in unknown)
