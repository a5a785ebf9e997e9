"""Long rows and batches become one panel, whatever their order; checked against plain dictionaries."""

from __future__ import annotations

from datetime import date
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.screening.bars import FIELDS, Panel
from technic_scanner.screening.panel_build import (
    between,
    calendar_of,
    combine_panels,
    drop_empty_sessions,
    panel_from_rows,
    positions_in,
    well_formed,
)

DAYS = st.lists(st.integers(-400, 20_000), max_size=40)
ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(-3, 8), st.floats(0.5, 9) | st.just(np.nan)), max_size=40)
NAMES = ("A", "B", "C", "D")


def built(rows: list[tuple[int, int, float]]) -> Panel:
    values = np.array([row[2] for row in rows], dtype=np.float64)
    codes = np.array([row[0] for row in rows], dtype=np.int32)
    days = np.array([row[1] for row in rows], dtype=np.int32)
    return panel_from_rows(NAMES, codes, days, [values, values + 1, values + 2, values + 3, values + 4])


def as_dict(panel: Panel) -> dict[tuple[str, int], tuple[float, ...]]:
    return {
        (symbol, int(day)): tuple(float(getattr(panel, name)[row, column]) for name in FIELDS)
        for row, symbol in enumerate(panel.symbols)
        for column, day in enumerate(panel.sessions.astype(int))
        if not np.isnan(panel.close[row, column])
    }


@given(DAYS)
def test_a_calendar_is_the_sorted_set(days: list[int]) -> None:
    assert calendar_of(np.array(days, dtype=np.int32)).tolist() == sorted(set(days))


@given(DAYS, DAYS)
def test_positions_are_those_of_a_search(days: list[int], calendar: list[int]) -> None:
    ordered = sorted(set(calendar))
    found = positions_in(np.array(ordered, dtype=np.int64), np.array(days, dtype=np.int32))
    assert found.tolist() == [ordered.index(day) if day in ordered else -1 for day in days]


@given(ROWS)
def test_rows_in_any_order_become_the_panel(rows: list[tuple[int, int, float]]) -> None:
    panel = built(rows)
    expected: dict[tuple[str, int], tuple[float, ...]] = {}
    for code, day, value in rows:
        expected.pop((NAMES[code], day), None)
        if not np.isnan(value):
            expected[NAMES[code], day] = (value, value + 1, value + 2, value + 3, value + 4)
    assert as_dict(panel) == expected
    assert panel.symbols == NAMES
    assert panel.sessions.astype(int).tolist() == sorted({day for _, day, _ in rows})
    for name in FIELDS:
        array = getattr(panel, name)
        assert array.flags.c_contiguous
        assert np.array_equal(np.isnan(array), np.isnan(panel.close))


def test_a_bar_lacking_one_field_is_no_bar() -> None:
    one, gap = np.array([1.0, 2.0]), np.array([1.0, np.nan])
    panel = panel_from_rows(("A",), np.array([0, 0]), np.array([1, 2]), [one, one, one, one, gap])
    assert panel.open[0, 0] == 1.0
    assert all(np.isnan(getattr(panel, name)[0, 1]) for name in FIELDS)


def test_sorted_rectangular_rows_are_only_reshaped() -> None:
    values = np.arange(12.0)
    codes, days = np.repeat(np.arange(4), 3), np.tile(np.arange(3), 4)
    panel = panel_from_rows(NAMES, codes, days, [values] * 5)
    assert np.shares_memory(panel.close, values)
    assert panel.close.tolist() == values.reshape(4, 3).tolist()


def test_rectangular_rows_in_another_order_are_not_mistaken() -> None:
    values = np.arange(4.0)
    panel = panel_from_rows(("A", "B"), np.array([1, 1, 0, 0]), np.array([1, 2, 1, 2]), [values] * 5)
    assert panel.close.tolist() == [[2.0, 3.0], [0.0, 1.0]]


@given(st.lists(ROWS, max_size=4))
def test_batches_are_combined_on_the_union_of_their_calendars(batches: list[list[tuple[int, int, float]]]) -> None:
    panels = []
    for rows in batches:
        panel = built(rows)
        panels.append(panel.take([i for i in range(4) if not np.isnan(panel.close[i]).all()]))
    combined = combine_panels(panels)
    expected: dict[tuple[str, int], tuple[float, ...]] = {}
    for panel in panels:
        for symbol in panel.symbols:
            expected = {key: bar for key, bar in expected.items() if key[0] != symbol}
        expected |= as_dict(panel)
    assert as_dict(combined) == expected
    assert sorted(combined.symbols) == sorted({symbol for panel in panels for symbol in panel.symbols})
    assert (np.diff(combined.sessions.astype(int)) > 0).all()


def test_combined_symbols_come_in_the_order_asked_for() -> None:
    left, right = built([(0, 1, 1.0), (1, 1, 2.0)]).take([0, 1]), built([(2, 5, 3.0)]).take([2])
    combined = combine_panels([left, right], ["C", "NOPE", "A", "C"])
    assert combined.symbols == ("C", "A")
    assert as_dict(combined) == {("C", 5): (3.0, 4.0, 5.0, 6.0, 7.0), ("A", 1): (1.0, 2.0, 3.0, 4.0, 5.0)}


def test_nothing_combined_is_empty() -> None:
    assert combine_panels([]).shape == (0, 0)
    assert combine_panels([built([(0, 1, 1.0)])], ["NOPE"]).shape == (0, 0)


def test_whole_numbers_become_float64_as_panels_have_them() -> None:
    prices, volume = np.array([[10, 11]], dtype=np.int32), np.array([[100, 200]], dtype=np.int64)
    days = np.array(["2024-01-02", "2024-01-03"], dtype="datetime64[D]")
    made = well_formed(Panel(("A",), days, prices, prices, prices, prices, volume))  # type: ignore[arg-type]
    assert {getattr(made, name).dtype for name in FIELDS} == {np.dtype(np.float64)}
    assert made.volume.tolist() == [[100.0, 200.0]]


@given(st.lists(st.integers(0, 6), max_size=8), st.randoms(use_true_random=False))
def test_columns_in_any_order_become_well_formed(days: list[int], random: Random) -> None:
    values = np.array([[random.choice([1.0, 2.0, 3.0, np.nan, np.inf]) for _ in days] for _ in NAMES]).reshape(4, -1)
    whole = np.nan_to_num(values, nan=7.0, posinf=7.0)
    panel = Panel(NAMES, np.array(days, dtype="datetime64[D]"), values, *[whole + k for k in range(1, 5)])
    last = {day: column for column, day in enumerate(days)}
    made = well_formed(panel)
    assert made.sessions.astype(int).tolist() == sorted(last)
    for row in range(4):
        for column, day in enumerate(sorted(last)):
            bar = [getattr(made, name)[row, column] for name in FIELDS]
            before = [getattr(panel, name)[row, last[day]] for name in FIELDS]
            assert np.isnan(bar).all() if not np.isfinite(before).all() else bar == before
    assert as_dict(well_formed(made)) == as_dict(made)


@pytest.mark.parametrize(
    ("start", "end", "kept"),
    [(None, None, [1, 2, 3]), (2, None, [2, 3]), (None, 2, [1, 2]), (2, 2, [2]), (9, None, []), (3, 1, [])],
)
def test_between_keeps_both_ends(start: int | None, end: int | None, kept: list[int]) -> None:
    def day(number: int | None) -> date | None:
        return None if number is None else date.fromordinal(date(1970, 1, 1).toordinal() + number)

    panel = between(built([(0, 1, 1.0), (0, 2, 1.0), (0, 3, 1.0)]), day(start), day(end))
    assert panel.sessions.astype(int).tolist() == kept
    assert panel.close.shape == (4, len(kept))


def test_sessions_without_a_bar_can_be_dropped() -> None:
    panel = drop_empty_sessions(built([(0, 1, 1.0), (1, 2, np.nan), (1, 3, 2.0)]))
    assert panel.sessions.astype(int).tolist() == [1, 3]
    assert drop_empty_sessions(panel) is panel
