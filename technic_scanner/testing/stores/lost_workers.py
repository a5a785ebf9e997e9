"""The fence that keeps lost workers from writing, and how they are found: one part of the store's contract."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.domain.run import RunStatus
from technic_scanner.errors import RunStateError
from technic_scanner.runs.model import RunEnd, WorkerInfo
from technic_scanner.runs.ports import Store
from technic_scanner.testing.stores.samples import (
    SUCCEEDED,
    add,
    claimed,
    event,
    running,
    scan_result,
)

STALE = timedelta(seconds=15)


def fenced_calls(store: Store, run_id: str, worker_id: str, attempt: int) -> list[Callable[[], object]]:
    """All that a worker may write."""
    seq = store.get_run(run_id).last_seq + 1
    return [
        lambda: store.heartbeat(run_id, worker_id, attempt),
        lambda: store.finish(run_id, worker_id, attempt, SUCCEEDED, scan_result()),
        lambda: store.append_events(run_id, attempt, [event(run_id, seq, attempt=attempt)]),
        lambda: store.journal(run_id, attempt).record("data_fetching", 0, b"late"),
        lambda: store.journal(run_id, attempt).start_over("data_fetching", "late"),
    ]


def assert_refused(store: Store, run_id: str, worker_id: str, attempt: int) -> None:
    before = store.get_run(run_id)
    for call in fenced_calls(store, run_id, worker_id, attempt):
        with pytest.raises(RunStateError):
            call()
    assert store.get_run(run_id) == before
    assert store.journal(run_id, attempt).chunks("data_fetching") == {}


class LostWorkerContract:
    """A worker given up for dead writes nothing any more. Needs the fixtures ``store`` and ``clock``."""

    def test_a_worker_given_up_for_dead_can_write_nothing(self, store: Store, clock: ManualClock) -> None:
        run = running(store)
        clock.advance(16)
        assert store.interrupt_stale(STALE) == (run.run_id,)
        assert_refused(store, run.run_id, "w1", 1)

    def test_a_worker_whose_run_was_resumed_elsewhere_can_write_nothing(self, store: Store, clock: ManualClock) -> None:
        run = running(store)
        clock.advance(16)
        store.interrupt_stale(STALE)
        store.requeue(run.run_id)
        assert_refused(store, run.run_id, "w1", 1)
        claimed(store, "w2")
        assert_refused(store, run.run_id, "w1", 1)

        for call in fenced_calls(store, run.run_id, "w2", 2)[:1]:
            call()

    def test_another_worker_cannot_write_to_a_running_run(self, store: Store) -> None:
        run = running(store)
        with pytest.raises(RunStateError, match="w1"):
            store.heartbeat(run.run_id, "w2", 1)
        with pytest.raises(RunStateError, match="w1"):
            store.finish(run.run_id, "w2", 1, SUCCEEDED, scan_result())
        assert store.get_run(run.run_id).status is RunStatus.RUNNING

    def test_only_silent_runs_are_given_up(self, store: Store, clock: ManualClock) -> None:
        silent = running(store, "w1")
        lively = running(store, "w2")
        waiting = add(store)
        clock.advance(10)
        store.heartbeat(lively.run_id, "w2", 1)
        assert store.interrupt_stale(STALE) == ()
        clock.advance(5.000001)

        assert store.interrupt_stale(STALE) == (silent.run_id,)
        record = store.get_run(silent.run_id)
        assert (record.status, record.finished_at) == (RunStatus.INTERRUPTED, silent.heartbeat_at)
        assert "stopped answering" in record.status_text
        assert store.get_run(lively.run_id).status is RunStatus.RUNNING
        assert store.get_run(waiting.run_id).status is RunStatus.QUEUED
        assert store.interrupt_stale(STALE) == ()

    def test_a_clock_set_back_neither_kills_the_living_nor_keeps_the_dead(
        self, store: Store, clock: ManualClock
    ) -> None:
        dead, alive = running(store, "w1"), running(store, "w2")
        clock.step_wall(-3600)
        assert store.interrupt_stale(STALE) == ()
        clock.advance(1)
        store.heartbeat(alive.run_id, "w2", 1)
        for _ in range(15):
            assert store.interrupt_stale(STALE) == ()
            clock.advance(1)
            store.heartbeat(alive.run_id, "w2", 1)

        assert store.interrupt_stale(STALE) == (dead.run_id,)

    def test_a_resumed_run_keeps_its_work_and_waits_at_the_end_of_the_line(
        self, store: Store, clock: ManualClock
    ) -> None:
        run = running(store)
        journal = store.journal(run.run_id, 1)
        journal.start_over("data_fetching", "print-1")
        journal.record("data_fetching", 3, b"done")
        store.append_events(run.run_id, 1, [event(run.run_id, 1, 0.1, eta_seconds=9.0), event(run.run_id, 2, 0.4)])
        store.request_cancel(run.run_id)
        cancelled = store.finish(run.run_id, "w1", 1, RunEnd(RunStatus.CANCELLED), scan_result())
        assert cancelled.predicted_seconds[1] == ("10", 10.0)
        clock.advance(1)
        other = add(store)
        clock.advance(1)

        record = store.requeue(run.run_id)

        assert (record.status, record.attempt, record.queue_position) == (RunStatus.QUEUED, 2, 2)
        assert not record.cancel_requested
        assert (record.metrics, record.outcome, record.error, record.finished_at) == (None, None, None, None)
        assert (record.last_seq, record.time_fraction) == (2, 0.4)
        assert {seconds for _, seconds in record.predicted_seconds} == {None}
        assert record.created_at == run.created_at
        assert claimed(store).run_id == other.run_id
        again = claimed(store, "w2")
        assert (again.run_id, again.attempt, again.worker_id) == (run.run_id, 2, "w2")
        assert store.journal(run.run_id, 2).chunks("data_fetching") == {3: b"done"}
        assert store.journal(run.run_id, 2).fingerprint("data_fetching") == "print-1"
        store.append_events(run.run_id, 2, [event(run.run_id, 3, attempt=2)])
        assert [stored.seq for stored in store.events(run.run_id, 0, 10)] == [1, 2, 3]

    def test_workers_are_stamped_and_forgotten(self, store: Store, clock: ManualClock) -> None:
        started = clock.now()
        clock.advance(10)
        one = WorkerInfo("w1", "host-a", 11, started, started, None)
        two = WorkerInfo("w2", "host-b", 22, started, clock.now(), "RUN")
        store.stamp_worker(one)
        store.stamp_worker(two)
        assert store.workers(started) == (one, two)
        assert store.workers(clock.now()) == (two,)

        again = WorkerInfo("w1", "host-a", 11, started, clock.now(), "OTHER")
        store.stamp_worker(again)
        assert store.workers(clock.now()) == (again, two)
        store.remove_worker("w2")
        store.remove_worker("w2")
        assert store.workers(started) == (again,)

    def test_a_claim_names_its_run_in_the_workers_row(self, store: Store, clock: ManualClock) -> None:
        started = clock.now()
        for name in ("w1", "w2"):
            store.stamp_worker(WorkerInfo(name, "host", 1, started, started, None))
        clock.advance(5)
        run = add(store)
        assert store.claim("w1", "host", "1", None) is not None
        assert {worker.worker_id: (worker.run_id, worker.heartbeat_at) for worker in store.workers(started)} == {
            "w1": (run.run_id, clock.now()),
            "w2": (None, started),
        }
        assert store.claim("w2", "host", "1", None) is None
        assert {worker.worker_id: worker.run_id for worker in store.workers(started)} == {"w1": run.run_id, "w2": None}

    def test_workers_that_died_are_forgotten_a_day_later(self, store: Store, clock: ManualClock) -> None:
        started = clock.now()
        for name in ("dead", "leaving"):
            store.stamp_worker(WorkerInfo(name, "host", 1, started, started, None))
        clock.advance(86_400)
        store.remove_worker("leaving")
        assert [worker.worker_id for worker in store.workers(started)] == ["dead"]
        clock.advance(1)
        store.remove_worker("leaving")
        assert store.workers(started) == ()
