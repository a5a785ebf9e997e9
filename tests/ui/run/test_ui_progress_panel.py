"""The live view says what its figures count, in words, and nothing of a run that has ended as if it went on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.progress import EventKind, StageState, SubstageProgress
from technic_scanner.domain.run import RunError, RunStatus
from technic_scanner.errors import SourceError
from technic_scanner.runs.model import NewRun
from technic_scanner.ui.run import stage_bars, timeline
from technic_scanner.ui.run.event_history import TrailPoint
from tests.ui import builders
from tests.ui.conftest import running_events
from tests.ui.scan.test_ui_scan_page import texts


def fetching(run) -> object:
    stages = (
        builders.stage("universe_loading", state=StageState.DONE, fraction=1.0),
        builders.stage("data_fetching", state=StageState.RUNNING, total=900, throughput=12.0),
        builders.stage("symbol_scanning"),
        builders.stage("finalization"),
    )
    return builders.event(run_id=run.run_id, kind=EventKind.STAGE_STARTED, stages=stages, current_stage="data_fetching")


def test_the_run_is_the_headline_of_its_page(empty, open_page) -> None:
    run = empty.running(label="Energy only")
    (title,) = open_page(run=run.run_id).title
    assert "▶ Running" in title.value
    assert "Energy only" in title.value


def test_a_run_that_only_another_host_can_scan_says_so(empty, open_page) -> None:
    run = empty.services.store.add_runs([NewRun(ScanConfig(source="files"), RunOptions(), comparability_key="k")])[0]
    bar = open_page(run=run.run_id).get("progress")[0]
    said = bar.proto.text.replace("\\", "")
    assert said.startswith(
        "Waiting for a worker on a host that can read the source files: here, set TECHNIC_FILES_ROOT"
    )
    assert said.endswith("Position 1 in the queue.")


def test_the_bar_of_a_run_that_stops_stays_where_it_was(empty, open_page) -> None:
    run = empty.running()
    told = [replace(event, overall_fraction=0.14, time_fraction=0.41) for event in running_events(run)]
    empty.tell(run, *told)
    before = open_page(run=run.run_id).get("progress")[0].proto.value
    empty.end(run, RunStatus.CANCELLED)
    assert (before, open_page(run=run.run_id).get("progress")[0].proto.value) == (41, 41)


def tiles(app) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def test_while_bars_are_fetched_it_is_known_how_many_symbols_there_are_to_scan(empty, open_page) -> None:
    run = empty.running()
    empty.tell(run, fetching(run))
    assert tiles(open_page(run=run.run_id))["Symbols"] == "0 / 900"
    empty.end(run, RunStatus.FAILED, RunError("source_error", "no answer"))
    assert tiles(open_page(run=run.run_id))["Symbols"] == "0 / 900"


def test_before_the_universe_is_loaded_no_number_of_symbols_is_made_up(empty, open_page) -> None:
    run = empty.running()
    empty.tell(run, builders.event(run_id=run.run_id, current_stage="universe_loading"))
    assert tiles(open_page(run=run.run_id))["Symbols"] == "none yet"
    empty.end(run, RunStatus.FAILED, RunError("source_error", "no answer"))
    assert tiles(open_page(run=run.run_id))["Symbols"] == "none"


def test_the_scanning_stage_counts_its_own_symbols(empty, open_page) -> None:
    run = empty.running()
    stages = (
        builders.stage("data_fetching", state=StageState.DONE, total=900, completed=900, fraction=1.0),
        builders.stage("symbol_scanning", state=StageState.RUNNING, total=880, completed=40),
    )
    empty.tell(run, builders.event(run_id=run.run_id, stages=stages))
    assert tiles(open_page(run=run.run_id))["Symbols"] == "40 / 880"


def test_a_band_without_a_middle_is_told_in_the_tile_as_in_the_line_above(empty, open_page) -> None:
    run = empty.running()
    empty.tell(run, builders.event(run_id=run.run_id, eta_seconds=None, eta_low_seconds=8.0, eta_high_seconds=12.0))
    app = open_page(run=run.run_id)
    assert tiles(app)["Time left"] == "8.0–12 s"
    assert app.progress[0].text.endswith("between 8.0 and 12 s left")


def test_finalization_does_not_call_its_steps_over_rows_steps_alone() -> None:
    done = builders.stage(
        "finalization", state=StageState.DONE, total=18_000, completed=18_000, fraction=1.0, elapsed_seconds=3.0
    )
    assert stage_bars.stage_text(done) == "✓ **Finalization** 100.0% · 18,000 / 18,000 row steps · 3.0 s"


def test_a_rate_says_of_what_it_is(empty, open_page) -> None:
    run = empty.running()
    empty.tell(run, *running_events(run))
    helps = {metric.label: metric.proto.help for metric in open_page(run=run.run_id).metric}
    assert helps["Throughput"] == "Rate of the current stage: symbol scanning."
    assert "range that holds in 4 of 5 runs" in helps["Time left"]


def test_of_an_ended_run_the_rate_is_that_of_the_scanning_stage_and_no_range_is_promised(seeded, open_page) -> None:
    run = seeded.services.service.list().records[-1]
    helps = {metric.label: metric.proto.help for metric in open_page(run=run.run_id).metric}
    assert helps["Throughput"] == "Symbols scanned, divided by the seconds of the scanning stage."
    assert helps["Time left"] == ""


def test_why_a_run_stopped_is_a_sentence_and_its_markup_is_not_obeyed(empty, open_page) -> None:
    run = empty.running()
    empty.tell(run, *running_events(run))
    empty.services.store.interrupt_stale(timedelta(seconds=-1))
    assert open_page(run=run.run_id).progress[0].text.endswith(" · Interrupted\\: its worker stopped answering.")
    queued = empty.queued()
    empty.services.service.cancel(queued.run_id)
    assert open_page(run=queued.run_id).progress[0].text == "Cancelled before it started."
    failed = empty.running()
    empty.end(failed, RunStatus.FAILED, RunError("source_error", "**no** answer"))
    assert open_page(run=failed.run_id).progress[0].text == "\\*\\*no\\*\\* answer."


def test_a_fault_of_the_program_is_called_one(empty, open_page) -> None:
    run = empty.running()
    empty.end(run, RunStatus.FAILED, RunError("internal_error", "division by zero"))
    assert "error in the program" in open_page(run=run.run_id).error[0].value
    asked = empty.running()
    empty.end(asked, RunStatus.FAILED, RunError("source_error", "no answer"))
    assert "error in the program" not in open_page(run=asked.run_id).error[0].value


def test_a_run_that_failed_before_it_had_symbols_counts_none_of_them(
    empty, open_page, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> object:
        raise SourceError("the list is gone")

    monkeypatch.setattr("technic_scanner.adapters.market_data.sample.source.SampleSource.universe", refuse)
    run = empty.scanned(ScanConfig())
    assert run.status is RunStatus.FAILED
    app = open_page(run=run.run_id)
    assert "Stopped before the symbols to scan were known · Started" in texts(app)
    assert "0 of 0" not in texts(app)


def test_a_step_of_a_run_that_is_over_does_not_go_on() -> None:
    step = SubstageProgress("chunks", StageState.RUNNING, 200, 524, 0.4, 1.0)
    assert stage_bars.substage_text(step) == "▶ chunks 200/524"
    assert stage_bars.substage_text(step, ended=True) == "■ chunks 200/524"


@pytest.mark.parametrize(("earlier_seconds", "said"), [(0.0, False), (12.0, True)])
def test_a_resumed_run_says_whose_the_small_steps_are(empty, open_page, earlier_seconds: float, said: bool) -> None:
    run = empty.running()
    empty.tell(run, *(replace(event, earlier_seconds=earlier_seconds) for event in running_events(run)))
    app = open_page(run=run.run_id)
    (steps,) = [caption for caption in app.caption if "cached 500/500" in caption.value]
    assert steps.proto.help == (stage_bars._RESUMED_HELP if said else "")


def test_a_single_throughput_line_is_named_as_well() -> None:
    figure = timeline.throughput_line([TrailPoint(1.0, "data_fetching", 20.0), TrailPoint(2.0, "data_fetching", 18.0)])
    assert figure.layout.showlegend
    assert [line.name for line in figure.data] == ["Data fetching"]


def test_words_that_do_not_fit_into_a_bar_are_left_out_instead_of_made_tiny() -> None:
    figure = timeline.gantt(timeline.spans_of_metrics(builders.metrics()))
    assert (figure.layout.uniformtext.mode, figure.layout.uniformtext.minsize) == ("hide", 10)
