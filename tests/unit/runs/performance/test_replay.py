"""The dates of a walk-forward, and following its runs to their ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pytest

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.errors import ConfigError, RunNotFoundError
from technic_scanner.runs.performance.replay import ReplayWatch, queue_replay, replay_dates
from tests.support.runs.service_bench import Bench, bench, store

__all__ = ["bench", "store"]

TODAY = date(2026, 1, 2)


def test_months_end_on_their_last_weekday() -> None:
    dates = replay_dates(date(2024, 1, 1), date(2024, 6, 30), "month", TODAY)
    assert dates == (
        date(2024, 1, 31),
        date(2024, 2, 29),
        date(2024, 3, 29),
        date(2024, 4, 30),
        date(2024, 5, 31),
        date(2024, 6, 28),
    )


def test_weeks_end_on_friday() -> None:
    assert replay_dates(date(2024, 3, 1), date(2024, 3, 15), "week", TODAY) == (
        date(2024, 3, 1), date(2024, 3, 8), date(2024, 3, 15),
    )  # fmt: skip


def test_a_number_counts_weekdays() -> None:
    assert replay_dates(date(2024, 3, 1), date(2024, 3, 12), "3", TODAY) == (
        date(2024, 3, 1), date(2024, 3, 6), date(2024, 3, 11),
    )  # fmt: skip


@pytest.mark.parametrize("every", ["daily", "0", "-1", "1.5", "", "³"])
def test_every_bad_argument_is_named(every: str) -> None:
    with pytest.raises(ConfigError, match="a number of weekdays from 1 to 2,000") as caught:
        replay_dates(date(2024, 3, 2), date(2024, 3, 1), every, TODAY)
    assert {problem.field for problem in caught.value.problems} == {"from", "every"}


def test_dates_that_have_not_been_are_refused_except_tomorrow_which_has_begun_elsewhere() -> None:
    tomorrow = date(2026, 1, 3)
    assert replay_dates(date(2026, 1, 1), tomorrow, "1", TODAY) == (date(2026, 1, 1), date(2026, 1, 2))
    with pytest.raises(ConfigError, match="2026-01-05 is in the future") as caught:
        replay_dates(date(2026, 1, 1), date(2026, 1, 5), "1", TODAY)
    assert [problem.field for problem in caught.value.problems] == ["to"]


def test_a_span_without_a_date_is_refused() -> None:
    with pytest.raises(ConfigError, match="0 dates"):
        replay_dates(date(2024, 3, 2), date(2024, 3, 3), "1", TODAY)


def test_what_a_dying_worker_leaves_behind_is_resumed_once(bench: Bench) -> None:
    plan = queue_replay(bench.service, ScanConfig(), RunOptions(), [date(2010, 3, 1), date(2010, 3, 2)], "1")
    watch = ReplayWatch(bench.service, plan)
    assert watch.left() == 2
    for left in (2, 1):
        # What is resumed goes to the end of the line: the second time the other run is claimed before it.
        claimed = [bench.store.claim("w", "host", "1", None) for _ in range(3 - left)]
        assert claimed[-1] is not None
        assert claimed[-1].run_id == plan.runs[0].run_id
        bench.clock.advance(60.0)
        bench.service.list()  # notices that the heartbeat is old
        assert watch.left() == left
    assert bench.service.get(plan.runs[0].run_id).status is RunStatus.INTERRUPTED
    assert bench.service.get(plan.runs[1].run_id).status is RunStatus.QUEUED
    again = queue_replay(bench.service, ScanConfig(), RunOptions(), [date(2010, 3, 1), date(2010, 3, 2)], "1")
    assert again.resumed == 1


def test_a_run_that_somebody_else_resumed_is_waited_for(bench: Bench) -> None:
    plan = queue_replay(bench.service, ScanConfig(), RunOptions(), [date(2010, 3, 1)], "1")
    bench.store.claim("w", "host", "1", None)
    bench.clock.advance(60.0)
    bench.service.list()
    look = bench.service.statuses_of

    def look_late(run_ids: Sequence[str]) -> Mapping[str, RunStatus]:
        found = look(run_ids)
        for run_id, status in found.items():
            if status is RunStatus.INTERRUPTED:
                bench.service.resume(run_id)
        return found

    bench.service.statuses_of = look_late  # type: ignore[method-assign]
    assert ReplayWatch(bench.service, plan).left() == 1
    assert bench.service.get(plan.runs[0].run_id).status is RunStatus.QUEUED


def test_a_run_that_somebody_deleted_is_not_waited_for(bench: Bench) -> None:
    plan = queue_replay(bench.service, ScanConfig(), RunOptions(), [date(2010, 3, 1)], "1")
    bench.service.cancel(plan.runs[0].run_id)
    bench.service.delete(plan.runs[0].run_id)
    with pytest.raises(RunNotFoundError):
        ReplayWatch(bench.service, plan).left()
