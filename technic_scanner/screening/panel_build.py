"""Build one Panel from long rows, or from batches with different calendars, with NumPy only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from technic_scanner.screening.bars import FIELDS, DateArray, FloatArray, Panel

IntArray = npt.NDArray[np.integer]


def calendar_of(days: IntArray) -> npt.NDArray[np.int64]:
    """Return the distinct ``days`` (days since 1970) in ascending order, in one pass without sorting."""
    if len(days) == 0:
        return np.empty(0, dtype=np.int64)
    first = int(days.min())
    seen = np.zeros(int(days.max()) - first + 1, dtype=np.bool_)
    seen[days - first] = True
    return np.flatnonzero(seen) + first


def positions_in(calendar: IntArray, days: IntArray) -> npt.NDArray[np.int64]:
    """Return the index of each of ``days`` in ``calendar`` (ascending), −1 if it is not there."""
    if len(days) == 0 or len(calendar) == 0:
        return np.full(len(days), -1, dtype=np.int64)
    low = min(int(days.min()), int(calendar[0]))
    high = max(int(days.max()), int(calendar[-1]))
    table = np.full(high - low + 1, -1, dtype=np.int64)
    table[calendar - low] = np.arange(len(calendar))
    return table[days - low]


def panel_from_rows(
    symbols: Sequence[str],
    codes: IntArray,
    days: IntArray,
    fields: Sequence[npt.NDArray[np.generic]],
) -> Panel:
    """Return the panel of N long rows: row i is the bar of ``symbols[codes[i]]`` on ``days[i]`` (days since 1970).

    ``fields`` are five (N,) arrays in the order of ``FIELDS``. Rows may be in any order; of two rows for one symbol and
    day the later one is used. A row with a NaN in any field is not a bar and becomes NaN in all five. Rows that are
    sorted and rectangular are only reshaped.
    """
    days = np.asarray(days)
    calendar = calendar_of(days)
    shape = (len(symbols), len(calendar))
    values = [np.asarray(field, dtype=np.float64) for field in fields]
    if _is_rectangular(codes, days, calendar, shape):
        arrays = [value.reshape(shape) for value in values]
    else:
        flat = np.asarray(codes, dtype=np.int64) * shape[1] + positions_in(calendar, days)
        arrays = [_scatter(shape, flat, value) for value in values]
    return _with_whole_bars(tuple(symbols), calendar.astype("datetime64[D]"), arrays)


def combine_panels(panels: Sequence[Panel], symbols: Sequence[str] | None = None) -> Panel:
    """Return one panel of all ``panels`` on the union of their calendars, in the order of ``symbols``.

    With ``symbols`` None the order is that of the panels. A symbol in several panels has the bars of the last one;
    names that are in no panel are omitted.
    """
    where: dict[str, tuple[int, int]] = {}
    for number, panel in enumerate(panels):
        where.update((symbol, (number, row)) for row, symbol in enumerate(panel.symbols))
    wanted = [symbol for symbol in dict.fromkeys(where if symbols is None else symbols) if symbol in where]
    if not wanted:
        return Panel.empty()
    if len(panels) == 1 and tuple(wanted) == panels[0].symbols:
        return panels[0]
    calendar = calendar_of(np.concatenate([_days(panel.sessions) for panel in panels]))
    target = np.full((5, len(wanted), len(calendar)), np.nan)
    for number, panel in enumerate(panels):
        pairs = [(row, where[symbol][1]) for row, symbol in enumerate(wanted) if where[symbol][0] == number]
        if pairs:
            _place(target, panel, np.array(pairs, dtype=np.intp), positions_in(calendar, _days(panel.sessions)))
    return Panel(tuple(wanted), calendar.astype("datetime64[D]"), *target)


def well_formed(panel: Panel) -> Panel:
    """Return the panel with the guarantees of its class: distinct ascending sessions, float64, bars complete or NaN.

    Of several columns for one session the last one is used. A bar with an infinite number becomes NaN.
    """
    days = _days(panel.sessions)
    if len(days) == 0:
        return panel
    arrays = [np.asarray(getattr(panel, name), dtype=np.float64) for name in FIELDS]
    if not (np.diff(days) > 0).all():
        backwards = np.unique(days[::-1], return_index=True)[1]
        order = len(days) - 1 - backwards
        days, arrays = days[order], [array[:, order] for array in arrays]
    if all(bool(np.isfinite(array).all()) for array in arrays):
        return Panel(panel.symbols, days.astype("datetime64[D]"), *map(np.ascontiguousarray, arrays))
    arrays = [np.where(np.isinf(array), np.nan, array) for array in arrays]
    return _with_whole_bars(panel.symbols, days.astype("datetime64[D]"), arrays)


def between(panel: Panel, start: date | None, end: date | None) -> Panel:
    """Return only the sessions start..end, both included; None means no bound."""
    low = 0 if start is None else int(np.searchsorted(panel.sessions, np.datetime64(start, "D"), side="left"))
    high = len(panel.sessions)
    if end is not None:
        high = int(np.searchsorted(panel.sessions, np.datetime64(end, "D"), side="right"))
    return panel.window(low, max(low, high))


def drop_empty_sessions(panel: Panel) -> Panel:
    """Return the panel without the sessions on which no symbol has a bar."""
    used = ~np.isnan(panel.close).all(axis=0)
    if used.all():
        return panel
    return Panel(
        panel.symbols, panel.sessions[used], *(np.ascontiguousarray(getattr(panel, name)[:, used]) for name in FIELDS)
    )


def _days(sessions: DateArray) -> npt.NDArray[np.int64]:
    return sessions.astype("datetime64[D]").astype(np.int64)


def _place(target: FloatArray, panel: Panel, rows: npt.NDArray[np.intp], columns: IntArray) -> None:
    to, taken = rows[:, 0], rows[:, 1]
    whole = len(columns) == target.shape[2] and bool((np.diff(taken) == 1).all()) and bool((np.diff(to) == 1).all())
    for number, name in enumerate(FIELDS):
        source = getattr(panel, name)
        if whole:
            target[number, to[0] : to[-1] + 1] = source[taken[0] : taken[-1] + 1]
        else:
            target[number][np.ix_(to, columns)] = source[taken]


def _is_rectangular(codes: IntArray, days: IntArray, calendar: IntArray, shape: tuple[int, int]) -> bool:
    if len(days) != shape[0] * shape[1] or len(days) == 0:
        return False
    by_code = np.asarray(codes).reshape(shape)
    same_rows = bool((by_code == np.arange(shape[0])[:, None]).all())
    return same_rows and bool((days.reshape(shape) == calendar).all())


def _scatter(shape: tuple[int, int], flat: IntArray, values: FloatArray) -> FloatArray:
    target = np.full(shape[0] * shape[1], np.nan)
    target[flat] = values
    return target.reshape(shape)


def _with_whole_bars(symbols: tuple[str, ...], sessions: DateArray, arrays: list[FloatArray]) -> Panel:
    gap = np.isnan(arrays[0])
    for array in arrays[1:]:
        gap |= np.isnan(array)
    torn = [bool((gap & ~np.isnan(array)).any()) for array in arrays]
    whole = [np.where(gap, np.nan, array) if bad else array for array, bad in zip(arrays, torn, strict=True)]
    return Panel(symbols, sessions, *(np.ascontiguousarray(array) for array in whole))
