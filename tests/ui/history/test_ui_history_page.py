"""History finds the runs of one config, keeps what was chosen in its address, and says what a deletion takes."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from technic_scanner.domain.config import ScanConfig
from technic_scanner.runs.timings.comparability import config_hash_of
from tests.ui.test_ui_other_pages import select_run


def listed(app: AppTest) -> list[str]:
    return app.dataframe[0].value["Scan"].tolist()


def test_a_selected_run_leads_to_all_runs_of_its_config(seeded, open_page) -> None:
    cold = seeded.services.service.list().records[1]
    warm = seeded.scanned(ScanConfig(), label="Whole again")
    assert cold.comparability_key != warm.comparability_key
    app = open_page("history")
    select_run(app, 0)
    app.button(key="h_same_config").click().run()
    assert not app.exception
    assert listed(app) == ["Whole again", "Whole sample"]
    config = config_hash_of(warm.comparability_key)
    assert app.query_params["h_key"] in ([config], config)


def test_a_run_a_config_and_a_whole_key_are_told_apart_in_one_field(seeded, open_page) -> None:
    cold = seeded.services.service.list().records[1]
    seeded.scanned(ScanConfig(), label="Whole again")
    for name in (cold.run_id, cold.run_id[-8:].lower(), f" {config_hash_of(cold.comparability_key)} "):
        assert listed(open_page("history", h_key=name)) == ["Whole again", "Whole sample"]
    assert listed(open_page("history", h_key=cold.comparability_key)) == ["Whole sample"]


def test_runs_are_found_by_a_part_of_their_criteria(seeded, open_page) -> None:
    seeded.scanned(ScanConfig(criteria="RSI(14) < 30 and close > sma(close, 200)"), label="Oversold")
    app = open_page("history")
    app.text_input(key="h_criteria").set_value("rsi(14) < 30").run()
    assert not app.exception
    assert listed(app) == ["Oversold"]
    nothing = open_page("history", h_criteria="adx(14)")
    assert not nothing.dataframe
    assert nothing.button(key="h_clear")


def test_the_moment_of_a_promise_comes_from_the_address(seeded, open_page) -> None:
    app = open_page("history", h_tab="ETA accuracy", h_moment="50")
    assert not app.exception
    assert app.segmented_control(key="h_moment").value == "50"
    # In a browser the page itself writes what is chosen into the address.
    assert app.segmented_control(key="h_moment").proto.query_param_key == "h_moment"


def question(app: AppTest, *rows: int) -> str:
    """Select rows, ask for their deletion, and return what is asked back."""
    select_run(app, *rows)
    app.button(key="h_delete").click()
    select_run(app, *rows)
    return next(text.value for text in app.markdown if text.value.startswith("Delete "))


@pytest.mark.parametrize(
    ("pinned", "rows", "said"),
    [
        ((), (0, 1), "Delete 2 runs with all results and timings? This cannot be undone."),
        ((0,), (1,), "Delete 1 run with all results and timings? This cannot be undone."),
        ((0,), (0,), "timings? **It is pinned.** This"),
        ((0,), (0, 1), "timings? **1 of them is pinned.** This"),
        ((0, 1), (0, 1), "timings? **All 2 are pinned.** This"),
    ],
)
def test_a_deletion_says_which_of_the_runs_are_pinned(seeded, open_page, pinned, rows, said: str) -> None:
    records = seeded.services.service.list().records
    for row in pinned:
        seeded.services.service.pin(records[row].run_id)
    assert said in question(open_page("history"), *rows)
