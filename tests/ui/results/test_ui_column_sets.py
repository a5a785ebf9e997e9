"""Sets of columns: chosen, ordered, saved, in the address and in exports; names as people read them."""

from __future__ import annotations

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from technic_scanner.pipeline.columns import COLUMNS
from technic_scanner.runs.saved_views.model import SavedView
from technic_scanner.ui.style import tables
from tests.ui.results.test_ui_result_page import whole


def table(app: AppTest) -> pd.DataFrame:
    return next(frame.value for frame in app.dataframe if "Symbol" in frame.value)


def test_chosen_columns_are_the_tables_in_their_order_and_come_from_the_address(seeded, open_page) -> None:
    app = open_page("results", run=whole(seeded).run_id, r_columns=["Symbol", "RSI 14", "Rank"])
    assert not app.exception
    assert list(table(app).columns) == ["Symbol", "RSI14", "Rank"]
    app.selectbox(key="r_moved").set_value("Rank").run()
    app.button(key="r_set_left").click().run()
    assert list(table(app).columns) == ["Symbol", "Rank", "RSI14"]
    app.button(key="r_set_left").click().run()
    app.button(key="r_set_left").click().run()
    assert list(table(app).columns) == ["Rank", "Symbol", "RSI14"]
    app.multiselect(key="r_columns").set_value([]).run()
    assert "Rationale" in table(app).columns


def test_a_set_is_saved_by_name_shown_from_the_address_and_deleted(seeded, open_page) -> None:
    run = whole(seeded)
    app = open_page("results", run=run.run_id, r_columns=["Symbol", "Close"])
    app.text_input(key="r_set_name").set_value("Mine").run()
    app.button(key="r_set_save").click().run()
    assert not app.exception
    assert list(table(app).columns) == ["Symbol", "Close"]
    again = open_page("results", run=run.run_id, r_view="Mine")
    assert list(table(again).columns) == ["Symbol", "Close"]
    again.button(key="r_set_delete").click().run()
    assert seeded.services.views.of("results") == {}
    assert "Rationale" in table(again).columns


def test_a_set_may_have_what_is_new_and_columns_of_an_older_version_are_left_out(seeded, open_page) -> None:
    seeded.services.views.save(SavedView("results", "Old", ("Symbol", "Sessions", "NoLongerThere")))
    app = open_page("results", run=whole(seeded).run_id, r_view="Old")
    assert not app.exception
    assert list(table(app).columns) == ["Symbol", "Sessions"]


def test_a_shipped_set_is_not_replaced(seeded, open_page) -> None:
    app = open_page("results", run=whole(seeded).run_id, r_columns=["Symbol"])
    app.text_input(key="r_set_name").set_value("Picks").run()
    app.button(key="r_set_save").click().run()
    assert seeded.services.views.of("results") == {}
    assert "shipped set" in app.toast[0].value


@pytest.mark.parametrize(("name", "shown"), [("ATR14_pct", "ATR %"), ("BollingerPctB", "Bollinger %B")])
def test_columns_have_names_that_people_read(name: str, shown: str) -> None:
    assert tables.label(name) == shown


def test_no_column_shows_a_name_of_the_program() -> None:
    plain = {column.name for column in COLUMNS if tables.label(column.name) == column.name}
    assert all(name.isalpha() and name[1:].islower() for name in plain), plain
    labels = [tables.label(column.name) for column in COLUMNS]
    assert len(set(labels)) == len(labels)
