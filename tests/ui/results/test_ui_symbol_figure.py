"""The chart of one symbol, checked against the bars it was given."""

from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from technic_scanner.ui.results import symbol_figure
from technic_scanner.ui.results.symbol_figure import ChartView, candles
from tests.ui.builders import panel


def test_candles_show_the_newest_sessions_with_averages_over_all_of_them() -> None:
    bars = panel(bars=400)
    figure = candles(bars, {"Entry": 50.0, "Stop": 48.0, "Target": 55.0}, ChartView(sessions=60))
    by_name = {trace.name: trace for trace in figure.data}
    assert len(by_name["AAA"].close) == 60
    assert by_name["AAA"].close[-1] == bars.close[0, -1]
    # SMA 200 exists on the first drawn bar only if it was computed over the bars before it.
    assert by_name["SMA 200"].y[0] == pytest.approx(bars.close[0, -259:-59].mean())
    assert by_name["SMA 200"].y[-1] == pytest.approx(bars.close[0, -200:].mean())
    assert list(by_name["volume"].y) == [1e6] * 60


def test_a_range_longer_than_the_history_shows_all_of_it() -> None:
    figure = candles(panel(bars=30), {}, ChartView(sessions=1_260, panels=symbol_figure.PANELS))
    assert {len(trace.x) for trace in figure.data} == {30}


def test_levels_are_drawn_at_their_prices_and_unknown_ones_are_not() -> None:
    figure = candles(panel(), {"Entry": 50.0, "Stop": None, "Target": 55.0})
    assert sorted(shape.y0 for shape in figure.layout.shapes) == [50.0, 55.0]
    assert {note.text for note in figure.layout.annotations} == {"Entry 50.00", "Target 55.00"}


def test_short_history_has_no_long_average() -> None:
    names = {trace.name for trace in candles(panel(bars=30), {}).data}
    assert "SMA 20" in names
    assert "SMA 50" not in names


@pytest.mark.parametrize("chosen", [(), ("RSI",), ("Volume", "MACD"), symbol_figure.PANELS])
def test_each_panel_has_its_own_axis_below_the_prices_and_none_overlaps(chosen: tuple[str, ...]) -> None:
    figure = candles(panel(), {}, ChartView(panels=chosen))
    used = {trace.yaxis or "y" for trace in figure.data}
    assert used == {"y"} | {f"y{number}" for number in range(2, 2 + len(chosen))}
    axes = [figure.layout[f"yaxis{name[1:]}"] for name in sorted(used)]
    from_below = sorted(axis.domain for axis in axes)
    assert from_below[-1] == figure.layout.yaxis.domain
    assert all(below[1] <= above[0] for below, above in pairwise(from_below))


def test_a_logarithmic_axis_is_of_the_prices_alone() -> None:
    layout = candles(panel(), {}, ChartView(logarithmic=True)).layout
    assert layout.yaxis.type == "log"
    assert layout.yaxis2.type is None


def test_past_picks_are_marked_below_their_bars_once_each_and_only_where_there_is_a_bar() -> None:
    bars = panel()
    days = [date.fromisoformat(str(day)) for day in bars.sessions]
    figure = candles(bars, {}, ChartView(sessions=50), [days[-3], days[-3], days[-20], days[-120], date(1999, 1, 1)])
    (marks,) = [trace for trace in figure.data if trace.name == "picked before"]
    assert list(marks.x) == [str(days[-20]), str(days[-3])]
    assert marks.y[1] < bars.low[0, -3]


def test_the_axis_of_days_names_the_first_session_of_each_month() -> None:
    figure = candles(panel(), {}, ChartView(sessions=100))
    axis, days = figure.layout.xaxis, figure.data[0].x
    assert list(axis.ticktext) == ["Feb 2010", "Mar 2010", "Apr 2010"]
    assert list(axis.tickvals) == [next(day for day in days if day.startswith(f"2010-0{month}")) for month in (2, 3, 4)]


def test_a_few_days_of_one_month_still_have_a_tick() -> None:
    assert len(candles(panel(bars=5), {}).layout.xaxis.tickvals) == 1


def test_no_bar_is_hidden_by_a_price_that_is_unknown() -> None:
    bars = panel()
    bars.close[0, -5] = np.nan
    figure = candles(bars, {}, ChartView(sessions=20, panels=symbol_figure.PANELS))
    assert len(figure.data[0].x) == 20
