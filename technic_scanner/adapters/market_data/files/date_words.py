"""Read dates with the names of months, such as 2 March 2026, Mar 2, 2026 and 2 de marzo de 2026."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from technic_scanner.adapters.market_data.files.clock_times import clock_seconds, groups, whole_numbers
from technic_scanner.adapters.market_data.files.date_orders import civil_days
from technic_scanner.adapters.market_data.files.month_names import months_of

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
_FROM_YEAR = 100
_WEEKDAY = r"^(?:(?:[Mm]on|[Tt]ue|[Ww]ed|[Tt]hu|[Ff]ri|[Ss]at|[Ss]un)[a-z]*\.?,?\s+)?"
_WORD = r"(?P<word>\pL{3,12})\.?"
_WITH_WORDS = (
    _WEEKDAY
    + r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\.?(?: of | de )?[-/ ]?"
    + _WORD
    + r"[-/ ,']*(?:del? )?(?P<year>\d{4}|\d{2})(?P<rest>|[T ,;:].*)$",
    _WEEKDAY + _WORD + r"[-/ ]?(?P<day>\d{1,2})(?:st|nd|rd|th)?,?[-/ ]+(?P<year>\d{4})(?P<rest>|[T ,;].*)$",
    r"^(?P<year>\d{4})(?:\. |[-/ ]?)" + _WORD + r"[-/ ]?(?P<day>\d{1,2})(?P<rest>|[T. ,;].*)$",
)


@dataclass(slots=True)
class WordDates:
    """Days since 1970, seconds of the day (−1 if none is given), and which rows have such a date.

    ``lasting``: on a later day, when newer dates are possible, they would be read the same.
    """

    days: IntArray
    seconds: IntArray
    known: BoolArray
    lasting: bool = True

    @classmethod
    def unknown(cls, rows: int) -> WordDates:
        """Return dates of which none is known."""
        return cls(np.zeros(rows, np.int64), np.full(rows, -1, np.int64), np.zeros(rows, np.bool_))


def days_of_words(text: pa.Array, last: int) -> WordDates:
    """Return the dates of texts that name a month; ``last`` is the newest possible day since 1970.

    Many symbols may share a date, which is looked at once. Raises SourceDataError if it is not known which months are
    named.
    """
    coded = text.dictionary_encode()
    once = WordDates.unknown(len(coded.dictionary))
    for pattern in _WITH_WORDS:
        _take(once, coded.dictionary, last, pattern)
    if not once.known.any():
        return WordDates.unknown(len(text))
    codes = np.asarray(coded.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)
    return WordDates(once.days[codes], once.seconds[codes], once.known[codes] & (codes >= 0), once.lasting)


def _take(found: WordDates, text: pa.Array, last: int, pattern: str) -> None:
    rows = np.flatnonzero(~found.known)
    parts, at = groups(text.take(pa.array(rows)), pattern)
    if len(at) == 0:
        return
    words = parts["word"].dictionary_encode()
    months = np.array(months_of(words.dictionary.to_pylist()), dtype=np.int64)
    year = whole_numbers(parts["year"])
    found.lasting &= not bool((year < _FROM_YEAR).any())
    year = np.where(year < _FROM_YEAR, _full_year(year, last), year)
    month = months[np.asarray(words.indices.to_numpy(zero_copy_only=False))]
    days, valid = civil_days(year, month, whole_numbers(parts["day"]))
    found.days[rows[at]], found.known[rows[at]] = days, valid
    seconds = clock_seconds(parts["rest"])
    found.seconds[rows[at]] = np.where((seconds > 0).any(), seconds, -1)


def _full_year(year: IntArray, last: int) -> IntArray:
    newest = date.fromordinal(last + date(1970, 1, 1).toordinal()).year
    return np.where(year + 2000 <= newest, year + 2000, year + 1900)
