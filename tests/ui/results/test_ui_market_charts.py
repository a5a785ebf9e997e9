"""Candles, maps and distributions, checked against the numbers they were given."""

import numpy as np
import pytest

from technic_scanner.ui.results import market_charts
from tests.ui.builders import panel, result_rows


def test_moving_average_is_the_plain_mean_and_unknown_before_enough_bars() -> None:
    values = np.arange(1.0, 11.0)
    average = market_charts.moving_average(values, 4)
    assert np.isnan(average[:3]).all()
    assert average[3:] == pytest.approx([sum(values[i - 3 : i + 1]) / 4 for i in range(3, 10)])


def test_candles_show_the_newest_sessions_with_averages_over_all_of_them() -> None:
    bars = panel(bars=400)
    figure = market_charts.candles(bars, {"Entry": 50.0, "Stop": 48.0, "Target": 55.0}, sessions=60)
    by_name = {trace.name: trace for trace in figure.data}
    assert len(by_name["AAA"].close) == 60
    assert by_name["AAA"].close[-1] == bars.close[0, -1]
    # SMA 200 exists on the first drawn bar only if it was computed over the bars before it.
    assert by_name["SMA 200"].y[0] == pytest.approx(bars.close[0, -259:-59].mean())
    assert by_name["SMA 200"].y[-1] == pytest.approx(bars.close[0, -200:].mean())
    assert list(by_name["volume"].y) == [1e6] * 60


def test_levels_are_drawn_at_their_prices_and_unknown_ones_are_not() -> None:
    figure = market_charts.candles(panel(), {"Entry": 50.0, "Stop": None, "Target": 55.0})
    assert sorted(shape.y0 for shape in figure.layout.shapes) == [50.0, 55.0]
    assert {note.text for note in figure.layout.annotations} == {"Entry 50.00", "Target 55.00"}


def test_short_history_has_no_long_average() -> None:
    names = {trace.name for trace in market_charts.candles(panel(bars=30), {}).data}
    assert "SMA 20" in names
    assert "SMA 50" not in names


def test_missing_sub_scores_are_said_to_be_missing() -> None:
    figure = market_charts.sub_scores([("AAA", {"TrendScore": 70.0, "MomentumScore": None})])
    assert list(figure.data[0].x)[:2] == [70.0, None]
    assert list(figure.data[0].text)[:2] == ["70", "no data"]


def test_sector_map_counts_every_row_once() -> None:
    rows = result_rows(("AAA", "BBB", "CCC", "DDD", "EEE"))
    tree = market_charts.sector_map(rows).data[0]
    sizes = dict(zip(tree.ids, tree.values, strict=True))
    assert sizes["Energy"] == 3
    assert sizes["Utilities"] == 2
    assert {identity for identity in tree.ids if identity.startswith("Energy/")} == {
        "Energy/AAA",
        "Energy/CCC",
        "Energy/EEE",
    }


def test_sector_map_of_many_rows_draws_sectors_only_and_keeps_rows_without_a_score() -> None:
    rows = result_rows(tuple(f"S{index:04d}" for index in range(market_charts.MAX_TILES + 1)))
    rows.loc[1, "CompositeScore"] = np.nan
    tree = market_charts.sector_map(rows).data[0]
    assert set(tree.ids) == {"All rows", "Energy", "Utilities"}
    sizes = dict(zip(tree.ids, tree.values, strict=True))
    assert sizes.pop("All rows") == sum(sizes.values()) == len(rows)


@pytest.mark.parametrize(
    ("scores", "least", "most"),
    [
        ([62.3, 72.5, 65.0], 60.0, 80.0),
        ([41.0, np.nan, 44.0], 40.0, 50.0),
        ([50.0, 50.0, 50.0], 50.0, 60.0),
        ([0.0, 100.0, 30.0], 0.0, 100.0),
        ([100.0, 100.0, 100.0], 90.0, 100.0),
        ([np.nan, np.nan, np.nan], 0.0, 100.0),
    ],
)
def test_the_colours_of_the_sector_map_run_over_tens_around_its_scores(scores, least: float, most: float) -> None:
    rows = result_rows().assign(CompositeScore=scores)
    tree = market_charts.sector_map(rows).data[0]
    assert (tree.marker.cmin, tree.marker.cmax) == (least, most)


def test_letters_of_the_sector_map_can_be_read_and_its_scores_have_one_decimal() -> None:
    figure = market_charts.sector_map(result_rows().assign(CompositeScore=[62.34, 72.0, np.nan]))
    assert figure.layout.uniformtext.minsize >= 10
    assert figure.layout.uniformtext.mode == "hide"
    said = dict(zip(figure.data[0].ids, figure.data[0].text, strict=True))
    assert (said["Energy/AAA"], said["Utilities/BBB"], said["Energy/CCC"]) == ("62.3", "72.0", "–")


def test_long_names_are_shortened_where_a_sector_is_small_and_are_said_in_full() -> None:
    sectors = ["Information Technology"] * 15 + ["Consumer Discretionary"] * 2 + ["Real Estate"]
    rows = result_rows(tuple(f"S{index}" for index in range(len(sectors)))).assign(Sector=sectors)
    tree = market_charts.sector_map(rows).data[0]
    assert list(tree.labels)[1:4] == ["Information Technology", "Consumer Disc.", "Real Estate"]
    assert list(tree.customdata)[1:4] == list(dict.fromkeys(sectors))
    assert tree.hovertemplate.startswith("%{customdata}:")


def test_sectors_without_their_symbols_keep_their_names_unless_they_are_very_small() -> None:
    sectors = ["Energy"] * 350 + ["Information Technology"] * 40 + ["Consumer Discretionary"] * 20
    rows = result_rows(tuple(f"S{index}" for index in range(len(sectors)))).assign(Sector=sectors)
    labels = list(market_charts.sector_map(rows).data[0].labels)
    assert labels == ["All rows", "Energy", "Information Technology", "Consumer Disc."]


def test_distribution_counts_every_known_score() -> None:
    rows = result_rows(("AAA", "BBB", "CCC"))
    rows["CompositeScore"] = [0.0, 100.0, np.nan]
    figure = market_charts.score_distribution(rows)
    assert [int(sum(trace.y)) for trace in figure.data] == [2, 3, 3]


def test_the_axis_of_days_names_the_first_session_of_each_month() -> None:
    axis = market_charts.candles(panel(), {}, sessions=100).layout.xaxis
    days = market_charts.candles(panel(), {}, sessions=100).data[0].x
    assert list(axis.ticktext) == ["Feb 2010", "Mar 2010", "Apr 2010"]
    assert list(axis.tickvals) == [next(day for day in days if day.startswith(f"2010-0{month}")) for month in (2, 3, 4)]


def test_a_few_days_of_one_month_still_have_a_tick() -> None:
    assert len(market_charts.candles(panel(bars=5), {}).layout.xaxis.tickvals) == 1
