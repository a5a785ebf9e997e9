"""Read dates that are numbers: yyyymmdd, Excel day numbers, and seconds to nanoseconds since 1970, value by value."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.adapters.market_data.files.date_orders import civil_days

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
_DAY = 86_400
# Excel's day 25569 is 1970-01-01; a smaller number may as well be a count of days since 1970, and is not read.
_EXCEL_EPOCH = 25_569
_EXCEL_LAST = 99_999
_DAYS_TO_1904, _ENOUGH = 1_462, 5
_SECONDS_FROM = 100_000_000
_MILLI, _FEWEST = 1000, 3
# The smallest number of each unit that has one: 10¹¹ ms is 1973, 10¹¹ s is the year 5138.
_UNITS: tuple[tuple[int, int], ...] = ((10**17, 10**9), (10**14, 10**6), (10**11, 10**3), (_SECONDS_FROM, 1))


def days_of_numbers(texts: pa.Array, last: int) -> tuple[IntArray, IntArray, BoolArray]:
    """Return days since 1970, seconds of the day (−1: none) and which rows are dates, of texts of digits.

    ``last`` is the newest possible day. Every value is judged by its own size, since providers changed their unit
    within one history. 8 digits are yyyymmdd, 12 or 14 digits a date with a time where they are one.
    """
    split = pc.replace_substring_regex(pc.utf8_trim_whitespace(texts), r"\..*$", "")
    digits = pc.if_else(pc.match_substring_regex(split, r"^-?\d{1,18}$|^\d{19}$"), split, pa.scalar(None, pa.string()))
    given = np.asarray(digits.is_valid(), dtype=np.bool_)
    values = _int64(digits)
    given &= values != np.iinfo(np.int64).min
    days, seconds, known = _since_epoch(values, given, last)
    small = known & (np.abs(values) < _SECONDS_FROM)
    _take_excel(values, texts, given, (days, seconds, known), last)
    _take_figures(values, given & ~small, (days, seconds, known))
    return days, seconds, known


def _int64(digits: pa.Array) -> IntArray:
    values = pc.fill_null(digits, "0")
    floats = np.asarray(values.cast(pa.float64()).to_numpy(zero_copy_only=False))
    safe = pc.if_else(pa.array(np.abs(floats) < 9.2e18), values, pa.scalar(str(np.iinfo(np.int64).min)))
    return np.asarray(safe.cast(pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)


def _since_epoch(values: IntArray, given: BoolArray, last: int) -> tuple[IntArray, IntArray, BoolArray]:
    size = np.abs(values)
    divisor = np.zeros(len(values), dtype=np.int64)
    for smallest, unit in reversed(_UNITS):
        divisor[size >= smallest] = unit
    _take_larger_units(values, divisor)
    if (divisor[given] == 1).any() or _are_steps_of_days(values[given]):
        _take_small_seconds(values, given, divisor, last)
    else:
        main = int(divisor[given].max(initial=0))
        usual = next((smallest for smallest, unit in _UNITS if unit == main), 0)
        if (given & (divisor == main) & (size < usual)).any():
            divisor[given & (divisor == 0)] = main
    known = given & (divisor > 0)
    stamps = np.floor_divide(values, np.where(divisor > 0, divisor, 1))
    days, seconds = np.divmod(stamps, _DAY)
    return np.where(known, days, 0), np.where(known, seconds, -1), known


def _are_steps_of_days(values: IntArray) -> bool:
    """Return whether small numbers are seconds of different days at one time of day, or a few as summer time moves it.

    Numbers of rows, days and figures lie too close together for that, or their rest is not the same.
    """
    distinct = np.unique(values)
    if len(distinct) < _FEWEST or np.abs(distinct).max() >= _SECONDS_FROM:
        return False
    times = len(np.unique(distinct % _DAY))
    return len(np.unique(distinct // _DAY)) == len(distinct) and times * _FEWEST <= len(distinct)


def _take_small_seconds(values: IntArray, given: BoolArray, divisor: IntArray, last: int) -> None:
    """Set ``divisor`` for the small numbers of a column of seconds, which are of the years around 1970.

    Some of them may as well be yyyymmdd or Excel's day numbers: these are seconds where they lie closer to their
    neighbours as such. If they are not, the units are mixed, and a number that is nothing else stays unread.
    """
    small = given & (divisor == 0)
    figures_day, is_figures = _figures(values)
    is_figures &= small & (values >= 19_000_101) & (values <= 21_001_231)
    is_excel = small & _may_be_excel(values, last)
    trial = np.where(small & ~is_figures & ~is_excel, 1, divisor)
    mixed = False
    for rows, otherwise in ((is_figures, figures_day), (is_excel, values - _EXCEL_EPOCH)):
        if rows.any():
            if _are_closer_as_seconds(values, trial, rows, otherwise):
                trial[rows] = 1
            else:
                mixed = True
    taken = small & (trial == 1) & ~(mixed & small & ~is_figures & ~is_excel)
    divisor[taken] = 1


def _are_closer_as_seconds(values: IntArray, divisor: IntArray, rows: BoolArray, otherwise: IntArray) -> bool:
    """Return whether ``rows`` lie closer to the other days as seconds than as the days ``otherwise``."""
    placed = (divisor > 0) | rows
    stamped = values // np.maximum(divisor, 1) // _DAY
    as_seconds, as_days = stamped[placed], np.where(rows, otherwise, stamped)[placed]
    alone = len(np.unique(stamped[rows])) == len(np.unique(values[rows]))
    within_days = len(np.unique(stamped[divisor > 0])) < len(np.unique(values[divisor > 0]))
    return (alone or within_days) and bool(np.abs(np.diff(as_seconds)).sum() < np.abs(np.diff(as_days)).sum())


def _figures(values: IntArray) -> tuple[IntArray, BoolArray]:
    """Return the days of numbers as yyyymmdd, and which of them exist."""
    return civil_days(values // 10_000, values // 100 % 100, values % 100)


def _may_be_excel(values: IntArray, last: int) -> BoolArray:
    found: BoolArray = (values >= _EXCEL_EPOCH) & (values <= min(_EXCEL_LAST, last + _EXCEL_EPOCH))
    return found


def _take_larger_units(values: IntArray, divisor: IntArray) -> None:
    """Set ``divisor`` to the next larger unit for stamps of 1970 to 1973, which look like later ones in a smaller unit.

    They are told by their days: read with the larger unit these lie closer together, and no two become one.
    """
    for _, unit in reversed(_UNITS[1:]):
        rows = divisor == unit
        if int(rows.sum()) < _FEWEST:
            continue
        if _are_closer(values, divisor, rows, unit * _MILLI):
            divisor[rows] = unit * _MILLI
    # Those of the first days of 1970 are few, and go with the unit of the others.
    main = int(divisor.max(initial=0))
    for unit in (10**6, 10**3, 1):
        rows = divisor == unit
        if unit < main and rows.any() and _are_closer(values, divisor, rows, main):
            divisor[rows] = main


def _are_closer(values: IntArray, divisor: IntArray, rows: BoolArray, larger: int) -> bool:
    """Return whether the days lie closer together with the unit ``larger`` for ``rows``, and no two become one."""
    known = divisor > 0
    trial = np.where(rows, larger, divisor)
    before, after = (values[known] // each[known] // _DAY for each in (divisor, trial))
    same = len(np.unique(after[rows[known]])) == len(np.unique(before[rows[known]]))
    return same and bool(np.abs(np.diff(after)).sum() < np.abs(np.diff(before)).sum())


def _take_excel(
    values: IntArray, texts: pa.Array, given: BoolArray, found: tuple[IntArray, IntArray, BoolArray], last: int
) -> None:
    days, seconds, known = found
    excel = given & ~known & _may_be_excel(values, last)
    if not excel.any():
        return
    whole = np.asarray(texts.take(pa.array(np.flatnonzero(excel))).cast(pa.float64()).to_numpy(zero_copy_only=False))
    fraction = np.round((whole - np.floor(whole)) * _DAY).astype(np.int64)
    days[excel] = values[excel] - _EXCEL_EPOCH + _since_1904(values[excel] - _EXCEL_EPOCH, last)
    seconds[excel] = np.where(fraction > 0, fraction, -1)
    known[excel] = True


def _since_1904(days: IntArray, last: int) -> int:
    """Return by how many days numbers are too small because they count from 1904, as a Mac's workbook does, else 0.

    They do if no session would be on a weekend then, and some would be otherwise.
    """
    later = np.unique(days + _DAYS_TO_1904)
    if len(later) < _ENOUGH or later[-1] > last or ((later + 3) % 7 >= 5).any():
        return 0
    return _DAYS_TO_1904 if ((np.unique(days) + 3) % 7 >= 5).any() else 0


def _take_figures(values: IntArray, given: BoolArray, found: tuple[IntArray, IntArray, BoolArray]) -> None:
    """Take yyyymmdd, and yyyymmddHHMM or yyyymmddHHMMSS where every number of that length is one."""
    days, seconds, known = found
    for low, high, scale in ((19_000_101, 21_001_231, 1), (190_001_010_000, 210_012_312_359, 10**4),
                             (19_000_101_000_000, 21_001_231_235_959, 10**6)):  # fmt: skip
        within = given & (values >= low) & (values <= high)
        figures = values // scale
        day, valid = _figures(figures)
        clock = values % scale * (10**6 // scale)
        time = clock // 10_000 * 3600 + clock // 100 % 100 * 60 + clock % 100
        valid &= (clock // 10_000 < 24) & (clock // 100 % 100 < 60) & (clock % 100 < 60)
        if scale > 1 and not bool(valid[within].all()):
            continue
        taken = within & (valid | (scale == 1))
        days[taken], known[taken] = day[taken], valid[taken]
        seconds[taken] = time[taken] if scale > 1 else -1
