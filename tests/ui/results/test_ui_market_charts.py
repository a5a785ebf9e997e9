"""Sub-scores, maps and distributions, checked against the numbers they were given."""

import numpy as np
import pytest

from technic_scanner.ui.results import market_charts
from tests.ui.builders import result_rows


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
