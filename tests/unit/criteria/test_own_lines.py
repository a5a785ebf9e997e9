"""Own columns on every session are what the newest session's column is, on each of them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from technic_scanner.criteria import compile as compile_text
from technic_scanner.criteria.own_lines import own_entries, own_lines
from technic_scanner.screening.bars import FIELDS, Panel
from tests.ui.builders import panel

TEXT = (
    'close > 0 show sma(close, 20) as "average" show rsi(14) show rank(close) as "place" show close > open as "up" '
    'show sector show market.close as "index" show score show weekly.close as "week" show 3 as "three"'
)


def until(bars: Panel, sessions: int) -> Panel:
    return Panel(bars.symbols, bars.sessions[:sessions], *(getattr(bars, f)[:, :sessions] for f in
                 ("open", "high", "low", "close", "volume")))  # fmt: skip


def test_each_value_is_that_of_a_scan_on_its_session() -> None:
    bars, criteria = panel(bars=120), compile_text(TEXT)
    lines = own_lines(criteria, bars).values
    assert list(lines) == ["average", "rsi(14)", "week"]
    for last in (60, 100, 120):
        shown = criteria.judge(until(bars, last)).shown
        for name, values in lines.items():
            np.testing.assert_array_equal(values[:, last - 1], shown[name])


def test_what_bars_alone_do_not_give_is_named() -> None:
    assert own_lines(compile_text(TEXT), panel(bars=30)).left_out == (
        "place",
        "up",
        "sector",
        "index",
        "score",
        "three",
    )


def test_nothing_is_computed_where_nothing_is_shown() -> None:
    assert own_lines(compile_text("close > 1"), panel(bars=30)) == ({}, ())


def test_an_entry_is_a_session_with_the_condition_after_one_without_it() -> None:
    bars, criteria = panel(bars=120), compile_text("close > sma(close, 5)")
    became = own_entries(criteria, bars)
    assert became is not None
    true = [bool(criteria.judge(until(bars, last)).truth[0] == 2) for last in range(5, 121)]
    expected = [now and not before for before, now in pairwise(true)]
    assert became[0, 5:].tolist() == expected
    assert any(expected)
    assert not became[0, :5].any(), "what is unknown is no session without it"


def test_an_entry_after_a_session_without_a_bar_is_one_after_the_bar_before() -> None:
    bars, criteria = panel(bars=120), compile_text("close > sma(close, 5)")
    whole = own_entries(criteria, bars)
    assert whole is not None
    apart = np.insert(np.arange(120.0), np.flatnonzero(whole[0]), np.nan)  # a hole before each entry
    places = np.flatnonzero(~np.isnan(apart))
    sessions = np.datetime64("2020-01-01") + np.arange(len(apart))
    holed = {name: np.full((1, len(apart)), np.nan) for name in FIELDS}
    for name, values in holed.items():
        values[:, places] = getattr(bars, name)
    found = own_entries(criteria, Panel(bars.symbols, sessions, **holed))
    assert found is not None
    np.testing.assert_array_equal(np.flatnonzero(found[0]), places[whole[0]])


@pytest.mark.parametrize("text", ["market.close > 1", "rank(close) < 0.1", 'sector = "Energy"', "score > 50"])
def test_entries_that_need_more_than_the_bars_are_unknown(text: str) -> None:
    assert own_entries(compile_text(text), panel(bars=30)) is None
