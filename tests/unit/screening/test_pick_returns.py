from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from technic_scanner.screening import pick_returns as module
from technic_scanner.screening.bars import Panel
from technic_scanner.screening.past_prices import PastPrices, session_index
from technic_scanner.screening.pick_returns import (
    HORIZONS,
    Exits,
    Holding,
    Planned,
    equity_curve,
    excess_returns,
    first_exits,
    forward_returns,
    pick_returns,
    universe_returns,
)

NAN = float("nan")
Bar = tuple[float, float, float, float]


def panel_of(*histories: list[Bar]) -> Panel:
    """Panel of (open, high, low, close) bars."""
    bars = np.array(histories, dtype=np.float64).reshape(len(histories), -1, 4)
    sessions = np.datetime64("2024-01-01", "D") + np.arange(bars.shape[1])
    columns = [np.ascontiguousarray(bars[:, :, k]) for k in range(4)]
    return Panel(tuple(f"S{i}" for i in range(len(bars))), sessions, *columns, np.ones(bars.shape[:2]))


def closes(*histories: list[float]) -> Panel:
    return panel_of(*([(c, c, c, c) for c in history] for history in histories))


def exits_of(panel: Panel, at: int, planned: Planned, sessions: int) -> Exits:
    """How the plans of all the panel's rows ended."""
    return first_exits(PastPrices.of(panel), np.arange(len(panel.symbols)), at, planned, sessions)


def long(stop: float = 95.0, target: float = 110.0, close: float = 100.0) -> Planned:
    return Planned(np.array([1]), np.array([close]), np.array([stop]), np.array([target]))


def short(stop: float = 105.0, target: float = 90.0) -> Planned:
    return Planned(np.array([-1]), np.array([100.0]), np.array([stop]), np.array([target]))


START: Bar = (100, 100, 100, 100)
QUIET: Bar = (100, 104, 96, 100)


def test_session_index_is_the_newest_session_that_is_not_after() -> None:
    panel = closes([1.0, 2.0, 3.0])
    days = [np.datetime64(day) for day in ("2023-12-31", "2024-01-01", "2024-01-02", "2024-02-01")]
    assert [session_index(panel.sessions, day) for day in days] == [-1, 0, 1, 2]


def test_the_horizons_are_those_that_the_page_promises() -> None:
    assert HORIZONS == (1, 5, 10, 21, 63)


def test_forward_returns_by_hand() -> None:
    close = np.array([[100.0, 110.0, 121.0, NAN, 90.0], [NAN, 10.0, 11.0, 12.0, 13.0]]).T
    np.testing.assert_allclose(forward_returns(close, 0, (1, 2, 3, 4)).T, [[0.10, 0.21, NAN, -0.10], [NAN] * 4])
    np.testing.assert_allclose(forward_returns(close, 1, (1, 4)), [[0.10, 0.10], [NAN, NAN]])


@pytest.mark.parametrize("at", [-1, 5, 99])
def test_a_session_that_is_not_there_has_no_forward_returns(at: int) -> None:
    assert np.isnan(forward_returns(np.ones((5, 2)), at)).all()


def test_forward_returns_agree_with_pandas() -> None:
    rng = np.random.default_rng(1)
    close = 50 * np.exp(np.cumsum(rng.normal(0, 0.02, (120, 30)), axis=0))
    close[rng.random(close.shape) < 0.05] = NAN
    frame = pd.DataFrame(close)
    for at in (0, 40, 100):
        for j, h in enumerate(HORIZONS):
            oracle = (frame.shift(-h) / frame - 1).iloc[at].to_numpy()
            np.testing.assert_allclose(forward_returns(close, at)[j], oracle, rtol=1e-12)


def test_only_bars_after_the_scan_move_its_outcome() -> None:
    rng = np.random.default_rng(2)
    close = 50 * np.exp(np.cumsum(rng.normal(0, 0.02, (80, 5)), axis=0))
    before = close.copy()
    before[:10] *= 7.0
    np.testing.assert_array_equal(forward_returns(close, 10), forward_returns(before, 10))


def test_the_universe_is_the_mean_of_what_is_known() -> None:
    forward = np.array([[0.1, 0.3, NAN, 0.9], [NAN, NAN, NAN, 0.9]])
    np.testing.assert_allclose(universe_returns(forward, np.array([True, True, True, False])), [0.2, NAN])
    assert np.isnan(universe_returns(forward, np.zeros(4, dtype=bool))).all()


def test_who_is_not_of_the_universe_does_not_move_its_last_digit() -> None:
    rng = np.random.default_rng(3)
    forward, universe = rng.normal(0, 0.05, (5, 3000)), rng.random(3000) < 0.6
    alone = np.ascontiguousarray(forward[:, universe])
    np.testing.assert_array_equal(
        universe_returns(forward, universe), universe_returns(alone, np.full(alone.shape[1], True))
    )


def test_a_short_gains_what_it_falls_behind() -> None:
    excess = excess_returns(np.array([[0.05, 0.05]]), np.array([1, -1]), np.array([0.02]))
    np.testing.assert_allclose(excess, [[0.03, -0.03]])


@pytest.mark.parametrize(
    ("bars", "first", "sessions"),
    [
        ([QUIET, (100, 104, 95, 99)], "stop", 2),
        ([QUIET, (100, 110, 96, 109)], "target", 2),
        ([(100, 111, 94, 100)], "unknown", 1),
        ([(94, 112, 90, 100)], "stop", 1),
        ([(111, 112, 90, 100)], "target", 1),
        ([QUIET, QUIET], "open", -1),
        ([QUIET, QUIET, QUIET], "neither", -1),
        ([QUIET, QUIET, QUIET, (100, 120, 96, 100)], "neither", -1),
        ([(NAN, NAN, NAN, NAN), (100, 120, 96, 100)], "target", 2),
        ([], "open", -1),
    ],
)
def test_what_a_long_reached_first(bars: list[Bar], first: str, sessions: int) -> None:
    exits = exits_of(panel_of([START, *bars]), 0, long(), sessions=3)
    assert (exits.first, exits.sessions.tolist()) == ((first,), [sessions])


@pytest.mark.parametrize(
    ("bars", "first", "sessions"),
    [
        ([QUIET, (100, 105, 96, 99)], "stop", 2),
        ([QUIET, (100, 104, 90, 95)], "target", 2),
        ([(100, 106, 89, 100)], "unknown", 1),
        ([(106, 106, 80, 100)], "stop", 1),
        ([(89, 112, 80, 100)], "target", 1),
    ],
)
def test_what_a_short_reached_first(bars: list[Bar], first: str, sessions: int) -> None:
    exits = exits_of(panel_of([START, *bars]), 0, short(), sessions=3)
    assert (exits.first, exits.sessions.tolist()) == ((first,), [sessions])


def test_a_split_since_the_scan_rescales_stop_and_target() -> None:
    after_split = panel_of([(50, 50, 50, 50), (50, 52, 48, 50), (50, 55, 48, 54)])
    exits = exits_of(after_split, 0, long(), sessions=3)
    assert (exits.first, exits.sessions.tolist()) == (("target",), [2])


@pytest.mark.parametrize("planned", [long(stop=NAN), long(close=NAN), long(target=NAN)])
def test_an_unknown_plan_has_an_unknown_exit(planned: Planned) -> None:
    panel = panel_of([START, QUIET, QUIET, QUIET])
    assert exits_of(panel, 0, planned, sessions=3).first == ("unknown",)


bar_values = st.tuples(st.floats(80, 120), st.floats(0, 15), st.floats(0, 15), st.floats(0, 1))


@given(st.lists(bar_values, min_size=1, max_size=8), st.sampled_from([1, -1]))
def test_exits_agree_with_a_walk_bar_by_bar(raw: list[tuple[float, float, float, float]], side: int) -> None:
    bars = [(o, o + up, o - down, o - down + (up + down) * where) for o, up, down, where in raw]
    planned = long() if side > 0 else short()
    stop, target = planned.stop[0], planned.target[0]
    expected, when = "open", -1
    for i, (o, high, low, _) in enumerate(bars, start=1):
        worst, best = (low, high) if side > 0 else (high, low)
        stopped, reached = side * (worst - stop) <= 0, side * (best - target) >= 0
        if stopped or reached:
            expected, when = "unknown" if stopped and reached else "stop" if stopped else "target", i
            if side * (o - stop) <= 0:
                expected = "stop"
            elif side * (o - target) >= 0:
                expected = "target"
            break
    exits = exits_of(panel_of([START, *bars]), 0, planned, sessions=20)
    assert (exits.first, exits.sessions.tolist()) == ((expected,), [when])


def exit_by_hand(panel: Panel, row: int, at: int, planned: Planned, k: int, sessions: int) -> tuple[str, int]:
    """How the plan of pick ``k``, a row of the panel, ended: one bar after the other, one price after the other."""
    count, side = len(panel.sessions), int(planned.side[k])
    known = [float(price) for price in panel.close[row, : at + 1] if np.isfinite(price)]
    now = known[-1] if known and 0 <= at < count else NAN
    rescale = now / float(planned.close[k])
    stop, target = float(planned.stop[k]) * rescale, float(planned.target[k]) * rescale
    for t in range(at + 1, min(at + 1 + sessions, count)):
        opened = float(panel.open[row, t])
        prices = [opened, *(float(values[row, t]) for values in (panel.high, panel.low, panel.close))]
        stopped = any(side * price <= side * stop for price in prices)
        reached = any(side * price >= side * target for price in prices)
        if side * opened >= side * target:
            return "target", t - at
        if side * opened <= side * stop:
            return "stop", t - at
        if stopped or reached:
            return "unknown" if stopped and reached else "stop" if stopped else "target", t - at
    if not (np.isfinite(stop) and np.isfinite(target)):
        return "unknown", -1
    return ("open" if count - at - 1 < sessions else "neither"), -1


# Few different numbers, so that prices meet stops and targets exactly and both lie in one bar.
levels = st.sampled_from([80.0, 90.0, 95.0, 97.5, 100.0, 102.5, 105.0, 110.0, 125.0])
any_bar = st.one_of(st.just((NAN,) * 4), st.tuples(levels, levels, levels, levels))
any_plan = st.tuples(
    st.sampled_from([1, -1]), st.sampled_from([100.0, 50.0, NAN]), levels, st.one_of(levels, st.just(NAN))
)


@pytest.mark.slow
@settings(max_examples=400)
@given(
    st.integers(1, 9).flatmap(
        lambda width: st.lists(st.lists(any_bar, min_size=width, max_size=width), min_size=1, max_size=4)
    ),
    st.lists(st.tuples(any_plan, st.integers(0, 3)), max_size=6),
    st.integers(-1, 8),
    st.integers(1, 10),
    st.sampled_from([1, 3, 8]),
)
def test_exits_of_many_picks_agree_with_a_walk_price_by_price(
    histories: list[list[Bar]],
    plans: list[tuple[tuple[int, float, float, float], int]],
    at: int,
    sessions: int,
    block: int,
) -> None:
    panel = panel_of(*histories)
    at = min(at, len(panel.sessions) - 1)
    rows = np.array([row % len(histories) for _, row in plans], dtype=np.int64)
    numbers = np.array([plan for plan, _ in plans]).reshape(-1, 4).T
    planned = Planned(numbers[0].astype(np.int64), *numbers[1:])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "_BLOCK", block)
        exits = first_exits(PastPrices.of(panel), rows, at, planned, sessions)
    by_hand = [exit_by_hand(panel, row, at, planned, k, sessions) for k, row in enumerate(rows.tolist())]
    assert list(zip(exits.first, exits.sessions.tolist(), strict=True)) == by_hand


def test_pick_returns_hold_the_picks_against_the_whole_universe() -> None:
    panel = closes([100, 111, 100], [100, 100, 94], [100, 90, 100], [100, 103, 102])
    planned = Planned(np.array([1, -1]), np.full(2, 100.0), np.array([95.0, 105.0]), np.array([110.0, 90.0]))
    outcome = pick_returns(PastPrices.of(panel), 0, np.arange(5) < 4, np.array([0, 2]), planned, (1, 2))
    np.testing.assert_allclose(outcome.forward, [[0.11, -0.10], [0.0, 0.0]])
    np.testing.assert_allclose(outcome.universe, [0.01, -0.01])
    np.testing.assert_allclose(outcome.excess, [[0.10, 0.11], [0.01, -0.01]])
    assert outcome.exits.first == ("target", "target")


def test_a_scan_before_the_first_session_has_no_outcome() -> None:
    outcome = pick_returns(PastPrices.of(closes([100, 101])), -1, np.array([True, False]), np.array([0]), long())
    assert np.isnan(outcome.forward).all()
    assert np.isnan(outcome.excess).all()
    assert outcome.exits.first == ("unknown",)


def test_a_symbol_that_is_not_there_has_no_outcome() -> None:
    outcome = pick_returns(PastPrices.of(closes([100, 101])), 0, np.array([True, False]), np.array([-1]), long())
    assert np.isnan(outcome.forward).all()
    assert (outcome.exits.first, outcome.exits.sessions.tolist()) == (("unknown",), [-1])


@pytest.mark.parametrize("count", [1, 63, 64, 65, 200])
def test_past_prices_are_the_panels_session_by_session(count: int) -> None:
    rng = np.random.default_rng(count)
    opened, low, high, close = np.sort(rng.uniform(50, 60, (4, count, 7)), axis=0)[[1, 0, 3, 2]]
    sessions = np.datetime64("2024-01-01", "D") + np.arange(7)
    panel = Panel(tuple(map(str, range(count))), sessions, opened, high, low, close, close)
    prices = PastPrices.of(panel, sessions[2])
    np.testing.assert_array_equal(prices.sessions, sessions[2:])
    for ours, theirs in ((prices.open, opened), (prices.close, close), (prices.lowest, low), (prices.highest, high)):
        np.testing.assert_array_equal(ours[:, :-1], theirs[:, 2:].T)
        assert np.isnan(ours[:, -1]).all()


def test_the_last_known_close_is_held_up_to_the_day_that_is_known() -> None:
    rng = np.random.default_rng(9)
    close = rng.uniform(50, 60, (6, 30))
    close[rng.random((6, 30)) < 0.4] = NAN
    sessions = np.busday_offset(np.datetime64("2024-01-02", "D"), np.arange(30))
    panel = Panel(tuple("ABCDEF"), sessions, close, close, close, close, close)
    through = sessions[[29, 29, 20, 10, 3, 0]]
    held = PastPrices.of(panel, through=through).close[:, :-1]
    oracle = pd.DataFrame(close.T).ffill()
    followed = [0, 1]
    np.testing.assert_array_equal(held[:, followed], oracle.to_numpy()[:, followed])
    for column, day in enumerate(through):
        np.testing.assert_array_equal(held[sessions <= day, column], oracle.to_numpy()[sessions <= day, column])


def holding(picks: dict[str, tuple[int, float]], universe: float) -> Holding:
    """One period of picks "A" … "Z": side and return."""
    sides, returns = np.array(list(picks.values()), dtype=np.float64).reshape(-1, 2).T
    return Holding(np.array([ord(name) - ord("A") for name in picks], dtype=np.int64), sides, returns, universe)


def test_equity_by_hand() -> None:
    periods = [
        holding({"A": (1, 0.10), "B": (1, -0.10)}, 0.01),
        holding({"A": (1, 0.20), "C": (1, 0.0)}, -0.02),
    ]
    curve = equity_curve(periods, cost_bps=10.0)
    # Bought in full; then A stands at 0.55 and goes to 0.50, B's 0.45 is sold, C's 0.50 is bought.
    np.testing.assert_allclose(curve.turnover, [1.0, 0.05 + 0.45 + 0.50])
    np.testing.assert_allclose(curve.before_costs, [1.0, 1.0, 1.1])
    np.testing.assert_allclose(curve.picks, [1.0, 0.999, 0.999 * 0.999 * 1.1])
    np.testing.assert_allclose(curve.universe, [1.0, 1.01, 1.01 * 0.98])
    assert curve.unpriced == 0


def test_equity_of_a_short_and_of_cash() -> None:
    curve = equity_curve([holding({"A": (-1, -0.10)}, 0.0), holding({}, 0.05)], cost_bps=0.0)
    np.testing.assert_allclose(curve.picks, [1.0, 1.1, 1.1])
    # The short of 1 on 1 has become 0.9 on 1.1, and is bought back.
    np.testing.assert_allclose(curve.turnover, [1.0, 0.9 / 1.1])


def test_an_unpriced_pick_counts_as_unmoved_and_is_counted() -> None:
    curve = equity_curve([holding({"A": (1, 0.10), "B": (1, NAN)}, 0.0)], cost_bps=0.0)
    assert curve.picks[-1] == pytest.approx(1.05)
    assert curve.unpriced == 1


def test_ruin_is_the_end() -> None:
    periods = [holding({"A": (-1, 1.5)}, 0.0), holding({"A": (1, 0.5)}, NAN)]
    curve = equity_curve(periods, cost_bps=10.0)
    assert curve.picks.tolist()[1:] == [0.0, 0.0]
    assert curve.turnover.tolist() == [1.0, 1.0]
    assert np.isnan(curve.universe[-1])


def test_equity_of_no_period() -> None:
    curve = equity_curve([], cost_bps=5.0)
    assert curve.picks.tolist() == curve.universe.tolist() == [1.0]


changes = st.lists(st.lists(st.floats(-0.5, 0.5), min_size=1, max_size=4), min_size=1, max_size=6)


@given(changes, st.floats(0, 100))
def test_costs_only_take(returns: list[list[float]], bps: float) -> None:
    periods = [holding({"ABCD"[i]: (1, change) for i, change in enumerate(row)}, 0.0) for row in returns]
    curve = equity_curve(periods, bps)
    assert (curve.picks <= curve.before_costs + 1e-12).all()
    assert (curve.turnover >= 0).all()
    assert (curve.turnover <= 2.0 + 1e-9).all()
    free = equity_curve(periods, 0.0)
    np.testing.assert_allclose(free.picks, free.before_costs)
