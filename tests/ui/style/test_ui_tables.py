"""Selections follow the symbol, every column is explained and formatted, and a missing symbol's reason is in words."""

import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from technic_scanner.domain import reasons
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.metrics import FailureKind, SymbolFailure
from technic_scanner.domain.universe import Security, Universe
from technic_scanner.pipeline.columns import COLUMN_NAMES
from technic_scanner.pipeline.reasons import LABELS, reason_text, removal_text
from technic_scanner.pipeline.universe import Known, filter_securities
from technic_scanner.screening.filters import REASON_CODES
from technic_scanner.ui.results import missing_view
from technic_scanner.ui.style import tables
from tests.ui.builders import result_rows


def test_views_name_only_columns_that_exist() -> None:
    for view, names in tables.VIEWS.items():
        assert set(names) - tables.DRAWN <= set(COLUMN_NAMES), view
    assert set(COLUMN_NAMES) <= set(tables.VIEWS["Everything"])


def test_every_column_has_a_setting_that_says_what_it_means() -> None:
    settings = tables.column_settings(COLUMN_NAMES)
    assert set(settings) == {*COLUMN_NAMES, *tables.DRAWN}
    assert all(setting["help"] for setting in settings.values())


def test_prices_below_one_have_the_decimals_that_tell_entry_and_stop_apart() -> None:
    rows = result_rows(("AAA", "BBB"))
    formats = [
        [
            tables.column_settings(["Entry", "ATR14", "RiskAmount"], "USD", rows.assign(Close=close))[name]
            for name in ("Entry", "ATR14", "RiskAmount")
        ]
        for close in ([12.0, 7.0], [12.0, 0.0034])
    ]
    assert [[column["type_config"]["format"] for column in columns] for columns in formats] == [
        ["%.2f", "%.2f", "accounting"],
        ["%.6f", "%.6f", "accounting"],
    ]


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


@pytest.mark.parametrize("most", [220, 300, 320, 330, 340, 380, 420])
def test_no_table_scrolls_for_a_part_of_a_row_or_has_room_left(most: int) -> None:
    with (Path(__file__).parents[3] / ".streamlit/config.toml").open("rb") as file:
        row = round(2.1875 * tomllib.load(file)["theme"]["baseFontSize"])  # rem, as Streamlit draws rows
    for rows in range(1, 21):
        full = row * (rows + 1) + 2
        height = tables.height(rows, most)
        if height == "content":
            assert full < most + row
        else:
            assert most - row < height <= most
            assert full - height >= row
            assert (height - 2) % row == row // 2, "it ends in half a row"


def test_sparklines_stand_beside_their_symbol_and_gaps_stay_empty() -> None:
    rows = tables.with_prices(result_rows(), {"CCC": [1.0, 2.0], "AAA": [3.0]})
    assert list(rows[tables.PRICES]) == [[3.0], None, [1.0, 2.0]]


def test_the_six_scores_are_drawn_in_their_order_and_an_unknown_one_is_not_a_zero() -> None:
    rows = result_rows(("AAA",))
    rows[["TrendScore", "MomentumScore", "BreakoutScore"]] = [[81.24, float("nan"), 0.0]]
    assert tables.with_scores(rows)[tables.SCORES].iloc[0] == [81.2, None, 50.0, 50.0, 50.0, 0.0]


def failure(symbol: str, reason: str, kind: FailureKind = FailureKind.REJECTED) -> SymbolFailure:
    return SymbolFailure(symbol, "finalization", kind, reason, f"why {symbol}")


def codes_of_the_universe_stage() -> set[str]:
    """Return the reason of every filter that can turn a symbol down."""
    universe = Universe("u", tuple(Security(symbol, symbol, "Energy", "Oil", "Rigs") for symbol in ("A", "B", "C", "")))
    configs = (
        ScanConfig(symbols=("A", "X")),
        ScanConfig(sectors=("Utilities",)),
        ScanConfig(industries=("Banks",)),
        ScanConfig(subindustries=("Banks",)),
        ScanConfig(industry_contains="bank"),
        ScanConfig(max_symbols=1),
    )
    left = Universe("u", (Security("A", membership=((None, date(2020, 1, 2)),)),))
    found = [filter_securities(universe, config) for config in configs]
    found.append(filter_securities(left, ScanConfig(), Known(date(2024, 1, 2))))
    return {item.reason for selection in found for item in selection.failures}


def test_every_reason_that_a_symbol_can_be_missing_for_has_words_of_its_own() -> None:
    of_sources = {value for name, value in vars(reasons).items() if name.isupper() and isinstance(value, str)}
    of_finalization = {"below_top_n", "no_signal", "not_reached", "criteria_false", "criteria_unknown"}
    codes = {*REASON_CODES, *of_sources, *codes_of_the_universe_stage(), *of_finalization}
    words = {code: reason_text(code) for code in codes}
    assert len(words) == 28
    assert set(LABELS) == codes
    assert len(set(words.values())) == len(words), "two reasons must not look alike"
    assert not [text for text in words.values() if "_" in text or text != text.strip()]
    assert reason_text("a_new_one") == "a new one"
    assert removal_text("unknown_symbols") == reason_text("unknown_symbol")


def test_missing_symbols_come_by_the_size_of_their_reason_and_within_it_in_their_order() -> None:
    items = (
        failure("C", "no_data", FailureKind.ERROR),
        failure("Z", "below_top_n"),
        failure("B", "bad_bars"),
        failure("A", "below_top_n"),
        failure("D", "no_data", FailureKind.ERROR),
        failure("Y", "below_top_n"),
    )
    frame, counts = missing_view.failure_frames(items)
    assert frame["Symbol"].tolist() == ["Z", "A", "Y", "C", "D", "B"]
    assert frame["Detail"].tolist() == [f"why {symbol}" for symbol in frame["Symbol"]]
    assert counts["Symbols"].tolist() == [3, 2, 1]
    assert counts["Reason"].tolist() == frame["Reason"].unique().tolist()


def test_what_a_run_did_not_come_to_was_not_judged_and_has_not_failed() -> None:
    assert missing_view.kind_text(failure("A", "not_reached", FailureKind.ERROR)) == "not evaluated"
    assert missing_view.kind_text(failure("A", "no_data", FailureKind.ERROR)) == "error"
    assert missing_view.kind_text(failure("A", "below_top_n")) == "rejected"
