"""A comparison from History begins with the run of the oldest day, which is its baseline."""

from __future__ import annotations

from datetime import date, timedelta

from technic_scanner.domain.config import ScanConfig
from technic_scanner.ui.history.history_view import oldest_first
from tests.ui import builders


def test_runs_are_compared_in_the_order_of_their_days() -> None:
    today = builders.record(run_id="today", created_at=builders.START)
    replayed = builders.record(
        run_id="replayed",
        created_at=builders.START + timedelta(hours=1),
        config=ScanConfig(as_of_date=date(2020, 1, 2)),
    )
    again = builders.record(run_id="again", created_at=builders.START + timedelta(hours=2))
    assert [run.run_id for run in oldest_first([again, replayed, today])] == ["replayed", "today", "again"]
