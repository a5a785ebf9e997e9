"""Tell when nothing has been heard of a run's worker for a while: what was predicted is then no longer known."""

from __future__ import annotations

from dataclasses import replace

from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.progress.text import seconds_text
from technic_scanner.ui.app.services import services

# A worker tells twice a second that it lives; after 13 s (TECHNIC_STALE_AFTER_SECONDS) its run counts as interrupted.
SILENT_SECONDS = 4.0


def text(record: RunRecord) -> str | None:
    """Return for how long the worker of a running run has been silent, as text; None if it has not."""
    if record.status is not RunStatus.RUNNING or record.heartbeat_at is None:
        return None
    seconds = (services().clock.now() - record.heartbeat_at).total_seconds()
    if seconds <= SILENT_SECONDS:
        return None
    return f"no sign of life from its worker for {seconds_text(seconds)} · time left unknown"


def without_predictions(event: ProgressEvent) -> ProgressEvent:
    """Return the event without the times left, which nobody counts down any more."""
    stages = tuple(replace(stage, eta_seconds=None) for stage in event.stages)
    return replace(event, stages=stages, eta_seconds=None, eta_low_seconds=None, eta_high_seconds=None)
