"""The compiled parts of studies give what plain loops give, with missing bars, sessions before the window, overlaps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from technic_scanner.studies.by_symbol import by_session
from technic_scanner.studies.eligible import Minimums, eligible_rows
from technic_scanner.studies.kernel_events import turnover, universe_sums
from technic_scanner.studies.kernel_moves import session_moves
from technic_scanner.studies.study import _found
from tests.unit.studies.panels import made_panel

SESSIONS = 60


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.booleans(), st.integers(0, SESSIONS), st.integers(0, SESSIONS), st.integers(1, 3))
def test_entries_are_where_the_own_bar_before_was_not_true(
    seed: int, every: bool, one: int, other: int, threads: int
) -> None:
    rng = np.random.default_rng(seed)
    first, stop = min(one, other), max(one, other)
    close = np.where(rng.random((20, SESSIONS)) < 0.2, np.nan, 10.0)
    truth = np.where(np.isnan(close), 1, rng.choice([0, 1, 2], close.shape, p=[0.4, 0.1, 0.5])).astype(np.int8)
    could = ~np.isnan(close) & (rng.random(close.shape) < 0.9)
    wanted = []
    for row in range(20):
        own = np.flatnonzero(~np.isnan(close[row]))
        for number, at in enumerate(own.tolist()):
            before = number > 0 and truth[row, own[number - 1]] == 2
            if truth[row, at] == 2 and could[row, at] and first <= at < stop and (every or not before):
                wanted.append((row, at))
    rows, columns = _found(truth, close, could, (first, stop), every, threads)
    assert list(zip(rows.tolist(), columns.tolist(), strict=True)) == wanted
    by_day = list(zip(*(values.tolist() for values in by_session(rows, columns)), strict=True))
    assert by_day == sorted(wanted, key=lambda place: (place[1], place[0]))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1, 5, 21]), st.sampled_from([0.02, 0.3]))
def test_turnover_is_the_change_of_equal_weights(seed: int, horizon: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    marks = rng.random((8, SESSIONS)) < share
    rows, columns = np.nonzero(marks)
    open_entries = np.zeros(marks.shape)
    for row, column in zip(rows, columns, strict=True):
        open_entries[row, column : column + horizon] += 1.0
    count = open_entries.sum(axis=0)
    weights = np.divide(open_entries, count, out=np.zeros_like(open_entries), where=count > 0.0)
    changes = np.abs(np.diff(weights, axis=1, prepend=0.0)).sum(axis=0)
    traded = np.full(SESSIONS, 9.0)
    mean_open = turnover(rows, columns, horizon, SESSIONS, traded)
    np.testing.assert_allclose(traded, changes, rtol=0.0, atol=1e-12)
    assert mean_open == pytest.approx(count[count > 0.0].mean() if len(rows) else 0.0)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.02, 0.2, 0.9]), st.sampled_from([1, 2, 30, SESSIONS]))
def test_what_entries_gain_is_that_of_a_plain_loop(seed: int, share: float, sessions: int) -> None:
    rng = np.random.default_rng(seed)
    horizons = np.array([1, 5, 21])
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.3, (6, sessions)), axis=1))
    close[rng.random(close.shape) < 0.1] = np.nan
    rows, columns = np.nonzero(~np.isnan(close) & (rng.random(close.shape) < share))
    # An entry has no weight at horizons whose returns are unknown: the last ones, and some in between.
    known = (np.arange(sessions) + horizons[:, None] < sessions) & (rng.random((3, sessions)) < 0.8)
    weights = np.where(known, rng.random((3, sessions)), 0.0)
    universe = np.where(rng.random(sessions) < 0.1, np.nan, rng.normal(0.0, 0.01, sessions))
    found = np.zeros((3, 3, sessions))
    session_moves(close, rows, columns, weights, universe, horizons, 3.0, *found)
    wanted, own = np.zeros_like(found), np.zeros((3, 6, sessions))
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        bought = before = raw = close[row, column]
        for t in range(column + 1, min(column + 22, sessions)):
            raw = raw if np.isnan(close[row, t]) else close[row, t]
            price = min(raw, 4.0 * bought)
            gain = (price - before * (1.0 + np.nan_to_num(universe[t - 1]))) / bought
            held = np.where(t - column <= horizons, weights[:, column], 0.0)
            wanted[0, :, t] += held * gain
            own[:, row, t] += held
            before = price
    wanted[1], wanted[2] = own.sum(axis=1), (own**2).sum(axis=1)
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("holes", [True, False])
@pytest.mark.parametrize("wild", [True, False])
def test_the_universes_growth_is_that_of_a_plain_loop(holes: bool, wild: bool) -> None:
    panel = made_panel(31, symbols=9, sessions=SESSIONS, holes=holes)
    close = panel.bars.close.copy()
    if wild:
        close[2, 20:] *= 9.0  # above the limit
        close[4, 30] = 0.0
        close[5, 31] = np.inf
    _, honest = eligible_rows(panel, Minimums())
    offsets = np.array([-20, -1, 0, 1, 21])
    first, stop = 10, 50
    sums, counts, limited = np.zeros((5, SESSIONS)), np.zeros((5, SESSIONS)), np.zeros(5, np.int64)
    honest &= (close > 0.0) & np.isfinite(close)
    universe_sums(close, honest, offsets, first, stop, 3.0, sums, counts, limited)
    wanted, known, above = np.zeros_like(sums), np.zeros_like(counts), np.zeros_like(limited)
    for row in range(9):
        for k, offset in enumerate(offsets.tolist()):
            for t in range(max(first, -offset), min(stop, SESSIONS - offset)):
                until = close[row, : t + offset + 1]
                seen = until[~np.isnan(until)]
                if honest[row, t] and len(seen) and seen[-1] > 0.0:
                    growth = seen[-1] / close[row, t]
                    above[k] += growth > 4.0
                    wanted[k, t] += min(growth, 4.0)
                    known[k, t] += 1.0
    np.testing.assert_allclose(sums, wanted, rtol=1e-14)
    np.testing.assert_array_equal(counts, known)
    np.testing.assert_array_equal(limited, above)
