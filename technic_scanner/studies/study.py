"""Find all entries of criteria in a panel's past, and what the universe did after each session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from technic_scanner.criteria import Criteria
from technic_scanner.criteria import compile as compile_criteria
from technic_scanner.criteria.evaluate import evaluate
from technic_scanner.criteria.panel import Panel
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.screening.bars import DateArray, FloatArray
from technic_scanner.screening.bars import Panel as Bars
from technic_scanner.screening.matrix import BoolArray, IntArray
from technic_scanner.screening.pick_returns import HORIZONS
from technic_scanner.screening.row_parts import each_part, in_threads
from technic_scanner.studies.by_symbol import by_session
from technic_scanner.studies.eligible import Minimums, eligible_rows
from technic_scanner.studies.kernel_events import begun
from technic_scanner.studies.kernel_events import entries as mark_entries
from technic_scanner.studies.kernel_order import values_at
from technic_scanner.studies.refused import check_readable
from technic_scanner.studies.result import COST_BPS, ENTRIES, EVERY, FIRST, Study
from technic_scanner.studies.universe_means import universe_means


def study(
    criteria: Criteria | str,
    panel: Panel | Bars,
    *,
    entry: str = FIRST,
    start: date | str | None = None,
    end: date | str | None = None,
    minimums: Minimums | None = None,
    cost_bps: float = COST_BPS,
    threads: int | None = None,
) -> Study:
    """Return every entry of the criteria in the sessions start … end (both included, None: all), with what followed.

    ``panel``: n symbols over T sessions; bars before ``start`` are read by the criteria, those after ``end`` by the
    returns. Its ``members`` (n, T) limit entries and universe. ``entry``: "first", the sessions in which the condition
    is true and was not on the symbol's own bar before, or "every" one. ``minimums``: what a row must have beside a bar
    with sound prices; None: no more. ``cost_bps``: of each purchase and each sale, in
    hundredths of a per cent. ``threads``: at most that many, by default one a core.

    Raises CriteriaError for a text with faults or one that reads what only a scan knows, ConfigError that names every
    other bad argument.
    """
    found = compile_criteria(criteria) if isinstance(criteria, str) else criteria
    check_readable(found)
    whole = panel if isinstance(panel, Panel) else Panel(panel)
    first, stop = window_of(whole.sessions, entry, start, end, cost_bps)
    could, honest = eligible_rows(whole, minimums or Minimums(), threads)
    truth, order = _values(found, whole, threads)
    rows, columns = by_session(*_found(truth, whole.bars.close, could, (first, stop), entry == EVERY, threads))
    means = universe_means(whole.bars.close, honest, HORIZONS, first, stop, threads)
    return Study(
        criteria=found,
        panel=whole,
        entry=entry,
        window=(first, stop),
        rows=rows,
        columns=columns,
        order=None if order is None else _at(order, rows, columns, threads),
        universe=means,
        honest=honest,
        sessions_with_rows=int(could[:, first:stop].any(axis=0).sum()),
        left_out=_names(whole, np.asarray((could & ~honest)[:, first:stop].any(axis=1))),
        cost_bps=cost_bps,
    )


def _found(
    truth: Any, close: FloatArray, could: BoolArray, window: tuple[int, int], every: bool, threads: int | None
) -> tuple[IntArray, IntArray]:
    """Return rows and columns (E,) of the entries, by symbol and then by session."""
    first, width = window[0], window[1] - window[0]

    def find(start: int, stop: int) -> tuple[IntArray, IntArray]:
        part = slice(start, stop)
        marks = np.empty((stop - start, width), dtype=np.bool_)
        mark_entries(truth[part], could[part], first, first + width, every, marks)
        rows, columns = np.divmod(np.flatnonzero(marks), max(1, width))
        columns += first
        if not every:
            new = np.empty(len(rows), dtype=np.bool_)
            begun(truth[part], close[part], rows, columns, new)
            rows, columns = rows[new], columns[new]
        return rows + start, columns

    parts = list(in_threads(len(truth), threads, find))
    if not parts:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    return np.concatenate([rows for rows, _ in parts]), np.concatenate([columns for _, columns in parts])


def _at(values: FloatArray, rows: IntArray, columns: IntArray, threads: int | None) -> FloatArray:
    """Return what values (n, T) are at rows and columns (E,)."""
    out = np.empty(len(rows))

    def part(first: int, stop: int) -> None:
        values_at(values, rows[first:stop], columns[first:stop], out[first:stop])

    each_part(len(rows), threads, part)
    return out


def _names(panel: Panel, rows: BoolArray) -> tuple[str, ...]:
    return tuple(panel.symbols[row] for row in np.flatnonzero(rows).tolist())


def day_of(value: date | str | None) -> np.datetime64 | None:
    """Return a day, None for None. ValueError for a text that is none."""
    return None if value is None else np.datetime64(value, "D")


def window_of(
    sessions: DateArray, entry: str, start: date | str | None, end: date | str | None, cost_bps: float
) -> tuple[int, int]:
    """Return the columns first … stop − 1 of the sessions start … end. ConfigError that names every bad argument."""
    problems = []
    days: list[np.datetime64 | None] = []
    for name, value in (("from", start), ("to", end)):
        try:
            days.append(day_of(value))
        except (ValueError, TypeError):
            days.append(None)
            problems.append(FieldProblem(name, f"{value!r} is no day such as 2024-12-31"))
    if entry not in ENTRIES:
        problems.append(FieldProblem("entry", f"must be {' or '.join(ENTRIES)}, not {entry!r}"))
    if not 0.0 <= cost_bps <= 10_000.0:
        problems.append(FieldProblem("cost_bps", f"must be from 0 to 10,000, not {cost_bps}"))
    low, high = days
    if low is not None and high is not None and low > high:
        problems.append(FieldProblem("from", f"{low} is after {high}"))
    if problems:
        raise ConfigError(problems)
    first = 0 if low is None else int(np.searchsorted(sessions, low, side="left"))
    stop = len(sessions) if high is None else int(np.searchsorted(sessions, high, side="right"))
    return first, max(first, stop)


def _values(criteria: Criteria, panel: Panel, threads: int | None) -> tuple[Any, FloatArray | None]:
    """Return the condition's truth (n, T) and the value of ``rank by`` (n, T), None where the criteria have none."""
    rank = criteria.tree.rank
    roots = [criteria.tree.where] if rank is None else [criteria.tree.where, rank.by]
    count = len(panel.sessions)
    if not count:
        return np.empty((len(panel.symbols), 0), np.int8), None
    values: Sequence[Any] = evaluate(roots, panel, count, threads)
    return values[0], None if rank is None else values[1]
