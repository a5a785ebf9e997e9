"""Decide from all dates of a file or a folder whether the day, the month or the year comes first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
FIRST_DAY = (date(1900, 1, 1) - date(1970, 1, 1)).days
_MONTH_LENGTHS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_YEAR_FIRST, _YEAR_LAST, _SHORT = 0, 1, 2
# The orders that figures may have, by where a year of four digits stands.
_ORDERS: dict[int, tuple[str, ...]] = {
    _YEAR_FIRST: ("ymd", "ydm"),
    _YEAR_LAST: ("dmy", "mdy"),
    _SHORT: ("dmy", "mdy", "ymd"),
}
# Years of the Republic of China count from 1911; they have three figures since 2011.
_YEAR_OF_CHINA, _LAST_OF_CHINA = 1911, 150
# Years of Thailand count from 543 before ours.
_YEARS_OF_THAILAND, _BEFORE_OURS = (2443, 2643), 543
_ENOUGH_DAYS = 3
# Median distances of dates in days; of fewer than _SURE_DAYS dates only years apart are a sign against an order.
_SURE_DAYS, _DAILY, _WEEKLY, _MONTHLY, _YEARLY = 5, 4, 8, 20, 300
_MOST = 0.95
_MOST_ALIKE = 0.8
_ORDER_WORDS = {"dmy": "the day first", "mdy": "the month first", "ymd": "the year first", "ydm": "the year first"}


class OrderError(ValueError):
    """The dates of one file contradict each other; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Triples:
    """The three figures of each date as written; ``rows`` are their rows of ``total``, ``shape`` where the year is.

    ``dotted`` is whether all are written with dots, as in 18.02.2026.
    """

    a: IntArray
    b: IntArray
    c: IntArray
    shape: npt.NDArray[np.int8]
    rows: IntArray
    total: int
    dotted: bool = False

    @classmethod
    def of(cls, figures: tuple[pa.Array, pa.Array, pa.Array], rows: IntArray, total: int, *, dotted: bool) -> Triples:
        """Return the figures of three columns of digits."""
        a, b, c = figures
        first, last = _lengths(a), _lengths(c)
        shape = np.where(first == 4, _YEAR_FIRST, np.where(last == 4, _YEAR_LAST, _SHORT)).astype(np.int8)
        years = _ints(a)
        if (first == 3).any() and (last <= 2).all() and bool((years[first <= 3] <= _LAST_OF_CHINA).all()):
            years = np.where(first <= 3, years + _YEAR_OF_CHINA, years)  # 115/03/02 is 2026-03-02 in Taiwan
            return cls(years, _ints(b), _ints(c), np.zeros(len(years), np.int8), rows, total, dotted)
        shape[(first == 3) | (last == 3) | ((first == 4) & (last > 2))] = -1
        return cls(*_with_our_years(years, _ints(b), _ints(c), shape), shape, rows, total, dotted)

    @classmethod
    def joined(cls, pieces: Iterable[Triples]) -> Triples:
        """Return the figures of several files one after the other."""
        parts = list(pieces)
        a, b, c = (np.concatenate([getattr(part, name) for part in parts]) for name in "abc")
        shape = np.concatenate([part.shape for part in parts])
        return cls(a, b, c, shape, np.arange(len(a)), len(a), all(part.dotted for part in parts))

    def lasts(self, order: str, *, given: bool) -> bool:
        """Return whether the figures would have this order whatever the newest possible day is."""
        if (self.shape == _SHORT).any() or order == "ydm":
            return False
        last = self.shape == _YEAR_LAST
        if given or self.dotted or not last.any():
            return True
        day, month = (self.a, self.b) if order == "dmy" else (self.b, self.a)
        return bool((day[last] > 12).any() and (month[last] <= 12).all())

    def take(self, rows: IntArray) -> Triples:
        """Return the figures of ``rows``; each is an index into the ``total`` rows."""
        place = np.full(self.total, -1)
        place[self.rows] = np.arange(len(self.rows))
        at = place[rows]
        has = np.flatnonzero((at >= 0) & (rows >= 0))
        at = at[has]
        return Triples(self.a[at], self.b[at], self.c[at], self.shape[at], has, len(rows), self.dotted)

    def days(self, order: str, last: int) -> tuple[IntArray, BoolArray]:
        """Return days since 1970 under ``order``, and which rows have a date then; later than ``last`` is a date."""
        values = {"a": self.a, "b": self.b, "c": self.c}
        place = dict(zip(order, "abc", strict=True))
        year, month, day = (values[place[letter]] for letter in "ymd")
        fixed = self.shape == _YEAR_FIRST
        if order[0] != "y":  # rows that begin with a year of four digits are not in question
            year, month, day = (
                np.where(fixed, self.a, year),
                np.where(fixed, self.b, month),
                np.where(fixed, self.c, day),
            )
        newest = date.fromordinal(last + date(1970, 1, 1).toordinal()).year
        short = year < 100
        year = np.where(short, np.where(year + 2000 <= newest, year + 2000, year + 1900), year)
        found, valid = civil_days(year, month, day)
        return found, valid & (self.shape >= 0)


def _with_our_years(
    a: IntArray, b: IntArray, c: IntArray, shape: npt.NDArray[np.int8]
) -> tuple[IntArray, IntArray, IntArray]:
    """Return figures with years that all count from Buddha's death as our years."""
    first, last = shape == _YEAR_FIRST, shape == _YEAR_LAST
    years = np.concatenate([a[first], c[last]])
    low, high = _YEARS_OF_THAILAND
    if len(years) and bool(((years >= low) & (years <= high)).all()):
        a, c = np.where(first, a - _BEFORE_OURS, a), np.where(last, c - _BEFORE_OURS, c)
    return a, b, c


def _lengths(texts: pa.Array) -> IntArray:
    return np.asarray(pc.utf8_length(texts).to_numpy(zero_copy_only=False), dtype=np.int64)


def _ints(texts: pa.Array) -> IntArray:
    return np.asarray(texts.cast(pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)


def civil_days(year: IntArray, month: IntArray, day: IntArray) -> tuple[IntArray, BoolArray]:
    """Return days since 1970 of dates, and which of them exist."""
    valid = (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1) & (year <= 9999)
    months = np.where(valid, month, 1)
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    valid &= day <= _MONTH_LENGTHS[months] + (leap & (months == 2))
    years = np.where(valid, year, 1970)
    first = ((years - 1970) * 12 + months - 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return first + np.where(valid, day, 1) - 1, valid


def decide_order(triples: Triples, last: int, known: str | None, named_day: int | None) -> str | None:
    """Return the order of the figures; None if nothing tells it.

    ``last`` is the newest possible day since 1970, ``known`` an order that is given, ``named_day`` the day in the
    file's name. Raises OrderError if some dates exclude each order.
    """
    shapes = [shape for shape in (_YEAR_LAST, _SHORT) if (triples.shape == shape).any()]
    if shapes and (triples.shape == _YEAR_FIRST).mean() >= _MOST_ALIKE:
        triples.shape[triples.shape != _YEAR_FIRST] = -1  # some cells are no dates as the others
        shapes = []
    orders = _ORDERS[shapes[0]] if shapes else _ORDERS[_YEAR_FIRST]
    if known is not None and (known in orders or shapes):
        return known
    usable = {order: _usable(triples, order, last) for order in orders}
    some = np.logical_or.reduce([valid for _, valid in usable.values()])
    if not some.any():
        return orders[0] if len(shapes) == 0 else _named_only(orders)
    possible = [order for order in orders if bool(usable[order][1][some].all())]
    if triples.dotted and "dmy" in possible and "mdy" in possible:
        possible.remove("mdy")  # nobody writes 02.18.2026 for February
    if not possible:
        return _despite_faults(triples, usable, some)
    if len(possible) == 1 or not shapes:
        return possible[0]
    return _by_evidence({order: usable[order][0][some] for order in possible}, named_day)


def _named_only(orders: Sequence[str]) -> str:
    return orders[0]


def _usable(triples: Triples, order: str, last: int) -> tuple[IntArray, BoolArray]:
    days, valid = triples.days(order, last)
    return days, valid & (days >= FIRST_DAY) & (days <= last)


def _despite_faults(triples: Triples, usable: dict[str, tuple[IntArray, BoolArray]], some: BoolArray) -> str:
    counts = {order: int(valid.sum()) for order, (_, valid) in usable.items()}
    best = max(counts, key=lambda order: counts[order])
    if counts[best] >= _MOST * int(some.sum()):
        return best
    other = next(order for order in counts if order != best)
    only_best = np.flatnonzero(usable[best][1] & ~usable[other][1])
    only_other = np.flatnonzero(usable[other][1] & ~usable[best][1])
    examples = [
        f"{_text(triples, int(rows[0]))} has {_ORDER_WORDS[order]}"
        for order, rows in ((best, only_best), (other, only_other))
        if len(rows)
    ]
    raise OrderError("its dates contradict each other: " + " and ".join(examples))


def _text(triples: Triples, row: int) -> str:
    return f"{triples.a[row]:02d}/{triples.b[row]:02d}/{triples.c[row]:02d}"


def _by_evidence(days: dict[str, IntArray], named_day: int | None) -> str | None:
    """Return the order for which all signs speak; None if there is no sign, or two that differ."""
    if named_day is not None:
        named = [order for order, found in days.items() if bool((found == named_day).all())]
        if len(named) == 1:
            return named[0]
    signs = {_in_sequence(days), _without_weekends(days), _day_by_day(days)} - {None}
    return signs.pop() if len(signs) == 1 else None


def _in_sequence(days: dict[str, IntArray]) -> str | None:
    """Return the one order under which the rows go on in one direction, if there are enough rows to tell."""
    turns = {}
    for order, found in days.items():
        steps = np.sign(np.diff(found))
        steps = steps[steps != 0]
        if len(steps) + 1 < _ENOUGH_DAYS:
            return None
        turns[order] = int((np.diff(steps) != 0).sum())
    least = min(turns.values())
    best = [order for order, count in turns.items() if count == least]
    others = [count for count in turns.values() if count != least]
    return best[0] if len(best) == 1 and min(others) >= 3 * least + 1 else None


def _without_weekends(days: dict[str, IntArray]) -> str | None:
    """Return the one order under which no date is a Saturday or Sunday."""
    free = [order for order, found in days.items() if not bool(((found + 3) % 7 >= 5).any())]
    enough = all(len(np.unique(found)) >= _ENOUGH_DAYS for found in days.values())
    return free[0] if len(free) == 1 and enough else None


def _day_by_day(days: dict[str, IntArray]) -> str | None:
    """Return the one order under which the dates are days apart, if they are months apart under the others."""
    medians = {}
    fewest = min(len(np.unique(found)) for found in days.values())
    if fewest < _ENOUGH_DAYS:
        return None
    for order, found in days.items():
        medians[order] = float(np.median(np.diff(np.unique(found))))
    near = [order for order, median in medians.items() if median <= (_DAILY if fewest >= _SURE_DAYS else _WEEKLY)]
    far = [order for order, median in medians.items() if median >= (_MONTHLY if fewest >= _SURE_DAYS else _YEARLY)]
    if len(near) != 1 or len(far) != len(days) - 1 or _may_be_firsts_of_months(days[near[0]]):
        return None
    return near[0]


def _may_be_firsts_of_months(days: IntArray) -> bool:
    """Return whether days that lie close together may be bars of months with day and month taken for each other.

    The first of each month, 03/01/2026 with the month first, gives with the day first a run of days in January, every
    year anew, or in one year with weekends.
    """
    dates = np.unique(days)
    months = dates.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    if len(np.unique(months % 12)) > 1:
        return False
    on_weekends = bool(((dates + 3) % 7 >= 5).any())
    return len(np.unique(months)) > 1 or (on_weekends and int(months[0]) % 12 == 0)
