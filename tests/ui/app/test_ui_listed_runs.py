"""The lists of runs on Results and Compare are filtered by what any column shows."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.metrics import ScanMetrics
from technic_scanner.ui.app import run_columns, run_filters
from tests.ui import builders
from tests.ui.scan.test_ui_scan_page import texts, titles


@pytest.fixture
def both_ways(seeded):
    """One run more, which alone picks longs and shorts."""
    return seeded.scanned(ScanConfig(symbols=("AAPL", "MSFT"), direction="both"), label="Both ways")


def test_results_lists_the_runs_that_pass_and_opens_the_newest_of_them(seeded, both_ways, open_page) -> None:
    whole = next(run for run in seeded.services.service.list().records if run.label == "Whole sample")
    app = open_page("results", rr_filtered=["Picks"])
    app.text_input(key="rr_f_Picks").set_value("> 10").run()
    assert not app.exception
    assert "1 run of 3 runs pass the filters." in texts(app)
    assert app.selectbox(key="run_choice").value == whole.run_id
    assert len(app.selectbox(key="run_choice").options) == 1
    app.text_input(key="rr_f_Picks").set_value("> 100000").run()
    assert "0 runs of 3 runs pass the filters." in texts(app)
    assert app.selectbox(key="run_choice").value == both_ways.run_id, "without a run that passes, the newest one"


def test_a_filter_that_cannot_be_used_is_named(seeded, open_page) -> None:
    app = open_page("results", rr_filtered=["Picks"])
    app.text_input(key="rr_f_Picks").set_value("> many").run()
    assert titles(app, "error") == ["One field has an invalid value"]
    assert "Picks" in app.error[0].value


def test_compare_lists_the_runs_that_pass_and_keeps_the_chosen_ones(seeded, both_ways, open_page) -> None:
    whole = next(run for run in seeded.services.service.list().records if run.label == "Whole sample")
    app = open_page("compare", runs=whole.run_id, cr_filtered=["Direction"])
    app.text_input(key="cr_f_Direction").set_value("= both").run()
    assert not app.exception
    assert "1 run of 3 runs pass the filters." in texts(app)
    assert len(app.multiselect(key="compare_runs").options) == 2
    assert app.multiselect(key="compare_runs").value == [whole.run_id]


def test_every_number_of_a_run_can_be_a_column() -> None:
    """Change each number of the metrics alone: another cell must come of it."""
    plain = builders.record()
    cells = run_columns.runs_frame([plain], run_columns.NAMES).iloc[0]
    by_themselves = {"stage_timings", "attempt_seconds", "unit_costs", "progress_summary"}
    by_themselves.add("queue_seconds")  # its column is of the run's times, and so also of runs without metrics
    for field in fields(ScanMetrics):
        if field.name in by_themselves:
            continue
        other = "01OTHER" if field.name == "baseline_run_id" else 987
        changed = replace(plain, metrics=replace(plain.metrics, **{field.name: other}))
        assert not run_columns.runs_frame([changed], run_columns.NAMES).iloc[0].equals(cells), field.name


def test_more_runs_than_are_looked_at_are_told(seeded, monkeypatch: pytest.MonkeyPatch) -> None:
    found = run_filters.Passing((builders.record(),), 2_000, more=True)
    assert found.sentence() == "1 run of the newest 2,000 of 2,000 runs pass"
