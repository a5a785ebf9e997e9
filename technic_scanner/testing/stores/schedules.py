"""Schedules that fire each planned time once, however many processes try: one part of the store's contract."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.domain.schedule import (
    AfterClose,
    AtTimes,
    Firing,
    FiringStatus,
    LateRule,
    PlannedTime,
    Schedule,
)
from technic_scanner.errors import ScheduleConflictError, ScheduleNotFoundError
from technic_scanner.runs.model import RunQuery
from technic_scanner.runs.ports import Store
from technic_scanner.runs.schedule_ports import NewRun
from technic_scanner.testing.stores.samples import START, SUCCEEDED, claimed

NIGHTLY = Schedule("nachts", AfterClose("XNYS", timedelta(minutes=20)), preset="Breakouts", next_at=START)
FULL = Schedule(
    "Montag Ä",
    AtTimes("15 8 * * mon", "America/New_York"),
    config=ScanConfig(sectors=("Energy",)),
    options=RunOptions(workers=2),
    owner="ann",
    min_data_fraction=0.9,
    late_rule=LateRule.LATE,
    catch_up_sessions=9,
    next_at=START + timedelta(days=3),
)
RUN = NewRun(ScanConfig(as_of_date=date(2026, 1, 2)), RunOptions(), "ann", "nachts 2026-01-02", "same")


def planned(number: int = 0) -> PlannedTime:
    return PlannedTime(date(2026, 1, 2) + timedelta(days=number), START + timedelta(days=number))


class ScheduleContract:
    """Schedules keep their versions, planned times are decided once. Needs ``store``, ``clock`` and ``reopened``."""

    @pytest.mark.parametrize("schedule", [NIGHTLY, FULL], ids=["preset", "config"])
    def test_a_schedule_is_read_as_it_was_added(self, store: Store, clock: ManualClock, schedule: Schedule) -> None:
        added = store.add_schedule(schedule)
        now = clock.now()
        expected = replace(
            schedule, schedule_id=added.schedule_id, created_at=now, updated_at=now, decided_to=now, version=1
        )
        assert added.schedule_id
        assert added == expected
        assert store.get_schedule(schedule.name) == expected
        assert store.list_schedules() == (expected,)
        with pytest.raises(ScheduleConflictError, match=schedule.name):
            store.add_schedule(schedule)

    def test_schedules_are_saved_by_version_and_removed(self, store: Store, clock: ManualClock) -> None:
        added = store.add_schedule(NIGHTLY)
        clock.advance(5)
        saved = store.save_schedule(replace(added, catch_up_sessions=2))
        assert (saved.version, saved.updated_at) == (2, clock.now())
        assert store.get_schedule("nachts") == saved
        with pytest.raises(ScheduleConflictError):
            store.save_schedule(replace(added, catch_up_sessions=3))
        store.remove_schedule("nachts")
        for gone in (lambda: store.get_schedule("nachts"), lambda: store.remove_schedule("nachts")):
            with pytest.raises(ScheduleNotFoundError, match="nachts"):
                gone()

    def test_only_what_is_due_and_not_paused_is_looked_at(self, store: Store, clock: ManualClock) -> None:
        due, later = store.add_schedule(NIGHTLY), store.add_schedule(FULL)
        assert store.due_schedules(clock.now()) == (due,)
        assert store.due_schedules(START + timedelta(days=4)) == (due, later)
        store.save_schedule(replace(due, paused=True))
        assert store.due_schedules(START + timedelta(days=4)) == (later,)

    def test_a_planned_time_queues_one_run(self, store: Store, clock: ManualClock) -> None:
        schedule = store.add_schedule(NIGHTLY)
        run = store.fire(schedule, planned(), RUN, "a note")
        assert run is not None
        assert (run.status, run.config, run.owner, run.label) == (RunStatus.QUEUED, RUN.config, RUN.owner, RUN.label)
        assert store.fire(schedule, planned(), RUN, "again") is None
        firing = Firing(
            schedule.schedule_id, "2026-01-02", START, FiringStatus.QUEUED, run.run_id, "a note", clock.now()
        )
        assert store.firings(schedule.schedule_id, 10) == (firing,)
        assert store.firing(schedule.schedule_id, "2026-01-02") == firing
        assert store.firing(schedule.schedule_id, "2026-01-03") is None
        assert [record.run_id for record in store.list_runs(RunQuery()).records] == [run.run_id]

    def test_a_session_is_not_run_again_after_its_run_was_deleted(self, store: Store) -> None:
        schedule = store.add_schedule(NIGHTLY)
        run = store.fire(schedule, planned(), RUN, "")
        assert run is not None
        record = claimed(store)
        store.finish(record.run_id, "w1", record.attempt, SUCCEEDED, None)
        store.delete_run(run.run_id)
        assert store.fire(schedule, planned(), RUN, "") is None

    def test_one_that_waits_can_be_decided_and_nothing_else(self, store: Store, clock: ManualClock) -> None:
        schedule = store.add_schedule(NIGHTLY)
        waiting = Firing(
            schedule.schedule_id, planned().key, START, FiringStatus.WAITING, None, "80 of 100", clock.now()
        )
        assert store.settle(schedule, waiting)
        assert store.waiting(schedule.schedule_id) == (waiting,)
        assert store.settle(schedule, replace(waiting, note="81 of 100"))
        run = store.fire(schedule, planned(), RUN, "97 of 100")
        assert run is not None
        assert store.waiting(schedule.schedule_id) == ()
        assert not store.settle(schedule, replace(waiting, status=FiringStatus.LATE))
        assert store.firings(schedule.schedule_id, 10)[0].run_id == run.run_id

    def test_one_that_was_changed_or_removed_does_not_fire(self, store: Store) -> None:
        schedule = store.add_schedule(NIGHTLY)
        changed = store.save_schedule(replace(schedule, paused=True))
        assert store.fire(schedule, planned(), RUN, "") is None
        store.remove_schedule("nachts")
        assert store.fire(changed, planned(), RUN, "") is None
        assert store.list_runs(RunQuery()).records == ()
        again = store.add_schedule(NIGHTLY)
        assert store.fire(again, planned(), RUN, "") is not None, "another schedule of the same name has its own times"

    def test_what_is_decided_never_goes_back(self, store: Store) -> None:
        schedule = store.add_schedule(NIGHTLY)
        later = START + timedelta(days=2)
        store.plan_next(schedule, later, later + timedelta(days=1))
        store.plan_next(schedule, START + timedelta(days=1), START)
        stored = store.get_schedule("nachts")
        assert (stored.decided_to, stored.next_at) == (later, later + timedelta(days=1))

    def test_a_due_schedule_is_leased_to_one(self, store: Store) -> None:
        schedule = store.add_schedule(NIGHTLY)
        assert store.lease(schedule, START + timedelta(minutes=1))
        assert not store.lease(schedule, START + timedelta(minutes=1))
        assert store.lease(store.get_schedule("nachts"), START + timedelta(minutes=2))

    def test_of_many_who_fire_at_once_one_does(self, reopened: Callable[[], Store]) -> None:
        stores = [reopened() for _ in range(8)]
        schedule = stores[0].add_schedule(NIGHTLY)

        def fire_all(store: Store) -> int:
            return sum(store.fire(schedule, planned(number), RUN, "") is not None for number in range(10))

        with ThreadPoolExecutor(8) as pool:
            fired = sum(pool.map(fire_all, stores))
        assert fired == 10
        runs = stores[0].list_runs(RunQuery()).records
        firings = stores[0].firings(schedule.schedule_id, 100)
        assert {run.run_id for run in runs} == {firing.run_id for firing in firings}
        assert len(runs) == len(firings) == 10
