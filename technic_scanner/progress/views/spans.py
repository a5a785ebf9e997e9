"""Trace a tracker with OpenTelemetry: one span for the run, and one for each stage inside it."""

from __future__ import annotations

from typing import Any

from technic_scanner.domain.progress import EventKind, ProgressEvent, StageProgress, StageState
from technic_scanner.extras import import_package
from technic_scanner.progress.tracker import MultiStageProgressTracker

_BROKEN = (StageState.FAILED, StageState.CANCELLED)


class Spans:
    """The open spans of a run; see ``trace_to``."""

    def __init__(self, tracker: MultiStageProgressTracker, tracer: Any = None) -> None:
        self._trace = import_package("opentelemetry.trace", "opentelemetry-api", "spans of a tracker")
        self._tracer = self._trace.get_tracer("technic_scanner.progress") if tracer is None else tracer
        self._tracker = tracker
        self._run: Any = None
        self._stages: dict[str, Any] = {}
        tracker.subscribe(self._on_event, interval_seconds=float("inf"))

    def _on_event(self, event: ProgressEvent) -> None:
        at = int(event.at.timestamp() * 1e9)
        if self._run is None:
            began = at - int(event.elapsed_seconds * 1e9)
            self._run = self._tracer.start_span(self._tracker.name, start_time=began)
        for stage in event.stages:
            span = self._stages.get(stage.name)
            if span is None and stage.state is StageState.RUNNING:
                inside = self._trace.set_span_in_context(self._run)
                self._stages[stage.name] = self._tracer.start_span(stage.name, context=inside, start_time=at)
            elif span is not None and stage.state is not StageState.RUNNING:
                self._end(self._stages.pop(stage.name), stage, at)
        if event.kind is EventKind.RUN_FINISHED:
            self._run.set_attribute("progress.fraction", event.overall_fraction)
            if event.overall_fraction < 1.0:
                self._run.set_status(self._trace.StatusCode.ERROR, event.message or "stopped before the end")
            self._run.end(at)
            self._run = None

    def _end(self, span: Any, stage: StageProgress, at: int) -> None:
        span.set_attribute("progress.units", stage.completed)
        if stage.total is not None:
            span.set_attribute("progress.total", stage.total)
        if stage.state in _BROKEN:
            span.set_status(self._trace.StatusCode.ERROR, stage.state.value)
        span.end(at)


def trace_to(tracker: MultiStageProgressTracker, tracer: Any = None) -> Spans:
    """Send spans to ``tracer``, by default to the one that the program has set up for OpenTelemetry.

    The span of a stage has the attributes ``progress.units`` and, if it is known, ``progress.total``; the status of a
    stage or run that failed or was cancelled is an error. Raises MissingExtraError without opentelemetry-api.
    """
    return Spans(tracker, tracer)
