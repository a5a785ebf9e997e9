"""Show a tracker as lines of text, for build logs, pipes and other outputs that cannot be redrawn."""

from __future__ import annotations

import sys
from typing import TextIO

from technic_scanner.domain.progress import EventKind, ProgressEvent, StageProgress
from technic_scanner.progress.text import format_percent, format_time, left_text
from technic_scanner.progress.tracker import MultiStageProgressTracker


def print_lines(
    tracker: MultiStageProgressTracker, file: TextIO | None = None, *, interval_seconds: float = 1.0
) -> None:
    """Write a line at every boundary and at most every ``interval_seconds`` between; to standard error by default."""
    out = file or sys.stderr

    def write(event: ProgressEvent) -> None:
        out.write(line_of(event) + "\n")
        out.flush()

    tracker.subscribe(write, interval_seconds=interval_seconds)


def line_of(event: ProgressEvent) -> str:
    """Return one line: ``45.0% load: 450 of 1,000, about 14 s left (11–19 s)``."""
    shown = format_percent(event.overall_fraction)
    if event.kind is EventKind.RUN_FINISHED:
        how = "done" if event.overall_fraction == 1.0 else "stopped"
        return f"{shown} {how} after {format_time(event.elapsed_seconds)}"
    left = left_text(event.eta_seconds, event.eta_low_seconds, event.eta_high_seconds)
    if event.current_stage is None:
        return f"{shown} {left}"
    stage = event.stage(event.current_stage)
    said = f" ({event.message})" if event.kind is EventKind.MESSAGE and event.message else ""
    return f"{shown} {stage.name}: {count_of(stage)}{said}, {left}"


def count_of(stage: StageProgress) -> str:
    """Return ``450 of 1,000``, or ``450`` if the total is unknown."""
    return f"{stage.completed:,}" if stage.total is None else f"{stage.completed:,} of {stage.total:,}"
