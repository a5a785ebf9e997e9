"""Call the earlier API's callback: ``callback(stage, current, total, message, metadata)``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from technic_scanner.domain.progress import EventKind, ProgressEvent
from technic_scanner.progress.tracker import MultiStageProgressTracker
from technic_scanner.progress.views.lines import count_of

Callback = Callable[[str, int, int | None, str, dict[str, Any]], object]


def call_back(tracker: MultiStageProgressTracker, callback: Callback, *, interval_seconds: float = 0.2) -> None:
    """Call ``callback`` at every boundary and at most every ``interval_seconds`` between.

    metadata has ``stage_progress_pct`` and ``overall_progress_pct`` (0-100), ``stage_eta``, ``overall_eta`` (seconds or
    None) and ``stage_throughput`` (units per second or None).
    """

    def relay(event: ProgressEvent) -> None:
        callback(*arguments_of(event))

    tracker.subscribe(relay, interval_seconds=interval_seconds)


def arguments_of(event: ProgressEvent) -> tuple[str, int, int | None, str, dict[str, Any]]:
    """Return the five arguments; between stages those of the last active stage, at the start of the first."""
    begun = [stage for stage in event.stages if stage.elapsed_seconds > 0.0 or stage.completed > 0]
    name = event.current_stage
    stage = event.stage(name) if name is not None else (begun or event.stages[:1])[-1]
    is_said = event.kind in (EventKind.MESSAGE, EventKind.RUN_FINISHED) and event.message
    metadata = {
        "stage_progress_pct": 100.0 * stage.fraction,
        "overall_progress_pct": 100.0 * event.overall_fraction,
        "stage_eta": stage.eta_seconds,
        "overall_eta": event.eta_seconds,
        "stage_throughput": stage.throughput,
    }
    message = event.message if is_said else f"{stage.name}: {count_of(stage)} done"
    return stage.name, stage.completed, stage.total, message, metadata
