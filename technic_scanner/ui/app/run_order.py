"""The order in which runs are compared: by the days that they looked at."""

from __future__ import annotations

from collections.abc import Sequence

from technic_scanner.domain.run import RunRecord


def oldest_first(records: Sequence[RunRecord]) -> list[RunRecord]:
    """Return runs in the order of the days that they looked at, so that a comparison tells what happened since."""
    return sorted(records, key=lambda run: (run.config.as_of_date or run.created_at.date(), run.created_at))
