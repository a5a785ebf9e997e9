"""Stage timelines: a growing Gantt of one run, finished Gantts side by side, and the throughput line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from technic_scanner.domain.metrics import ScanMetrics
from technic_scanner.domain.progress import ProgressEvent, StageState
from technic_scanner.domain.run import RunRecord
from technic_scanner.progress.text import seconds_text
from technic_scanner.ui.run.event_history import TrailPoint
from technic_scanner.ui.style import figure_frame, theme

QUEUE = "queue"
# Of the run's own length, how much of its wait in the queue is drawn.
MOST_WAIT = 0.5


@dataclass(frozen=True, slots=True)
class Span:
    """One bar: ``start_seconds`` from the attempt's start, ``seconds`` long, ``expected_seconds`` to come if known."""

    name: str
    start_seconds: float
    seconds: float
    expected_seconds: float | None = None


def spans_of_event(event: ProgressEvent, starts: Mapping[str, float], ended: bool = False) -> tuple[Span, ...]:
    """Return a bar per stage of an attempt; a stage whose start was not seen follows the one before it.

    ``ended``: the run is over and left no metrics, so nothing more is expected.
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
    return tuple(Span(timing.name, timing.offset_seconds, timing.seconds) for timing in metrics.stage_timings)


def queue_span(record: RunRecord) -> tuple[Span, ...]:
    """Return the wait before the first attempt, left of zero; nothing for a resumed or unstarted run."""
    if record.started_at is None or record.attempt != 1:
        return ()
    wait = max(0.0, (record.started_at - record.created_at).total_seconds())
    return (Span(QUEUE, -wait, wait),)


def gantt(spans: Sequence[Span], height: int = 210) -> go.Figure:
    """Draw one run: elapsed seconds as solid bars, expected rest as pale hatched ones.

    A wait in the queue of more than ``MOST_WAIT`` of the run's own length is cut at the left, and says so: the stages
    would be slivers beside it. The whole bar is there for who moves the axis.
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
        [
            go.Bar(
                y=[theme.stage_label(span.name) for span in spans],
                x=[span.seconds for span in spans],
                base=[span.start_seconds for span in spans],
                orientation="h",
                offsetgroup=str(index),
                name=label,
                marker=theme.run_fill(index),
                hovertemplate=f"{label}<br>%{{y}}: %{{x:.3f}} s from %{{base:.3f}} s<extra></extra>",
            )
            for index, (label, spans) in enumerate(runs)
        ],
        figure_frame.frame(
            height,
            left=figure_frame.beside(rows),
            barmode="group",
            yaxis={"autorange": "reversed"},
            xaxis={"title": _SINCE_THE_START},
        ),
    )


def throughput_line(points: Sequence[TrailPoint], height: int = 200) -> go.Figure:
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
            # Of one line alone as well: nothing else names the stage, and nothing moves when a second one comes.
            showlegend=True,
            yaxis={"title": "symbols / s", "rangemode": "tozero"},
            xaxis={"title": _SINCE_THE_START, "rangemode": "tozero"},
        ),
    )


# At the right, for the label of the longest bar; the same while it grows, so that a live figure does not move.
_ROOM_FOR_SECONDS = figure_frame.beside(["59m 59s"])
_DASHES = ("solid", "dash", "dot", "dashdot")
_SINCE_THE_START = "seconds since the attempt started"


def _cut(spans: Sequence[Span]) -> list[float] | None:
    """Return the range of the time axis that cuts a long wait in the queue; None where nothing is to be cut."""
    wait = sum(span.seconds for span in spans if span.name == QUEUE)
    own = max((span.start_seconds + span.seconds for span in spans if span.name != QUEUE), default=0.0)
    return [-MOST_WAIT * own, 1.05 * own] if own > 0 and wait > MOST_WAIT * own else None


def _bar_text(span: Span, cut: bool) -> str:
    if span.seconds <= 0:
        return ""
    return seconds_text(span.seconds) + (" of waiting, cut at the left" if cut and span.name == QUEUE else "")


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
        # Beside the bar, where the page is plain; inside only where the expected rest would lie under the words.
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
