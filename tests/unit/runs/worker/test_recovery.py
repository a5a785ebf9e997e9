"""Patience with a store that is away, the search for dead runs, and where an earlier attempt stood."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.progress import EventKind
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.errors import (
    CancelledError,
    RunNotFoundError,
    RunStateError,
    StoreFullError,
    StoreUnavailableError,
)
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.runs.model import NewRun
from technic_scanner.runs.stale_runs import StaleSweep, give_up_stale
from technic_scanner.runs.worker.recovery import (
    EarlierAttempts,
    Patience,
    PatientChunkJournal,
    earlier_attempts,
    retry_delay,
)
from tests.support.runs.faulty_store import FaultyStore, faulty_store
from tests.support.runs.make import event

AWAY = StoreUnavailableError("locked")


@contextmanager
def running_store() -> Iterator[FaultyStore]:
    """Open a store with one running run."""
    with faulty_store(ManualClock()) as opened:
        opened.add_runs([NewRun(ScanConfig(), RunOptions(), comparability_key="k")])
        opened.claim("w", "host", "1", None)
        yield opened


@pytest.fixture
def store() -> Iterator[FaultyStore]:
    with running_store() as opened:
        yield opened


def manual(store: FaultyStore) -> ManualClock:
    assert isinstance(store.clock, ManualClock)
    return store.clock


def test_waits_grow_and_stay_short() -> None:
    assert [retry_delay(n) for n in (1, 2, 3, 4, 5, 1000)] == [0.1, 0.2, 0.4, 0.5, 0.5, 0.5]


def test_patience_waits_until_the_store_is_back() -> None:
    clock = ManualClock()

    def action() -> str:
        if clock.monotonic() < 10.0:
            raise AWAY
        return "done"

    assert Patience(clock, 60.0).call(action) == "done"
    assert 10.0 <= clock.monotonic() <= 10.5


def test_patience_ends() -> None:
    clock = ManualClock()

    def action() -> None:
        raise AWAY

    with pytest.raises(StoreUnavailableError):
        Patience(clock, 30.0).call(action)
    assert 29.0 <= clock.monotonic() <= 30.0


def test_other_errors_are_not_waited_for() -> None:
    clock = ManualClock()

    def action() -> None:
        raise StoreFullError("full")

    with pytest.raises(StoreFullError):
        Patience(clock, 30.0).call(action)
    assert clock.monotonic() == 0.0


def test_the_journal_outlasts_a_locked_store(store: FaultyStore) -> None:
    journal = PatientChunkJournal(store.journal("run-0001", 1), Patience(store.clock, 60.0), CancelToken())
    store.fail("record", AWAY, times=25)
    journal.start_over("symbol_scanning", "f1")
    journal.record("symbol_scanning", 3, b"chunk")
    assert journal.chunks("symbol_scanning") == {3: b"chunk"}
    assert journal.fingerprint("symbol_scanning") == "f1"
    assert manual(store).monotonic() > 10.0


def test_the_journal_of_a_new_run_is_asked_for_nothing_before_something_is_written(store: FaultyStore) -> None:
    patience, cancel = Patience(store.clock, 60.0), CancelToken()
    journal = PatientChunkJournal(store.journal("run-0001", 1), patience, cancel, is_new=True)
    store.calls.clear()
    assert (journal.fingerprint("symbol_scanning"), journal.chunks("symbol_scanning")) == (None, {})
    assert store.calls == []
    journal.start_over("symbol_scanning", "f1")
    assert (journal.fingerprint("symbol_scanning"), journal.chunks("symbol_scanning")) == ("f1", {})
    assert journal.chunks("data_fetching") == {}
    journal.record("data_fetching", 2, b"chunk")
    assert journal.chunks("data_fetching") == {2: b"chunk"}


def test_a_cancelled_scan_does_not_wait_for_the_journal(store: FaultyStore) -> None:
    cancel = CancelToken()
    cancel.cancel("enough")
    journal = PatientChunkJournal(store.journal("run-0001", 1), Patience(store.clock, 60.0), cancel)
    store.fail("record", AWAY, times=1000)
    with pytest.raises(CancelledError, match="enough"):
        journal.record("symbol_scanning", 0, b"")
    assert manual(store).monotonic() < 1.0


def test_the_journal_of_an_attempt_that_is_over_is_closed(store: FaultyStore) -> None:
    journal = PatientChunkJournal(store.journal("run-0001", 1), Patience(store.clock, 60.0), CancelToken())
    manual(store).advance(60)
    store.interrupt_stale(timedelta(seconds=10))
    with pytest.raises(RunStateError):
        journal.record("symbol_scanning", 0, b"")


def test_a_sweep_finds_dead_runs_at_most_once_a_second(store: FaultyStore) -> None:
    sweep = StaleSweep(store, store.clock, stale_after_seconds=10.0)
    assert sweep.sweep() == ()
    manual(store).advance(9.5)
    assert sweep.sweep() == ()
    manual(store).advance(0.9)
    assert sweep.sweep() == ()  # less than a second after the last one
    manual(store).advance(0.2)
    assert sweep.sweep() == ("run-0001",)
    assert store.calls.count("interrupt_stale") == 3
    assert store.get_run("run-0001").status is RunStatus.INTERRUPTED


def test_a_dead_run_keeps_as_many_events_as_one_that_ended(store: FaultyStore) -> None:
    store.append_events("run-0001", 1, [event(seq) for seq in range(1, 1001)])
    manual(store).advance(60)
    assert give_up_stale(store, timedelta(seconds=10)) == ("run-0001",)
    assert 0 < len(store.all_events("run-0001")) <= 200
    assert store.all_events("run-0001")[-1].seq == 1000


def test_a_dead_run_is_told_of_once_when_it_is_marked(store: FaultyStore) -> None:
    told: list[RunRecord] = []
    sweep = StaleSweep(store, store.clock, 10.0, told.append)
    manual(store).advance(60)
    assert sweep.sweep() == ("run-0001",)
    manual(store).advance(60)
    assert sweep.sweep() == ()
    assert told == [store.get_run("run-0001")]
    assert told[0].status is RunStatus.INTERRUPTED


def test_a_dead_run_that_went_on_or_away_meanwhile_is_not_told_of(
    store: FaultyStore, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[RunRecord] = []
    manual(store).advance(60)
    store.fail("get_run", RunNotFoundError("run-0001"))
    assert give_up_stale(store, timedelta(seconds=10), told.append) == ("run-0001",)
    assert "the end of run run-0001 is not announced" in caplog.text

    with running_store() as other:
        manual(other).advance(60)
        thinned = other.thin_events

        def resume_at_once(run_id: str, keep: int) -> int:
            other.requeue(run_id)
            return thinned(run_id, keep) if other.get_run(run_id).status.is_terminal else 0

        other.thin_events = resume_at_once  # type: ignore[method-assign]
        assert give_up_stale(other, timedelta(seconds=10), told.append) == ("run-0001",)
        assert told == []


def test_a_dead_run_is_given_up_though_its_events_cannot_be_thinned(
    store: FaultyStore, caplog: pytest.LogCaptureFixture
) -> None:
    manual(store).advance(60)
    store.fail("thin_events", RunStateError("it was resumed at once"))
    assert give_up_stale(store, timedelta(seconds=10)) == ("run-0001",)
    assert "keeps all its events" in caplog.text


def test_a_run_that_has_no_events_starts_at_one(store: FaultyStore) -> None:
    assert earlier_attempts(store, store.get_run("run-0001")) == EarlierAttempts(1, (), None)


@given(st.lists(st.lists(st.floats(0, 100), min_size=0, max_size=30), min_size=1, max_size=6))
def test_earlier_attempts_are_what_reading_the_whole_journal_would_say(attempts: list[list[float]]) -> None:
    with running_store() as store:
        seq = 0
        expected = []
        for number, seconds in enumerate(attempts, start=1):
            for elapsed in sorted(seconds):
                seq += 1
                store.append_events("run-0001", number, [event(seq, attempt=number, elapsed_seconds=elapsed)])
            if seconds:
                expected.append(max(seconds))
            store.interrupt_stale(timedelta(seconds=-1))
            store.requeue("run-0001")
            store.claim("w", "host", "1", None)
        assert earlier_attempts(store, store.get_run("run-0001")) == EarlierAttempts(
            seq + 1, tuple(expected), store.latest_event("run-0001")
        )


def test_earlier_attempts_are_known_over_thinned_events(store: FaultyStore) -> None:
    store.append_events("run-0001", 1, [event(1, EventKind.RUN_STARTED, elapsed_seconds=0.0)])
    store.append_events("run-0001", 1, [event(n, elapsed_seconds=float(n)) for n in range(2, 100)])
    store.append_events("run-0001", 1, [event(100, EventKind.RUN_FINISHED, elapsed_seconds=100.0)])
    store.interrupt_stale(timedelta(seconds=-1))
    assert store.thin_events("run-0001", 10) > 80
    store.requeue("run-0001")
    store.claim("w", "host", "1", None)
    store.append_events("run-0001", 2, [event(101, EventKind.RUN_STARTED, attempt=2, elapsed_seconds=0.5)])
    run = store.get_run("run-0001")
    assert earlier_attempts(store, run) == EarlierAttempts(102, (100.0, 0.5), store.latest_event("run-0001"))


def test_earlier_attempts_are_read_from_few_events(store: FaultyStore) -> None:
    store.append_events("run-0001", 1, [event(n, elapsed_seconds=float(n)) for n in range(1, 5001)])
    store.calls.clear()
    assert earlier_attempts(store, store.get_run("run-0001")).next_seq == 5001
    assert store.calls.count("events") <= 13
