"""The chart of one symbol, checked against the bars it was given."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.bootstrap.market_line import MarketLine
from technic_scanner.screening.bars import Panel
from technic_scanner.ui.results import session_axis, symbol_figure
from technic_scanner.ui.results.symbol_figure import ChartView, candles
from technic_scanner.ui.results.symbol_marks import Marks
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
    figure = candles(panel(), {}, ChartView(panels=chosen), market=market(panel()))
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
    at = Marks(before=[days[-3], days[-3], days[-20], days[-120], date(1999, 1, 1)])
    figure = candles(bars, {}, ChartView(sessions=50, marks=at))
    (marks,) = [trace for trace in figure.data if trace.name == "picked before"]
    assert list(marks.x) == [str(days[-20]), str(days[-3])]
    assert marks.y[1] < bars.low[0, -3]


def test_this_scan_and_the_entries_of_its_criteria_have_marks_of_their_own() -> None:
    bars = panel()
    days = [date.fromisoformat(str(day)) for day in bars.sessions]
    figure = candles(bars, {}, ChartView(sessions=50, marks=Marks(here=[days[-1]], entries=[days[-9], days[-30]])))
    by_name = {trace.name: trace for trace in figure.data}
    assert list(by_name["this scan"].x) == [str(days[-1])]
    assert list(by_name["criteria came true"].x) == [str(days[-30]), str(days[-9])]
    assert by_name["criteria came true"].y[1] > bars.high[0, -9]
    assert by_name["this scan"].cliponaxis is False, "half of a mark of the newest session would be cut off"


def test_days_without_a_session_take_no_room() -> None:
    days = ["2010-03-31", "2010-04-01", "2010-04-05", "2010-04-06"]
    assert session_axis.axis(days)["rangebreaks"] == [{"bounds": ["sat", "mon"]}, {"values": ["2010-04-02"]}]


def test_a_session_on_a_weekend_is_kept_and_other_days_are_left_out_one_by_one() -> None:
    (breaks,) = session_axis.axis(["2026-01-30", "2026-02-01", "2026-02-03"])["rangebreaks"]
    assert breaks == {"values": ["2026-01-31", "2026-02-02"]}


@given(st.sets(st.dates(date(2000, 1, 1), date(2001, 12, 31)), min_size=1, max_size=200))
def test_no_session_is_in_a_break_and_every_other_day_between_is(sessions: set[date]) -> None:
    days = sorted(sessions)
    breaks = session_axis.axis([str(day) for day in days])["rangebreaks"]
    left_out = {value for part in breaks for value in part.get("values", ())}
    weekends = any("bounds" in part for part in breaks)
    between = [days[0] + timedelta(number) for number in range((days[-1] - days[0]).days + 1)]
    hidden = {day for day in between if str(day) in left_out or (weekends and day.weekday() >= 5)}
    assert hidden == set(between) - sessions


def test_of_very_many_sessions_holidays_are_not_listed() -> None:
    days = [
        str(day) for day in np.arange("2000-01-03", "2009-12-31", dtype="datetime64[D]") if day.item().weekday() < 4
    ]
    assert session_axis.axis(days)["rangebreaks"] == [{"bounds": ["sat", "mon"]}]


def market(bars: Panel, factor: float = 7.0) -> MarketLine:
    return MarketLine("INDEX", bars.sessions[:-1], factor * (1.0 + np.arange(len(bars.sessions) - 1)))


def test_the_market_begins_at_the_first_close_shown_and_is_unknown_where_it_has_no_bar() -> None:
    bars = panel(bars=100)
    figure = candles(bars, {}, ChartView(sessions=50, overlay=True), market=market(bars))
    (line,) = [trace for trace in figure.data if trace.name == "market"]
    assert line.y[0] == pytest.approx(bars.close[0, -50])
    assert line.y[1] == pytest.approx(bars.close[0, -50] * 52 / 51)
    assert line.y[-1] is None


def test_strength_is_100_at_the_first_session_shown_whatever_the_unit_of_the_market() -> None:
    bars = panel(bars=100)
    view = ChartView(sessions=50, panels=("Strength",))
    once, again = (candles(bars, {}, view, market=market(bars, factor)) for factor in (1.0, 1_000.0))
    (line,) = [trace for trace in once.data if trace.yaxis == "y2"]
    assert line.y[0] == pytest.approx(100.0)
    assert line.y[-2] == pytest.approx(100.0 * bars.close[0, -2] / bars.close[0, -50] * 51 / 99)
    assert line.y[:-1] == pytest.approx(next(trace for trace in again.data if trace.yaxis == "y2").y[:-1])


def test_without_a_market_its_panel_is_not_there() -> None:
    figure = candles(panel(), {}, ChartView(panels=("Strength", "RSI"), overlay=True))
    assert [trace.name for trace in figure.data if trace.yaxis == "y2"] == ["RSI 14"]
    assert "yaxis3" not in figure.layout.to_plotly_json()


def test_no_bar_is_hidden_by_a_price_that_is_unknown() -> None:
    bars = panel()
    bars.close[0, -5] = np.nan
    figure = candles(bars, {}, ChartView(sessions=20, panels=symbol_figure.PANELS))
    assert len(figure.data[0].x) == 20


def test_own_lines_of_the_size_of_prices_lie_over_the_bars_and_others_in_panels_of_their_own() -> None:
    bars = panel(bars=100)
    average, share = bars.close[0] * 1.02, np.linspace(0.0, 1.0, 100)
    own = {"average": average, "Volume": share, "<b>share</b>": share * 2}
    figure = candles(bars, {}, ChartView(sessions=40, own=own))
    traces = {(trace.name, trace.yaxis or "y"): trace for trace in figure.data}
    assert list(traces["average", "y"].y) == pytest.approx(average[-40:])
    assert list(traces["Volume", "y3"].y) == pytest.approx(share[-40:])
    assert ("volume", "y2") in traces
    assert ("&lt;b&gt;share&lt;/b&gt;", "y4") in traces
    assert figure.layout.yaxis4.title.text == "&lt;b&gt;share&lt;/b&gt;"


def test_an_own_line_without_a_value_has_a_panel_and_no_points() -> None:
    figure = candles(panel(bars=30), {}, ChartView(panels=(), own={"never": np.full(30, np.nan)}))
    (never,) = [trace for trace in figure.data if trace.name == "never"]
    assert (never.yaxis, set(never.y)) == ("y2", {None})
