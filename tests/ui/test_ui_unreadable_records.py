"""Pages show a run or a preset that cannot be read as such, among the others."""

from __future__ import annotations

import pytest
import streamlit as st

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.model import Preset
from technic_scanner.runs.serialization.stored import dump
from technic_scanner.ui.scan import form_state
from tests.contract.stores.damage import change, put, put_event
from tests.ui.conftest import running_events
from tests.ui.scan.test_ui_scan_page import texts
from tests.ui.test_ui_other_pages import select_run


@pytest.fixture
def unreadable(seeded):
    """A run with a result of which neither config, options nor metrics can be read."""
    run = seeded.services.service.list().records[-1]
    put(seeded.services.store, "run_documents", run.run_id, config="{", options="[]", metrics='{"total_seconds":"x"}')
    # Other tests show the same run from a copy of the same home, and results are cached by run and attempt.
    st.cache_data.clear()
    st.cache_resource.clear()
    yield seeded.services.service.get(run.run_id)
    st.cache_data.clear()
    st.cache_resource.clear()


def test_history_lists_it_marked_among_the_others(seeded, unreadable, open_page) -> None:
    app = open_page("history")
    assert not app.exception
    scans = app.dataframe[0].value["Scan"].tolist()
    assert len(scans) == len(seeded.services.service.list().records)
    marked = f"{unreadable.label} (config, options, metrics unreadable)"
    assert [text for text in scans if "unreadable" in text] == [marked]
    select_run(app, scans.index(marked))
    assert not app.exception
    assert marked in texts(app)


def test_the_scan_page_lists_it_and_shows_its_panel_with_the_reasons(seeded, unreadable, open_page) -> None:
    for app in (open_page(), open_page(run=unreadable.run_id)):
        assert not app.exception
        assert "unreadable" in texts(app)
    warnings = [item.value for item in app.warning]
    assert any("config: is not JSON" in text.replace("\\", "") for text in warnings), warnings
    app.button(key=f"rerun_{unreadable.run_id}").click().run()
    assert "cannot be run again" in texts(app)


@pytest.mark.parametrize("page", ["results", "outcomes", "system"])
def test_other_pages_show_what_there_is(seeded, unreadable, open_page, page) -> None:
    app = open_page(page, run=unreadable.run_id) if page == "results" else open_page(page)
    assert not app.exception


def test_no_bars_and_amounts_are_made_up_for_its_results(seeded, unreadable, open_page) -> None:
    best = seeded.services.service.result(unreadable.run_id).table.column("Symbol")[0].as_py()
    app = open_page("results", run=unreadable.run_id, symbol=best)
    assert not app.exception
    assert "its bars are unknown" in texts(app)
    app = open_page("results", run=unreadable.run_id, r_tab="Portfolio")
    assert not app.exception
    assert not [frame for frame in app.dataframe if "Amount" in frame.value.columns]
    assert "of the account" not in texts(app)


def test_it_is_compared_with_another(seeded, unreadable, open_page) -> None:
    other = seeded.scanned(ScanConfig(symbols=("AAPL",)))
    app = open_page("compare", runs=f"{other.run_id},{unreadable.run_id}")
    assert not app.exception


def test_a_run_whose_last_event_cannot_be_read_is_shown_by_the_one_before(empty, open_page) -> None:
    run = empty.running(label="Torn")
    empty.tell(run, *running_events(run))
    last = empty.services.store.get_run(run.run_id).last_seq
    put_event(empty.services.store, run.run_id, last, "{")
    app = open_page(run=run.run_id)
    assert not app.exception
    empty.end(run, RunStatus.FAILED)
    assert not app.run().exception


def test_a_preset_that_cannot_be_read_is_offered_and_fills_no_form(empty, open_page) -> None:
    empty.services.service.save_preset(Preset("Odd", ScanConfig(min_price=7.0)))
    put(empty.services.store, "presets", "Odd", config=change(dump(ScanConfig(min_price=7.0)), moon_phase="full"))
    app = open_page()
    before = app.number_input(key=form_state.key("min_price")).value
    app.selectbox(key="preset_choice").select("Odd").run()
    assert not app.exception
    assert "'Odd' cannot be used" in texts(app).replace("\\", "")
    assert app.number_input(key=form_state.key("min_price")).value == before
