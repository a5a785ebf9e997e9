"""The order in which runs are compared: by the days that they looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from technic_scanner.domain.run import RunRecord


def oldest_first(records: Sequence[RunRecord], sessions: Mapping[str, date]) -> list[RunRecord]:
    """Return runs in the order of the days that they looked at, so that a comparison tells what happened since.

    ``sessions`` are the sessions of their results by run id; of a run without one its as-of date counts, or else the
    day of its creation.
    """

    def looked_at(run: RunRecord) -> date:
        return sessions.get(run.run_id) or run.config.as_of_date or run.created_at.date()

    return sorted(records, key=lambda run: (looked_at(run), run.created_at))
