"""Write a tracker's progress to a logger."""

from __future__ import annotations

import logging

from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.progress.tracker import MultiStageProgressTracker
from technic_scanner.progress.views.lines import line_of


def log_to(
    tracker: MultiStageProgressTracker,
    logger: logging.Logger | None = None,
    *,
    level: int = logging.INFO,
    interval_seconds: float = 10.0,
) -> None:
    """Log a line at every boundary and at most every ``interval_seconds`` between.

    The record's ``progress`` attribute is the whole event, for formatters of structured logs.
    """
    target = logger or logging.getLogger("technic_scanner.progress")

    def write(event: ProgressEvent) -> None:
        target.log(level, "%s", line_of(event), extra={"progress": event})

    tracker.subscribe(write, interval_seconds=interval_seconds)
