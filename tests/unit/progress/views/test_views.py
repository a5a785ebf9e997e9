"""Every view of one run on virtual time."""

import io
import json
import logging
import sys

import pytest
from ipywidgets import FloatProgress
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from prometheus_client import CollectorRegistry, generate_latest
from rich.console import Console
from streamlit.testing.v1 import AppTest

from technic_scanner.clock import ManualClock
from technic_scanner.errors import MissingExtraError
from technic_scanner.progress.tracker import MultiStageProgressTracker
from technic_scanner.progress.views.bars import Bars
from technic_scanner.progress.views.callback import call_back
from technic_scanner.progress.views.json_lines import write_json_lines
from technic_scanner.progress.views.lines import print_lines
from technic_scanner.progress.views.log import log_to
from technic_scanner.progress.views.notebook import show_widget
from technic_scanner.progress.views.prometheus import TrackerCollector
from technic_scanner.progress.views.spans import trace_to
from technic_scanner.progress.views.tqdm_like import TqdmLike


@pytest.fixture
def tracker():
    return MultiStageProgressTracker({"load": 0.5, "fit": 0.5}, ManualClock(), name="nightly")


def work(tracker, *, units=4, seconds=1.0):
    with tracker:
        for stage in ("load", "fit"):
            for _ in tracker.track(stage, range(units)):
                tracker._clock.advance(seconds)


def test_plain_lines_tell_boundaries_and_what_comes_at_intervals(tracker):
    out = io.StringIO()
    print_lines(tracker, out, interval_seconds=2.0)
    work(tracker)
    lines = out.getvalue().splitlines()
    assert lines[0] == "0.0% load: 0 of 4, time left unknown"
    assert lines[1].startswith("25.0% load: 2 of 4, about 6.0 s left (")
    assert lines[-1] == "100.0% done after 8s"
    assert len(lines) == 9


def test_a_run_that_stops_is_not_done(tracker):
    out = io.StringIO()
    print_lines(tracker, out)
    tracker.start_stage("load")
    tracker.message("waiting for the disk")
    tracker.advance(1_000)
    tracker.finish(succeeded=False)
    lines = out.getvalue().splitlines()
    assert lines[1] == "0.0% load: 0 (waiting for the disk), time left unknown"
    assert lines[-1] == "0.0% stopped after 0s"


def test_log_records_carry_the_event(tracker, caplog):
    with caplog.at_level(logging.INFO):
        log_to(tracker, interval_seconds=100.0)
        work(tracker)
    assert caplog.records[-1].message == "100.0% done after 8s"
    assert caplog.records[-1].progress.overall_fraction == 1
    assert {record.name for record in caplog.records} == {"technic_scanner.progress"}


def test_json_lines_are_whole_events(tracker):
    out = io.StringIO()
    write_json_lines(tracker, out, interval_seconds=1.0)
    work(tracker)
    events = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events[0]["eta_seconds"] is None
    assert events[-1]["kind"] == "run_finished"
    assert events[-1]["stages"][1]["completed"] == 4


def test_the_callback_gets_its_five_arguments(tracker):
    calls = []
    call_back(tracker, lambda *arguments: calls.append(arguments), interval_seconds=1.0)
    tracker.message("about to begin")
    work(tracker)
    assert calls[0][:4] == ("load", 0, None, "about to begin")
    assert calls[1][:4] == ("load", 0, 4, "load: 0 of 4 done")
    assert calls[-1][:3] == ("fit", 4, 4)
    assert calls[-1][4]["overall_progress_pct"] == 100
    keys = {"stage_progress_pct", "overall_progress_pct", "stage_eta", "overall_eta", "stage_throughput"}
    assert all(set(call[4]) == keys for call in calls)


def test_rich_draws_stages_sub_steps_and_the_band(tracker):
    console = Console(file=io.StringIO(), width=100, force_terminal=True)
    with Bars(tracker, console) as bars, tracker:
        tracker.start_stage("load", 10)
        tracker.start_substage("unzip", 10)
        tracker._clock.advance(5)
        tracker.advance(5, substage="unzip")
        tracker._clock.advance(1)
        tracker.advance(1)
        tasks = {task.description.strip(): task for task in bars._progress.tasks}
        assert tasks["load"].completed == 0.6
        assert tasks["unzip"].completed == 0.5
        assert "left (" in tasks["whole run"].fields["detail"]
    assert "100%" in console.file.getvalue()
    assert tasks["whole run"].completed == 1


def old_pipeline(tqdm):
    """What somebody wrote for tqdm."""
    found = []
    for item in tqdm([1, 2, 3], desc="reading"):
        found.append(item)
    with tqdm(total=10) as bar:
        for _ in range(5):
            bar.update(2)
            bar.set_postfix(loss=0.5)
        bar.refresh()
        assert len(bar) == bar.n == 10
    return found


def test_code_written_for_tqdm_reports_into_the_tracker(tracker):
    messages = []
    tracker.subscribe(lambda event: messages.append(event.message))
    with tracker:
        assert old_pipeline(TqdmLike(tracker)) == [1, 2, 3]
        assert tracker.completed_stages == {"load", "fit"}
    assert [tracker.stages[name].current for name in ("load", "fit")] == [3, 10]
    assert {"reading", "loss=0.5"} <= set(messages)


def test_a_bar_that_an_exception_leaves_is_not_complete(tracker):
    bar = TqdmLike(tracker, "fit")(total=2)
    with pytest.raises(RuntimeError), bar:
        raise RuntimeError
    assert not tracker.completed_stages
    bar.reset(total=5)
    assert tracker.stages["fit"].total == 5


def test_prometheus_reads_how_it_stands(tracker):
    registry, collector = CollectorRegistry(), TrackerCollector()
    registry.register(collector)
    collector.add(tracker)
    assert b"tracker_left_seconds{" not in generate_latest(registry), "unknown is left out"
    work(tracker)
    text = generate_latest(registry).decode()
    assert 'tracker_progress_ratio{run="nightly"} 1.0' in text
    assert 'tracker_left_seconds{quantile="0.5",run="nightly"} 0.0' in text
    assert 'tracker_stage_units{run="nightly",stage="fit"} 4.0' in text


def traced(tracker):
    memory, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(memory))
    trace_to(tracker, provider.get_tracer("test"))
    return memory.get_finished_spans


def test_spans_say_when_each_stage_ran_and_belong_to_the_run(tracker):
    finished = traced(tracker)
    work(tracker)
    load, fit, whole = finished()
    assert (load.name, fit.name, whole.name) == ("load", "fit", "nightly")
    assert load.parent.span_id == fit.parent.span_id == whole.context.span_id
    assert [(one.end_time - one.start_time) / 1e9 for one in (load, fit, whole)] == [4, 4, 8]
    assert dict(load.attributes) == {"progress.units": 4, "progress.total": 4}
    assert dict(whole.attributes) == {"progress.fraction": 1.0}
    assert {one.status.status_code for one in (load, fit, whole)} == {StatusCode.UNSET}


@pytest.mark.parametrize("inside", [True, False])
def test_the_span_of_a_stage_that_fails_is_an_error(tracker, inside):
    def pipeline():
        with tracker:
            if inside:
                with tracker.stage("load"):
                    raise RuntimeError
            tracker.start_stage("load")
            raise RuntimeError

    finished = traced(tracker)
    with pytest.raises(RuntimeError):
        pipeline()
    assert [(one.name, one.status.status_code) for one in finished()] == [
        ("load", StatusCode.ERROR),
        ("nightly", StatusCode.ERROR),
    ]


def test_a_stage_that_is_left_and_entered_again_has_two_spans(tracker):
    finished = traced(tracker)
    with tracker:
        for stage in ("load", "fit", "load"):
            tracker.start_stage(stage)
            tracker._clock.advance(1)
    assert [one.name for one in finished()] == ["load", "fit", "load", "nightly"]


def test_a_notebook_shows_bars_counts_and_the_time_left(tracker, capsys):
    bars = show_widget(tracker)
    rows = [row.children for row in bars.box.children]
    assert [bar.description for bar, _ in rows] == ["whole run", "load", "fit"]
    assert all(isinstance(bar, FloatProgress) for bar, _ in rows)
    tracker.start_stage("load", 4)
    tracker._clock.advance(2)
    tracker.advance(2)
    assert rows[1][0].value == 0.5
    assert rows[1][1].value == "2 of 4"
    assert " left (" in rows[0][1].value
    tracker.finish(succeeded=False)
    assert rows[1][0].bar_style == "danger"


@pytest.mark.parametrize(
    ("view", "module", "command"),
    [
        (show_widget, "ipywidgets", "pip install ipywidgets"),
        (trace_to, "opentelemetry.trace", "pip install opentelemetry-api"),
    ],
)
def test_a_view_whose_package_is_missing_says_how_to_install_it(tracker, monkeypatch, view, module, command):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=command):
        view(tracker)


def page():
    import threading

    import streamlit as st

    from technic_scanner.progress.tracker import MultiStageProgressTracker
    from technic_scanner.progress.views.page import st_progress

    st.checkbox("beside", key="beside")
    tracker = MultiStageProgressTracker({"load": 0.5, "fit": 0.5})
    shown = st_progress(tracker, st.container())
    with tracker:
        for _ in tracker.track("load", range(3)):
            pass
        tracker.start_stage("fit", 4)
        worker = threading.Thread(target=tracker.advance, args=(2,))
        worker.start()
        worker.join()
        shown.draw()
        if st.session_state["beside"]:
            tracker.finish(succeeded=False)
    st.write(tracker.get_summary())


@pytest.mark.slow
def test_a_streamlit_page_shows_it_beside_widgets():
    app = AppTest.from_function(page, default_timeout=60).run()
    assert not app.exception
    assert app.markdown[0].value.startswith("Overall: 100.0% - Complete")
    app.checkbox(key="beside").check().run()
    assert not app.exception
    assert app.checkbox(key="beside").value
