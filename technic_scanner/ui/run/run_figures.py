"""Draw the two figures of a run's page, the stage timeline and the throughput, or keep their places."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import plotly.graph_objects as go
import streamlit as st

from technic_scanner.domain.run import RunRecord
from technic_scanner.domain.stage import unit_of
from technic_scanner.progress.text import seconds_text
from technic_scanner.progress.views.gantt import Span
from technic_scanner.ui.run import timeline
from technic_scanner.ui.run.event_history import EventHistory, TrailPoint
from technic_scanner.ui.style import theme


def draw(record: RunRecord, history: EventHistory, *, now: bool) -> None:
    """Draw them; not ``now`` keeps places of their heights, so that nothing moves when they are drawn."""
    with st.container(border=True, gap="small"):
        st.markdown("**Stage timeline**")
        spans = _spans(record, history)
        if spans is None:
            ended = record.status.is_terminal
            st.caption("No stage was started." if ended else "Shown when the first stage starts.")
            return
        _timeline(record, spans, now)
        points = [point for point in history.points if unit_of(point.stage) == "symbols"]
        if len(points) > 1:
            st.markdown("**Throughput**")
            _throughput(record, points, now)


def _spans(record: RunRecord, history: EventHistory) -> tuple[Span, ...] | None:
    """Return a bar per stage and one for the queue; None before the first event."""
    if record.status.is_terminal and record.metrics is not None:
        return (*timeline.queue_span(record), *timeline.spans_of_metrics(record.metrics))
    if history.latest is None:
        return None
    return timeline.spans_of_event(history.latest, history.starts, record.status.is_terminal)


def _timeline(record: RunRecord, spans: tuple[Span, ...], now: bool) -> None:
    spoken = "When each stage ran and for how long: " + _spoken(spans)
    _figure(now, timeline.GANTT_PIXELS, partial(timeline.gantt, spans), f"gantt_{record.run_id}", spoken)


def _throughput(record: RunRecord, points: list[TrailPoint], now: bool) -> None:
    spoken = "Line chart of the symbols fetched and scanned per second over the elapsed time"
    made = partial(timeline.throughput_line, points)
    _figure(now, timeline.THROUGHPUT_PIXELS, made, f"throughput_{record.run_id}", spoken)


def _figure(now: bool, pixels: int, made: Callable[[], go.Figure], key: str, spoken: str) -> None:
    if now:
        st.plotly_chart(made(), key=key, config=theme.FIGURE_CONFIG, alt=spoken)
    else:
        st.skeleton(height=pixels)


def _spoken(spans: tuple[Span, ...]) -> str:
    return ", ".join(f"{theme.stage_label(span.name)} {seconds_text(span.seconds)}" for span in spans)
