"""Retention, what goes and what stays: one part of the store's contract."""

from __future__ import annotations

from dataclasses import replace

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.model import PrunePolicy, RunQuery
from technic_scanner.runs.ports import Store
from technic_scanner.testing.stores.samples import add, running, succeeded

DAY = 86_400.0


def daily_runs(store: Store, clock: ManualClock, count: int) -> list[str]:
    """Make a finished run a day; return their ids, the oldest first. The newest is half a day old."""
    made = []
    for _ in range(count):
        made.append(succeeded(store).run_id)
        clock.advance(DAY)
    clock.step_wall(-DAY / 2)
    return made


def left(store: Store) -> list[str]:
    return [record.run_id for record in reversed(store.list_runs(RunQuery(limit=100)).records)]


class RetentionContract:
    """A dry run changes nothing; pinned and living runs stay. Needs the fixtures ``store`` and ``clock``."""

    @pytest.mark.parametrize(
        ("policy", "kept"),
        [
            (PrunePolicy(), 6),
            (PrunePolicy(keep_runs=2), 2),
            (PrunePolicy(keep_runs=0), 0),
            (PrunePolicy(keep_runs=99), 6),
            (PrunePolicy(keep_days=3), 3),
            (PrunePolicy(keep_days=0.25), 0),
            (PrunePolicy(keep_runs=2, keep_days=4), 4),
            (PrunePolicy(keep_runs=5, keep_days=1), 5),
        ],
    )
    def test_a_run_stays_if_any_limit_keeps_it(
        self, store: Store, clock: ManualClock, policy: PrunePolicy, kept: int
    ) -> None:
        runs = daily_runs(store, clock, 6)
        gone = tuple(runs[: 6 - kept])

        dry = store.prune(policy, dry_run=True)
        assert (dry.run_ids, dry.dry_run) == (gone, True)
        assert left(store) == runs

        done = store.prune(policy, dry_run=False)
        assert done == replace(dry, dry_run=False)
        assert left(store) == runs[6 - kept :]
        assert store.prune(policy, dry_run=False).run_ids == ()

    def test_pinned_and_living_runs_are_exempt_and_do_not_count(self, store: Store, clock: ManualClock) -> None:
        runs = daily_runs(store, clock, 4)
        store.set_pinned(runs[0], True)
        store.set_pinned(runs[3], True)
        alive = running(store)
        waiting = add(store)

        report = store.prune(PrunePolicy(keep_runs=1), dry_run=False)

        assert report.run_ids == (runs[1],)
        assert left(store) == [runs[0], runs[2], runs[3], alive.run_id, waiting.run_id]

    def test_many_runs_go_in_several_transactions(self, store: Store, clock: ManualClock) -> None:
        made = [add(store).run_id for _ in range(230)]
        for run_id in made:
            store.request_cancel(run_id)
        report = store.prune(PrunePolicy(keep_runs=5), dry_run=False)
        assert report.run_ids == tuple(made[:225])
        assert store.count_by_status()[RunStatus.CANCELLED] == 5
