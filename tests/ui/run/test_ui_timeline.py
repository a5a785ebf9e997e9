"""Bars and lines must say what the events say; read back from the figures' own data."""

from datetime import timedelta

import pytest

from technic_scanner.domain.progress import StageState
from technic_scanner.ui.run import timeline
from technic_scanner.ui.run.event_history import TrailPoint
from tests.ui.builders import START, event, metrics, record, stage


def running_event():
    return event(
        stages=(
            stage("universe_loading", state=StageState.DONE, fraction=1.0, elapsed_seconds=1.0, eta_seconds=0.0),
            stage("data_fetching", state=StageState.RUNNING, fraction=0.5, elapsed_seconds=2.0, eta_seconds=2.5),
            stage("symbol_scanning", eta_seconds=7.0),
            stage("finalization"),
        )
    )


def test_running_stages_are_placed_where_they_started() -> None:
    spans = timeline.spans_of_event(running_event(), {"universe_loading": 0.1, "data_fetching": 1.3})
    assert [(span.start_seconds, span.seconds) for span in spans[:2]] == [(0.1, 1.0), (1.3, 2.0)]


def test_pending_stages_follow_the_expected_end_and_unknown_is_not_drawn() -> None:
    spans = timeline.spans_of_event(running_event(), {})
    assert [span.expected_seconds for span in spans] == [None, 2.5, 7.0, None]
    assert spans[2].start_seconds == pytest.approx(1.0 + 2.0 + 2.5)
    figure = timeline.gantt(spans)
    elapsed, expected = figure.data
    assert list(elapsed.x) == [1.0, 2.0, 0.0, 0.0]
    assert list(expected.y) == ["Data fetching", "Symbol scanning"]
    assert list(expected.base) == pytest.approx([3.0, 5.5])


def test_a_done_stage_has_no_expected_rest() -> None:
    done = event(stages=(stage("universe_loading", state=StageState.DONE, elapsed_seconds=1.0, eta_seconds=0.0),))
    assert len(timeline.gantt(timeline.spans_of_event(done, {})).data) == 1


def test_a_finished_run_is_drawn_from_its_measured_offsets() -> None:
    spans = timeline.spans_of_metrics(metrics())
    assert [(span.name, span.start_seconds, span.seconds) for span in spans] == [
        ("universe_loading", 0.0, 0.5),
        ("data_fetching", 0.5, 2.0),
        ("symbol_scanning", 2.5, 7.0),
        ("finalization", 9.5, 0.4),
    ]


def test_waiting_in_the_queue_stands_left_of_zero_and_only_for_a_first_attempt() -> None:
    (wait,) = timeline.queue_span(record(started_at=START + timedelta(seconds=3)))
    assert (wait.start_seconds, wait.seconds) == (-3.0, 3.0)
    assert timeline.queue_span(record(attempt=2)) == ()
    assert timeline.queue_span(record(started_at=None)) == ()


def test_a_clock_that_stepped_back_gives_no_negative_wait() -> None:
    (wait,) = timeline.queue_span(record(started_at=START - timedelta(seconds=3)))
    assert wait.seconds == 0.0


def waited(seconds: float):
    first = record(started_at=START + timedelta(seconds=seconds))
    return timeline.gantt((*timeline.queue_span(first), *timeline.spans_of_metrics(metrics())))


def test_a_long_wait_is_cut_at_the_left_and_says_so_with_all_its_seconds() -> None:
    figure = waited(60.0)
    left, right = figure.layout.xaxis.range
    assert left == pytest.approx(-timeline.MOST_WAIT * 9.9)
    assert right > 9.9
    bars = figure.data[0]
    assert (bars.base[0], bars.x[0]) == (-60.0, 60.0)
    assert bars.text[0] == "1m 0s of waiting, truncated"
    assert list(bars.text[1:]) == ["0.50 s", "2.0 s", "7.0 s", "0.40 s"]


def test_a_short_wait_is_drawn_whole() -> None:
    figure = waited(3.0)
    assert figure.layout.xaxis.range is None
    assert figure.data[0].text[0] == "3.0 s"


def test_bars_differ_by_pattern_as_well_as_colour() -> None:
    figure = timeline.gantt(timeline.spans_of_metrics(metrics()))
    marks = list(zip(figure.data[0].marker.color, figure.data[0].marker.pattern.shape, strict=True))
    assert len({colour for colour, _ in marks}) == len({shape for _, shape in marks}) == 4


def test_overlaid_runs_share_rows_and_keep_their_offsets() -> None:
    spans = timeline.spans_of_metrics(metrics())
    figure = timeline.gantts_overlaid([("first", spans), ("second", spans)])
    assert [trace.name for trace in figure.data] == ["first", "second"]
    assert len({trace.offsetgroup for trace in figure.data}) == 2
    assert list(figure.data[1].base) == [0.0, 0.5, 2.5, 9.5]


def test_throughput_has_one_line_per_stage_with_its_own_dash() -> None:
    points = [
        TrailPoint(1.0, "data_fetching", 50.0),
        TrailPoint(2.0, "data_fetching", 60.0),
        TrailPoint(3.0, "symbol_scanning", 400.0),
    ]
    figure = timeline.throughput_line(points)
    assert [(trace.name, list(trace.y)) for trace in figure.data] == [
        ("Data fetching", [50.0, 60.0]),
        ("Symbol scanning", [400.0]),
    ]
    assert len({trace.line.dash for trace in figure.data}) == 2


def test_a_run_that_is_over_expects_nothing_more() -> None:
    spans = timeline.spans_of_event(running_event(), {}, ended=True)
    assert [span.expected_seconds for span in spans] == [None] * 4
    assert len(timeline.gantt(spans).data) == 1


def test_a_bar_has_its_seconds_beside_it_unless_the_expected_rest_is_there() -> None:
    elapsed = timeline.gantt(timeline.spans_of_event(running_event(), {})).data[0]
    assert list(elapsed.textposition) == ["outside", "inside", "inside", "outside"]
