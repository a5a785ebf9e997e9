"""Flags of prices that cannot be taken at face value, on made charts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.screening import quality as rules
from technic_scanner.screening.bars import Panel
from technic_scanner.screening.indicators import last_indicators
from technic_scanner.screening.quality import (
    PINNED,
    PRICE_OFF,
    QUALITY_FLAGS,
    UNADJUSTED_SPLIT,
    quality,
    wrong_price_sessions,
)

SESSIONS = 320


def chart(seed: int = 1, volatility: float = 0.02) -> dict[str, np.ndarray]:
    """Return the five fields of one symbol that moves by ``volatility`` a session."""
    rng = np.random.default_rng(seed)
    close = 50.0 * np.exp(np.cumsum(rng.normal(0.0, volatility, SESSIONS)))
    open_ = close * np.exp(rng.normal(0.0, 0.003, SESSIONS))
    return {
        "open": open_,
        "high": np.maximum(open_, close) * 1.004,
        "low": np.minimum(open_, close) * 0.996,
        "close": close,
        "volume": rng.integers(900_000, 1_100_000, SESSIONS).astype(float),
    }


def moved(bars: dict[str, np.ndarray], at: slice | int, factor: float) -> dict[str, np.ndarray]:
    """Return the chart with its prices from ``at`` on multiplied."""
    changed = {name: values.copy() for name, values in bars.items()}
    for name in ("open", "high", "low", "close"):
        changed[name][at] *= factor
    return changed


def flags_of(*charts: dict[str, np.ndarray]) -> list[set[str]]:
    fields = [np.array([bars[name] for bars in charts]) for name in ("open", "high", "low", "close", "volume")]
    days = np.datetime64("2023-01-02", "D") + np.arange(SESSIONS)
    panel = Panel(tuple(f"S{k}" for k in range(len(charts))), days, *fields)
    found = quality(panel, last_indicators(panel))
    return [{name for name, mark in zip(QUALITY_FLAGS, row, strict=True) if mark} for row in found]


def test_ordinary_charts_have_no_flag() -> None:
    assert (
        flags_of(*(chart(seed, volatility) for seed in range(20) for volatility in (0.01, 0.02, 0.04))) == [set()] * 60
    )


@pytest.mark.parametrize("ratio", [2.0, 3.0, 1.5, 10.0, 1 / 2, 1 / 4, 1 / 16, 1 / 25])
def test_a_split_that_was_not_adjusted_is_flagged(ratio: float) -> None:
    bars = moved(chart(), slice(200, None), 1.0 / ratio)
    bars["volume"][200:] *= ratio  # the turnover stays what it was
    assert flags_of(bars) == [{UNADJUSTED_SPLIT}]


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_a_real_move_of_that_size_comes_with_turnover(factor: float) -> None:
    bars = moved(chart(), slice(200, None), factor)
    bars["volume"][200:203] *= 12.0
    assert flags_of(bars) == [set()]


def test_a_fall_at_no_ratio_of_a_split_is_a_fall() -> None:
    assert flags_of(moved(chart(), slice(200, None), 0.58)) == [set()]


def test_a_split_more_than_a_year_ago_no_longer_counts() -> None:
    long_ago = moved(chart(), slice(30, None), 0.5)
    long_ago["volume"][30:] *= 2.0
    assert flags_of(long_ago) == [set()]


@pytest.mark.parametrize("factor", [6.0, 1 / 6, 100.0])
def test_a_last_bar_far_off_is_flagged(factor: float) -> None:
    bars = moved(chart(), SESSIONS - 1, factor)
    bars["volume"][-1] *= 30.0
    assert PRICE_OFF in flags_of(bars)[0]


def test_one_price_of_the_last_bar_is_enough() -> None:
    bars = chart()
    bars["low"][-1] = 0.05 * bars["close"][-1]
    assert flags_of(bars) == [{PRICE_OFF}]


def test_a_spike_that_went_back_the_next_day_is_off_and_no_split() -> None:
    assert flags_of(moved(chart(), 250, 10.0)) == [{PRICE_OFF}]


def takeover(after: int) -> dict[str, np.ndarray]:
    """Return a chart that jumps by 40 %, with turnover, and then stands still at the offer's price."""
    bars = chart()
    at = SESSIONS - after
    rng = np.random.default_rng(5)
    offer = 1.4 * bars["close"][at - 1] * np.exp(rng.normal(0.0, 0.002, after))
    for name, factor in (("open", 1.0), ("high", 1.001), ("low", 0.999), ("close", 1.0)):
        bars[name][at:] = offer * factor
    bars["volume"][at] *= 25.0
    return bars


@pytest.mark.parametrize("after", [12, 18, 25, 60, 200])
def test_the_price_after_a_takeover_bid_is_pinned(after: int) -> None:
    assert flags_of(takeover(after)) == [{PINNED}]


def test_a_jump_on_earnings_pins_nothing() -> None:
    bars = moved(chart(), slice(280, None), 1.25)
    bars["volume"][280] *= 10.0
    assert flags_of(bars) == [set()]


def test_what_hardly_moves_is_pinned() -> None:
    assert flags_of(chart(volatility=0.003), chart(volatility=0.0)) == [{PINNED}, {PINNED}]


def test_gaps_late_listings_and_ends_change_no_flag() -> None:
    charts = [moved(chart(), slice(200, None), 0.25), takeover(60), moved(chart(3), 260, 10.0), chart(4)]
    charts[0]["volume"][200:] *= 4.0
    plain = flags_of(*charts)
    for bars in charts:
        for values in bars.values():
            values[:40] = values[100:104] = values[-3:] = np.nan
    assert flags_of(*charts) == plain == [{UNADJUSTED_SPLIT}, {PINNED}, {PRICE_OFF}, set()]


def test_what_has_few_bars_or_none_has_no_flag() -> None:
    short = chart()
    for values in short.values():
        values[:-2] = np.nan
    empty = {name: np.full(SESSIONS, np.nan) for name in short}
    assert flags_of(short, empty) == [set(), set()]
    assert quality(Panel.empty(), np.empty((0, 60))).shape == (0, 3)


def test_days_of_wrong_prices_are_found_at_any_age_and_around_halts() -> None:
    bars = moved(moved(chart(), slice(40, None), 0.25), 200, 6.0)
    bars["volume"][40:] *= 4.0
    for values in bars.values():
        values[35:39] = np.nan
    fields = [np.array([bars[name]]) for name in ("open", "high", "low", "close", "volume")]
    panel = Panel(("S",), np.datetime64("2023-01-02", "D") + np.arange(SESSIONS), *fields)
    assert wrong_price_sessions(panel, 0).tolist() == [40, 200]
    assert wrong_price_sessions(replace(panel, volume=np.full_like(panel.volume, np.nan)), 0).tolist() == [200]


@given(
    seed=st.integers(0, 10**6),
    volatility=st.sampled_from([0.002, 0.005, 0.02, 0.05]),
    moves=st.lists(
        st.tuples(st.integers(0, SESSIONS - 1), st.sampled_from([0.25, 0.7, 0.89, 0.9, 1.1, 1.11, 1.5, 6.0])),
        max_size=4,
    ),
    gaps=st.lists(st.integers(0, SESSIONS - 1), max_size=3),
    quiet_since=st.integers(0, SESSIONS),
)
def test_looking_only_at_rows_that_move_changes_no_flag(
    seed: int, volatility: float, moves: list[tuple[int, float]], gaps: list[int], quiet_since: int
) -> None:
    bars = chart(seed, volatility)
    for name in ("open", "high", "low", "close"):
        bars[name][quiet_since:] = bars[name][quiet_since - 1] * np.exp(
            0.001 * np.sin(np.arange(SESSIONS - quiet_since))
        )
    for at, factor in moves:
        bars = moved(bars, slice(at, None) if at % 2 else at, factor)
    for values in bars.values():
        values[gaps] = np.nan
    quick = flags_of(bars, chart(seed))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "_calm", lambda panel, _volatility: np.zeros(len(panel.symbols), bool))
        assert flags_of(bars, chart(seed)) == quick
