"""Write a tracker's events as JSON, one a line: for programs that read a pipe or a file."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TextIO

from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.progress.tracker import MultiStageProgressTracker


def write_json_lines(tracker: MultiStageProgressTracker, file: TextIO, *, interval_seconds: float = 0.2) -> None:
    """Write every boundary, and at most one event every ``interval_seconds`` between."""

    def write(event: ProgressEvent) -> None:
        file.write(json_of(event) + "\n")
        file.flush()

    tracker.subscribe(write, interval_seconds=interval_seconds)


def json_of(event: ProgressEvent) -> str:
    """Return an event as JSON; seconds and fractions are numbers, unknown is null, times are ISO 8601."""
    return json.dumps(asdict(event) | {"at": event.at.isoformat()}, separators=(",", ":"))
