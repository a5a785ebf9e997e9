"""Read columns of dates in any usual notation as days and seconds of the day, and say what their notation is."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.adapters.market_data.files.bare_dates import bare_dates
from technic_scanner.adapters.market_data.files.clock_times import clock_seconds, groups, whole_numbers
from technic_scanner.adapters.market_data.files.date_numbers import days_of_numbers
from technic_scanner.adapters.market_data.files.date_orders import (
    FIRST_DAY,
    OrderError,
    Triples,
    decide_order,
)
from technic_scanner.adapters.market_data.files.date_texts import DIGITS, plain_numbers
from technic_scanner.adapters.market_data.files.date_words import days_of_words
from technic_scanner.errors import SourceDataError

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
_COMPACT = (
    r"^(?P<day>\d{8})(?:T|\s+|-)(?P<rest>\d{2}:?\d{2}(?::?\d{2})?)(?:\.\d+)?\s*"
    r"(?:Z|[+-]\d\d:?\d\d|(?P<zone>[A-Za-z]{2,}(?:[/_-][A-Za-z]+)*))?$"
)
_TRIPLE = (
    r"^(?P<a>\d{1,4})\s?(?P<mark>[-/. _年년])\s?(?P<b>\d{1,2})\s?[-/. _月월]\s?(?P<c>\d{1,4})\s?"
    r"[.日일]?(?P<rest>|Z|\+\d\d:?\d\d|[T ,;_(-].*)$"
)
# ="2026-02-18" keeps Excel from reading it; marks for the direction of writing come with copied text.
_AROUND = "=\"'\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
_GREENWICH = ("UTC", "+00:00", "Etc/UTC")
_THURSDAY, _FRIDAY, _SATURDAY, _SUNDAY, _MONDAY_OFFSET = 3, 4, 5, 6, 3  # 1970-01-01 was a Thursday
_DAYS_FOR_A_ZONE, _DAYS_WITH_SUNDAY = 5, 2
_HALF_HOUR_SECONDS = 1_800
_FROM_NOON_SECONDS = 10 * 3600  # midnight east of Greenwich, to the zones beyond +12 h


@dataclass(slots=True)
class Days:
    """Days since 1970 of each row, seconds of the day (−1 if no time is given), and which rows have a date.

    ``order`` is "ymd", "dmy", "mdy" or another order of figures, None where the dates have no figures to order.
    ``undecided`` are the rows' figures if nothing tells their order; their days are not known then.
    ``lasting``: on a later day, when newer dates are possible, they would be read the same.
    ``outside`` are the rows with a date before 1900 or after tomorrow, ``impossible`` their number; they count as
    without a date.
    """

    days: IntArray
    seconds: IntArray
    known: BoolArray
    order: str | None = None
    zone: str | None = None
    undecided: Triples | None = None
    impossible: int = 0
    outside: BoolArray | None = None
    lasting: bool = True
    notes: list[str] = field(default_factory=list)

    @classmethod
    def unknown(cls, rows: int) -> Days:
        """Return days of which none is known."""
        return cls(np.zeros(rows, np.int64), np.full(rows, -1, np.int64), np.zeros(rows, np.bool_))


@dataclass(frozen=True, slots=True)
class DateHints:
    """What helps to read dates: the newest possible day, an order that is known, and the day in the file's name."""

    last: int
    order: str | None = None
    named_day: int | None = None


def read_days(column: pa.Array, hints: DateHints, *, zone: str | None = None, form: str | None = None) -> Days:
    """Return the days of a column of text, numbers, dates or timestamps.

    Times in UTC are taken to ``zone``; ``form`` is the format of texts, as ``strptime`` has it, if it is given.

    Raises SourceDataError if the dates contradict each other or name months of which it is not
    known which they are.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _spread(read_days(column.dictionary, hints, zone=zone, form=form), column.indices)
    is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if form is not None and (is_number or pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        text = _texts_of_numbers(column) if is_number else column
        column = pc.strptime(pc.utf8_trim_whitespace(text), format=form, unit="s", error_is_null=True)
        kind, is_number = column.type, False
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        found = _of_stamps(column)
    elif is_number:
        found = Days(*days_of_numbers(_texts_of_numbers(column), hints.last))
        found.zone = "UTC" if (found.seconds >= 0).any() else None
    else:
        found = _of_text(column.cast(pa.string()), hints)
    if found.zone in _GREENWICH:
        _settle_zone(found, zone)
    outside = found.known & ((found.days < FIRST_DAY) | (found.days > hints.last))
    found.impossible, found.outside = int(outside.sum()), outside
    found.known &= ~outside
    found.lasting &= bool(found.known.all()) and found.undecided is None
    return found


def _spread(found: Days, indices: pa.Array) -> Days:
    rows = np.asarray(indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)
    if len(found.days) == 0:
        return Days.unknown(len(rows))
    undecided = None if found.undecided is None else found.undecided.take(rows)
    spread = Days(found.days[rows], found.seconds[rows], found.known[rows] & (rows >= 0), found.order, found.zone)
    spread.undecided, spread.notes, spread.lasting = undecided, found.notes, found.lasting
    if found.outside is not None:
        spread.outside = found.outside[rows] & (rows >= 0)
        spread.impossible = int(spread.outside.sum())
    return spread


def _of_stamps(column: pa.Array) -> Days:
    zone = None
    if pa.types.is_timestamp(column.type) and column.type.tz:
        zone = column.type.tz
        column = pc.local_timestamp(column)
    known = np.asarray(column.is_valid(), dtype=np.bool_)
    raw = np.asarray(column.to_numpy(zero_copy_only=False), dtype="datetime64[s]").astype(np.int64)
    raw = np.where(known, raw, 0)
    days, seconds = np.divmod(raw, 86_400)
    if pa.types.is_date(column.type) or not seconds[known].any():
        seconds = np.full(len(days), -1)
    return Days(days, seconds, known, zone=zone)


def _texts_of_numbers(column: pa.Array) -> pa.Array:
    if pa.types.is_integer(column.type):
        return column.cast(pa.string())
    values = np.asarray(column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), dtype=np.float64)
    whole = np.isfinite(values) & (values == np.floor(values)) & (np.abs(values) < 2.0**63)
    texts = [
        str(int(v)) if w else (None if not np.isfinite(v) else repr(float(v)))
        for v, w in zip(values, whole, strict=True)
    ]
    return pa.array(texts, pa.string())


def _of_text(column: pa.Array, hints: DateHints) -> Days:
    text = bare_dates(pc.utf8_trim_whitespace(pc.utf8_trim(pc.utf8_trim_whitespace(column), characters=_AROUND)))
    found = Days.unknown(len(text))
    if len(text) == 0:
        return found
    _take_triples(found, text, hints)
    if not found.known.all() and found.undecided is None:
        _take_digits(found, text, hints)
    if not found.known.all():
        _take_words(found, text, hints)
    return found


def _left(found: Days, text: pa.Array) -> tuple[pa.Array, IntArray]:
    """Return the texts without a date so far, and their rows."""
    rows = np.flatnonzero(~found.known)
    return text.take(pa.array(rows)), rows


def _take_triples(found: Days, text: pa.Array, hints: DateHints) -> None:
    parts, rows = groups(text, _TRIPLE)
    if len(rows) == 0:
        return
    dotted = bool(pc.all(pc.equal(parts["mark"], ".")).as_py())
    triples = Triples.of((parts["a"], parts["b"], parts["c"]), rows, len(text), dotted=dotted)
    seconds = clock_seconds(parts["rest"])
    if not (seconds > 0).any():
        seconds[:] = -1
    found.seconds[rows] = seconds
    if _has_zulu(parts["rest"]):
        found.zone = "UTC"
    try:
        found.order = decide_order(triples, hints.last, hints.order, hints.named_day)
    except OrderError as error:
        raise SourceDataError(str(error)) from error
    if found.order is None:
        found.undecided = triples
        return
    found.lasting = triples.lasts(found.order, given=hints.order is not None)
    days, valid = triples.days(found.order, hints.last)
    found.days[rows], found.known[rows] = days, valid


def _has_zulu(rest: pa.Array) -> bool:
    return bool(pc.any(pc.match_substring_regex(rest, r"(?:Z|[+-]00:?00)$")).as_py())


def _take_compact(found: Days, text: pa.Array, hints: DateHints) -> None:
    """Take dates such as 20250303 093000, also with the name of a zone behind them, whose days they are."""
    left, rows = _left(found, text)
    compact, at = groups(left, _COMPACT)
    if len(at) == 0:
        return
    plain = days_of_numbers(compact["day"], hints.last)
    figures = pc.replace_substring(compact["rest"], ":", "")
    clock = whole_numbers(pc.utf8_slice_codeunits(pc.utf8_rpad(figures, 6, "0"), 0, 6))
    found.days[rows[at]], found.known[rows[at]] = plain[0], plain[2]
    found.seconds[rows[at]] = clock // 10_000 * 3600 + clock // 100 % 100 * 60 + clock % 100
    found.order = found.order or "ymd"
    zones = [zone for zone in compact["zone"].unique().to_pylist() if zone]
    if len(zones) == 1:
        found.zone = "UTC" if zones[0] in ("GMT", "UTC") else zones[0]


def _take_digits(found: Days, text: pa.Array, hints: DateHints) -> None:
    _take_compact(found, text, hints)
    text = plain_numbers(text)
    left, rows = _left(found, text)
    is_number = np.asarray(pc.fill_null(pc.match_substring_regex(left, DIGITS), fill_value=False), dtype=np.bool_)
    negative = np.asarray(
        pc.fill_null(pc.match_substring_regex(left, r"^-?\d{1,18}$"), fill_value=False), dtype=np.bool_
    )
    if not is_number.any():
        return
    wanted = rows[is_number | negative]
    days, seconds, known = days_of_numbers(text.take(pa.array(wanted)), hints.last)
    found.days[wanted], found.seconds[wanted], found.known[wanted] = days, seconds, known
    if (seconds >= 0).any():
        found.zone = "UTC"


def _take_words(found: Days, text: pa.Array, hints: DateHints) -> None:
    left, rows = _left(found, text)
    dates = days_of_words(left, hints.last)
    at = rows[dates.known]
    found.days[at], found.seconds[at], found.known[at] = dates.days[dates.known], dates.seconds[dates.known], True
    found.lasting &= dates.lasting


def _settle_zone(found: Days, zone: str | None) -> None:
    """Move times in UTC to ``zone``, or to the days of their sessions if midnight east of Greenwich was stamped.

    Then the stamps are late in the day of UTC, those of the week's first session are on the day before it, and none is
    on the weekday of its last session.
    """
    if zone is not None:
        stamps = pa.array(found.days * 86_400 + np.maximum(found.seconds, 0)).cast(pa.timestamp("s", tz="UTC"))
        local = pc.local_timestamp(stamps.cast(pa.timestamp("s", tz=zone)))
        days, seconds = np.divmod(np.asarray(local.cast(pa.int64()).to_numpy(zero_copy_only=False)), 86_400)
        found.days, found.seconds, found.zone = days, np.where(found.seconds >= 0, seconds, -1), zone
        return
    if _is_midnight_in_the_east(found):
        found.days = found.days + 1
        found.notes.append(
            "times are the midnight of a place east of Greenwich, written in UTC; each bar was put on its own day"
        )


def _is_midnight_in_the_east(found: Days) -> bool:
    times = np.unique(found.seconds[found.known])
    distinct = np.unique(found.days[found.known])
    if len(distinct) < _DAYS_WITH_SUNDAY or len(times) > 2 or times[0] < _FROM_NOON_SECONDS:
        return False
    counts = np.bincount((distinct + _MONDAY_OFFSET) % 7, minlength=7)
    if len(distinct) < _DAYS_FOR_A_ZONE and (not counts[_SUNDAY] or (times % _HALF_HOUR_SECONDS).any()):
        return False
    from_monday = counts[_SUNDAY] and not counts[_FRIDAY] and not counts[_SATURDAY]
    from_sunday = counts[_SATURDAY] and not counts[_THURSDAY] and not counts[_FRIDAY]
    return bool(from_monday or from_sunday)
