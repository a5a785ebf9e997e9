"""Build stage timelines: a live Gantt chart of one run, Gantt charts of finished runs, and the throughput line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from technic_scanner.domain.metrics import ScanMetrics
from technic_scanner.domain.progress import ProgressEvent, StageState
from technic_scanner.domain.run import RunRecord
from technic_scanner.progress.text import seconds_text
from technic_scanner.progress.views.gantt import Span, overlaid_bars, spans_of
from technic_scanner.ui.run.event_history import TrailPoint
from technic_scanner.ui.style import figure_frame, theme

QUEUE = "queue"
# The longest wait in the queue that is drawn in full, as a fraction of the run's own duration.
MOST_WAIT = 0.5
GANTT_PIXELS, THROUGHPUT_PIXELS = 210, 200


def spans_of_event(event: ProgressEvent, starts: Mapping[str, float], ended: bool = False) -> tuple[Span, ...]:
    """Return a bar per stage of an attempt; a stage whose start is unknown begins where the previous one ends.

    ``ended``: the run is over without metrics, so no further time is expected.
    """
    spans: list[Span] = []
    cursor = 0.0
    for stage in event.stages:
        start = starts.get(stage.name, cursor)
        open_still = stage.state in (StageState.RUNNING, StageState.PENDING) and not ended
        expected = stage.eta_seconds if open_still else None
        spans.append(Span(stage.name, start, stage.elapsed_seconds, expected))
        cursor = start + stage.elapsed_seconds + (expected or 0.0)
    return tuple(spans)


def spans_of_metrics(metrics: ScanMetrics) -> tuple[Span, ...]:
    """Return a bar per stage of a finished attempt."""
    return spans_of(metrics.stage_timings)


def queue_span(record: RunRecord) -> tuple[Span, ...]:
    """Return the wait before the first attempt, left of zero; empty for a resumed run or one that has not started."""
    if record.started_at is None or record.attempt != 1:
        return ()
    wait = max(0.0, (record.started_at - record.created_at).total_seconds())
    return (Span(QUEUE, -wait, wait),)


def gantt(spans: Sequence[Span], height: int = GANTT_PIXELS) -> go.Figure:
    """Draw one run: elapsed seconds as solid bars, the expected remaining seconds as pale hatched ones.

    A wait in the queue longer than ``MOST_WAIT`` of the run's own duration is cut off at the left, with a note, because
    the stages would be too narrow beside it. Panning the axis shows the whole bar.
    """
    labels = [theme.stage_label(span.name) for span in spans]
    cut = _cut(spans)
    rest = [span for span in spans if span.expected_seconds]
    return go.Figure(
        [_elapsed_bars(spans, labels, cut is not None), *([_expected_bars(rest)] if rest else [])],
        figure_frame.frame(
            height,
            left=figure_frame.beside(labels),
            right=_ROOM_FOR_SECONDS,
            top=6,
            barmode="overlay",
            showlegend=False,
            uniformtext=figure_frame.READABLE,
            yaxis={"autorange": "reversed"},
            xaxis={"title": _SINCE_THE_START, "rangemode": "tozero", "range": cut},
        ),
    )


def gantts_overlaid(runs: Sequence[tuple[str, Sequence[Span]]], height: int = 320) -> go.Figure:
    """Draw several finished runs on one time axis, a row per stage, a colour and a pattern per run."""
    rows = {theme.stage_label(span.name) for _, spans in runs for span in spans}
    return go.Figure(
        overlaid_bars(runs, theme.stage_label, theme.run_fill),
        figure_frame.frame(
            height,
            left=figure_frame.beside(rows),
            barmode="group",
            yaxis={"autorange": "reversed"},
            xaxis={"title": _SINCE_THE_START},
        ),
    )


def throughput_line(points: Sequence[TrailPoint], height: int = THROUGHPUT_PIXELS) -> go.Figure:
    """Draw symbols per second over elapsed seconds, one line per stage, each with its own dash."""
    lines = []
    names = list(dict.fromkeys(point.stage for point in points))
    for index, name in enumerate(names):
        own = [point for point in points if point.stage == name]
        lines.append(
            go.Scatter(
                x=[point.elapsed_seconds for point in own],
                y=[point.throughput for point in own],
                mode="lines+markers",
                marker={"size": 4},
                name=theme.stage_label(name),
                line={"color": theme.stage_colour(name), "width": 2, "dash": _DASHES[index % len(_DASHES)]},
                hovertemplate="%{y:,.1f} per second at %{x:.1f} s<extra>" + theme.stage_label(name) + "</extra>",
            )
        )
    return go.Figure(
        lines,
        figure_frame.frame(
            height,
            # Also for one line: nothing else names the stage, and the figure does not move when a second line appears.
            showlegend=True,
            yaxis={"title": "symbols / s", "rangemode": "tozero"},
            xaxis={"title": _SINCE_THE_START, "rangemode": "tozero"},
        ),
    )


# Right margin for the label of the longest bar; it is constant, so that a live figure does not move.
_ROOM_FOR_SECONDS = figure_frame.beside(["59m 59s"])
_DASHES = ("solid", "dash", "dot", "dashdot")
_SINCE_THE_START = "seconds since the attempt started"


def _cut(spans: Sequence[Span]) -> list[float] | None:
    """Return the range of the time axis that cuts off a long wait in the queue; None if there is none."""
    wait = sum(span.seconds for span in spans if span.name == QUEUE)
    own = max((span.start_seconds + span.seconds for span in spans if span.name != QUEUE), default=0.0)
    return [-MOST_WAIT * own, 1.05 * own] if own > 0 and wait > MOST_WAIT * own else None


def _bar_text(span: Span, cut: bool) -> str:
    if span.seconds <= 0:
        return ""
    return seconds_text(span.seconds) + (" of waiting, truncated" if cut and span.name == QUEUE else "")


def _elapsed_bars(spans: Sequence[Span], labels: Sequence[str], cut: bool) -> go.Bar:
    return go.Bar(
        y=labels,
        x=[span.seconds for span in spans],
        base=[span.start_seconds for span in spans],
        orientation="h",
        marker=theme.fill(
            [theme.stage_colour(span.name) for span in spans], [theme.stage_pattern(span.name) for span in spans]
        ),
        text=[_bar_text(span, cut) for span in spans],
        # Beside the bar; inside it only if the bar of the expected seconds would be behind the text.
        textposition=["inside" if span.expected_seconds else "outside" for span in spans],
        insidetextfont={"color": theme.INK},
        cliponaxis=False,
        name="elapsed",
        hovertemplate="%{y}: %{x:.3f} s from %{base:.3f} s<extra></extra>",
    )


def _expected_bars(spans: Sequence[Span]) -> go.Bar:
    return go.Bar(
        y=[theme.stage_label(span.name) for span in spans],
        x=[span.expected_seconds for span in spans],
        base=[span.start_seconds + span.seconds for span in spans],
        orientation="h",
        opacity=0.35,
        marker={
            "color": [theme.stage_colour(span.name) for span in spans],
            "pattern": {"shape": "/", "size": 6, "solidity": 0.5},
        },
        name="expected",
        hovertemplate="%{y}: about %{x:.1f} s more<extra></extra>",
    )
