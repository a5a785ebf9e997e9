"""Draw when each stage of one or several runs ran, as a Plotly figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from technic_scanner.domain.metrics import StageTiming
from technic_scanner.progress.tracker import MultiStageProgressTracker

RunSpans = Sequence[tuple[str, "Sequence[Span]"]]  # of each run: its name, a bar for each stage


@dataclass(frozen=True, slots=True)
class Span:
    """One bar: from ``start_seconds`` of the run for ``seconds``, and ``expected_seconds`` more if known."""

    name: str
    start_seconds: float
    seconds: float
    expected_seconds: float | None = None


def spans_of(timings: Sequence[StageTiming]) -> tuple[Span, ...]:
    """Return a bar for each stage."""
    return tuple(Span(timing.name, timing.offset_seconds, timing.seconds) for timing in timings)


def _default_fill(_run: int) -> dict[str, Any]:
    return {}


def overlaid_bars(
    runs: RunSpans,
    label_of: Callable[[str], str] = str,
    fill_of: Callable[[int], dict[str, Any]] = _default_fill,
) -> list[go.Bar]:
    """Return the bars of several runs on one time axis, a row for each stage.

    ``label_of`` gives the label of a stage's name, ``fill_of`` Plotly's marker of a run by its position.
    """
    return [
        go.Bar(
            y=[label_of(span.name) for span in spans],
            x=[span.seconds for span in spans],
            base=[span.start_seconds for span in spans],
            orientation="h",
            offsetgroup=str(index),
            name=label,
            marker=fill_of(index),
            hovertemplate=f"{label}<br>%{{y}}: %{{x:.3f}} s from %{{base:.3f}} s<extra></extra>",
        )
        for index, (label, spans) in enumerate(runs)
    ]


def gantt_figure(*trackers: MultiStageProgressTracker) -> go.Figure:
    """Draw one tracker, or several by their names on one time axis."""
    runs = [(tracker.name, spans_of(tracker.timings())) for tracker in trackers]
    return go.Figure(
        overlaid_bars(runs),
        {
            "barmode": "group",
            "showlegend": len(runs) > 1,
            "yaxis": {"autorange": "reversed"},
            "xaxis": {"title": "seconds since the start", "rangemode": "tozero"},
        },
    )
