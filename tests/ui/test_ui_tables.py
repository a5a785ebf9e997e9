"""Selections follow the symbol, and every column is explained and formatted."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from technic_scanner.pipeline.columns import COLUMN_NAMES
from technic_scanner.ui import tables

from .builders import result_rows


def test_views_name_only_columns_that_exist() -> None:
    for view, names in tables.VIEWS.items():
        assert set(names) - tables.DRAWN <= set(COLUMN_NAMES), view
    assert set(COLUMN_NAMES) <= set(tables.VIEWS["Everything"])


def test_every_column_has_a_setting_that_says_what_it_means() -> None:
    settings = tables.column_settings(COLUMN_NAMES)
    assert set(settings) == {*COLUMN_NAMES, *tables.DRAWN}
    assert all(setting["help"] for setting in settings.values())


@given(order=some.permutations(["AAA", "BBB", "CCC", "DDD"]), clicked=some.integers(0, 3))
def test_a_click_means_the_symbol_at_that_place_of_the_frame_that_was_displayed(order: list[str], clicked: int) -> None:
    rows = result_rows(("AAA", "BBB", "CCC", "DDD")).set_index("Symbol", drop=False).loc[order].reset_index(drop=True)
    symbol = tables.selected_symbol(rows, [clicked])
    assert symbol == order[clicked]
    again = rows.sort_values("Symbol")
    assert again["Symbol"].iloc[tables.position_of(again, symbol)] == symbol


@pytest.mark.parametrize("positions", [[], [7], [-1]])
def test_a_selection_of_nothing_or_beyond_the_rows_is_none(positions: list[int]) -> None:
    assert tables.selected_symbol(result_rows(), positions) is None


def test_a_symbol_that_is_not_shown_has_no_position() -> None:
    assert tables.position_of(result_rows(), "ZZZ") is None
    assert tables.position_of(result_rows(), None) is None


def test_the_key_of_a_table_changes_with_its_order() -> None:
    assert tables.revision("run", 1, "A", "B") != tables.revision("run", 1, "B", "A")
    assert tables.revision("run", 1, "A", "B") == tables.revision("run", 1, "A", "B")
    assert tables.revision("AB", "C") != tables.revision("A", "BC")


def test_sparklines_stand_beside_their_symbol_and_gaps_stay_empty() -> None:
    rows = tables.with_prices(result_rows(), {"CCC": [1.0, 2.0], "AAA": [3.0]})
    assert list(rows[tables.PRICES]) == [[3.0], None, [1.0, 2.0]]


def test_the_six_scores_are_drawn_in_their_order_and_an_unknown_one_is_not_a_zero() -> None:
    rows = result_rows(("AAA",))
    rows[["TrendScore", "MomentumScore", "BreakoutScore"]] = [[81.24, float("nan"), 0.0]]
    assert tables.with_scores(rows)[tables.SCORES].iloc[0] == [81.2, None, 50.0, 50.0, 50.0, 0.0]
