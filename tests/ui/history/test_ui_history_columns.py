"""Any column of runs: chosen, ordered, saved, filtered by what it shows."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from technic_scanner.domain.config import CONFIG_FIELDS, ScanConfig
from technic_scanner.errors import ConfigError
from technic_scanner.runs.saved_views.model import SavedView
from technic_scanner.ui.app import column_filters, run_columns

FRAME = pd.DataFrame(
    {
        "Seconds": [1.0, 5.0, None],
        "Direction": ["long", "Both", None],
        "As-of date": [date(2010, 3, 31), date(2010, 4, 30), None],
        "Pinned": [True, False, False],
    }
)


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        ({}, [True, True, True]),
        ({"Seconds": "> 1"}, [False, True, False]),
        ({"Seconds": "<=5", "Direction": "LONG"}, [True, False, False]),
        ({"Seconds": "= 5"}, [False, True, False]),
        ({"Seconds": "!= 5"}, [True, False, True]),
        ({"Direction": "o"}, [True, True, False]),
        ({"Direction": "= both"}, [False, True, False]),
        ({"As-of date": ">= 2010-04"}, [False, True, False]),
        ({"As-of date": "2010-03"}, [True, False, False]),
        ({"Pinned": "yes"}, [True, False, False]),
        ({"Direction": "  "}, [True, True, True]),
        ({"Direction": "> 3"}, [False, False, False]),
    ],
)
def test_a_filter_compares_what_the_column_shows(filters: dict[str, str], kept: list[bool]) -> None:
    assert column_filters.passing(FRAME, filters).tolist() == kept


def test_every_filter_that_cannot_be_compared_is_named() -> None:
    with pytest.raises(ConfigError) as error:
        column_filters.passing(FRAME, {"Seconds": "> much", "Direction": "< x", "Pinned": "yes"})
    assert [problem.field for problem in error.value.problems] == ["Seconds", "Direction"]


def test_every_field_of_a_config_can_be_a_column() -> None:
    assert {field.title for field in CONFIG_FIELDS.values()} <= set(run_columns.NAMES)
    assert len(set(run_columns.NAMES)) == len(run_columns.NAMES)


def runs(app: AppTest) -> pd.DataFrame:
    return app.dataframe[0].value


def test_chosen_columns_come_from_the_address_in_their_order(seeded, open_page) -> None:
    newest = seeded.services.service.list().records[0]
    seeded.services.notes.write_run(newest.run_id, "why so few?", ["checked"])
    app = open_page("history", h_columns=["Run", "Note", "Direction", "Tags", "Queue wait, s"])
    assert not app.exception
    assert list(runs(app).columns) == ["Run", "Note", "Direction", "Tags", "Queue wait, s"]
    assert runs(app).iloc[0].tolist()[1:4] == ["why so few?", "long", "checked"]
    app.selectbox(key="h_moved").set_value("Tags").run()
    app.button(key="h_set_left").click().run()
    assert list(runs(app).columns)[2] == "Tags"


def test_filters_by_column_look_at_all_runs_and_a_view_keeps_them(seeded, open_page) -> None:
    seeded.scanned(ScanConfig(symbols=("AAPL", "MSFT"), direction="both"), label="Two")
    app = open_page("history", h_filtered=["Direction"])
    app.text_input(key="h_f_Direction").set_value("= both").run()
    assert not app.exception
    assert runs(app)["Scan"].tolist() == ["Two"]
    assert any(caption.value.startswith("1 run of 3 runs pass") for caption in app.caption)
    app.text_input(key="h_set_name").set_value("Both ways").run()
    app.button(key="h_set_save").click().run()
    again = open_page("history", h_view="Both ways")
    assert runs(again)["Scan"].tolist() == ["Two"]
    again.button(key="h_set_delete").click().run()
    assert len(runs(again)) == 3
    app = open_page("history", h_filtered=["Seconds"])
    app.text_input(key="h_f_Seconds").set_value("> x").run()
    assert "Seconds" in app.error[0].value


def test_runs_are_grouped_by_a_column(seeded, open_page) -> None:
    seeded.scanned(ScanConfig(symbols=("AAPL",), direction="both"), label="Two")
    seeded.services.views.save(SavedView("history", "By way", ("Scan",), {}, "Direction"))
    shown = runs(open_page("history", h_view="By way"))
    assert list(shown.columns) == ["Direction", "Scan"]
    assert shown["Direction"].tolist() == sorted(shown["Direction"])


def test_what_was_asked_names_the_default_universe_and_the_session_that_was_judged(empty, open_page) -> None:
    empty.scanned(ScanConfig(top_n=2))
    app = open_page("history", h_view="What was asked")
    assert not app.exception
    row = runs(app).iloc[0]
    assert (row["Universe"], row["Newest session"]) == ("S&P 500", date(2010, 8, 20))
    assert row["As-of date"] is None, "none was asked for"
    app = open_page("history", h_filtered=["Newest session", "Universe"])
    app.text_input(key="h_f_Newest session").set_value("< 2010-08-20").run()
    assert app.info[0].value == "Change the filters by column."
    app.text_input(key="h_f_Newest session").set_value("2010-08").run()
    app.text_input(key="h_f_Universe").set_value("= S&P 500").run()
    assert len(runs(app)) == 1
