"""The heartbeat: heartbeats, cancel requests, fencing, faults; driven tick by tick, without a thread."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.progress import EventKind
from technic_scanner.domain.run import RunStatus
from technic_scanner.errors import StoreError, StoreFullError, StoreUnavailableError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.runs.model import NewRun, RunEnd
from technic_scanner.runs.worker.heartbeat import BEAT_SECONDS, Heartbeat, fault_of
from technic_scanner.runs.worker.recorder import Recorder
from tests.support.runs.faulty_store import FaultyStore, faulty_store
from tests.support.runs.make import event

AWAY = StoreUnavailableError("locked")


class Bench:
    def __init__(self, store: FaultyStore) -> None:
        self.clock: ManualClock = store.clock
        self.store = store
        self.store.add_runs([NewRun(ScanConfig(), RunOptions(), comparability_key="k")])
        run = self.store.claim("w", "host", "1", None)
        assert run is not None
        self.cancel = CancelToken()
        self.recorder = Recorder(self.store, run.run_id, 1, 1, self.clock)
        self.beats: list[float] = []
        self.heartbeat = Heartbeat(
            self.store,
            run,
            self.recorder,
            self.cancel,
            worker_id="w",
            clock=self.clock,
            beaten=lambda: self.beats.append(self.clock.monotonic()),
        )

    def pass_seconds(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.05)):
            self.clock.advance(0.05)
            self.heartbeat.tick()

    def interrupt_and_hand_over(self) -> None:
        """As readers and another worker do with a run whose worker was frozen."""
        self.clock.advance(60)
        self.store.interrupt_stale(timedelta(seconds=10))
        self.store.requeue("run-0001")
        self.store.claim("other", "host", "1", None)


@pytest.fixture
def bench() -> Iterator[Bench]:
    with faulty_store(ManualClock()) as store:
        yield Bench(store)


def test_it_beats_at_least_every_second(bench: Bench) -> None:
    bench.pass_seconds(20)
    gaps = [later - sooner for sooner, later in zip(bench.beats, bench.beats[1:], strict=False)]
    assert max(gaps) <= 1.0
    heartbeat_at = bench.store.get_run("run-0001").heartbeat_at
    assert heartbeat_at is not None
    assert bench.clock.now() - heartbeat_at < timedelta(seconds=1)


def test_a_request_to_stop_is_seen_within_a_second(bench: Bench) -> None:
    bench.pass_seconds(3)
    bench.store.request_cancel("run-0001")
    asked = bench.clock.monotonic()
    while not bench.cancel.is_cancelled:
        bench.pass_seconds(0.05)
    assert bench.clock.monotonic() - asked < 1.0
    assert bench.cancel.reason == "cancelled on request"


def test_boundaries_are_written_at_the_next_tick(bench: Bench) -> None:
    bench.heartbeat.tick()
    bench.recorder(event(1, EventKind.RUN_STARTED))
    bench.heartbeat.tick()
    assert [item.kind for item in bench.store.all_events("run-0001")] == [EventKind.RUN_STARTED]


def test_a_store_that_is_locked_for_ten_seconds_costs_nothing(bench: Bench) -> None:
    bench.pass_seconds(1)
    bench.store.down = AWAY
    for number in range(10):
        bench.recorder(event(number + 1, EventKind.MESSAGE, message=str(number)))
        bench.pass_seconds(1)
    bench.store.down = None
    bench.pass_seconds(0.6)
    assert [item.message for item in bench.store.all_events("run-0001")] == [str(number) for number in range(10)]
    assert not bench.heartbeat.lost
    assert bench.heartbeat.fault is None
    assert not bench.cancel.is_cancelled
    assert bench.clock.monotonic() - bench.beats[-1] < 0.6


def test_a_store_that_is_away_is_not_hammered(bench: Bench) -> None:
    bench.store.down = AWAY
    bench.store.calls.clear()
    bench.pass_seconds(10)
    assert bench.store.calls.count("heartbeat") <= 25


def test_a_run_that_another_worker_has_now_is_left_alone(bench: Bench) -> None:
    bench.pass_seconds(1)
    bench.interrupt_and_hand_over()
    bench.recorder(event(1, EventKind.MESSAGE))
    bench.heartbeat.tick()
    assert bench.heartbeat.lost
    assert bench.cancel.reason == "another worker has this run now"
    bench.store.calls.clear()
    bench.pass_seconds(5)
    assert bench.store.calls == []
    assert bench.store.all_events("run-0001") == []


def test_a_deleted_run_is_left_alone(bench: Bench) -> None:
    bench.heartbeat.tick()
    bench.store.lose("run-0001")
    bench.pass_seconds(1)
    assert bench.heartbeat.lost


def test_a_full_store_fails_the_run_with_a_clear_sentence(bench: Bench) -> None:
    bench.heartbeat.tick()
    bench.store.fail("append_events", StoreFullError("database or disk is full"))
    bench.recorder(event(1, EventKind.MESSAGE))
    bench.heartbeat.tick()
    assert bench.heartbeat.fault is not None
    assert bench.heartbeat.fault.code == "store_full"
    assert "Free some space, then resume" in bench.heartbeat.fault.message
    assert bench.cancel.is_cancelled
    beats = len(bench.beats)
    bench.pass_seconds(2)
    assert len(bench.beats) > beats  # the run must stay ours until its end is written


def test_an_error_that_nobody_foresaw_fails_the_run_and_is_not_swallowed(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.store.fail("heartbeat", ZeroDivisionError("oops"), times=3)
    bench.pass_seconds(3)
    assert bench.heartbeat.fault is not None
    assert (bench.heartbeat.fault.code, bench.heartbeat.fault.message) == ("internal_error", "oops")
    assert caplog.text.count("cannot be journalled") == 1


def test_no_heartbeat_follows_the_written_end(bench: Bench) -> None:
    bench.pass_seconds(1)
    bench.heartbeat.settle(lambda: bench.store.finish("run-0001", "w", 1, RunEnd(RunStatus.SUCCEEDED), None) and None)
    bench.store.calls.clear()
    bench.pass_seconds(3)
    assert bench.store.calls == []
    assert not bench.heartbeat.lost


def test_an_end_that_could_not_be_written_leaves_the_heart_beating(bench: Bench) -> None:
    def write_end() -> None:
        raise AWAY

    with pytest.raises(StoreUnavailableError):
        bench.heartbeat.settle(write_end)
    bench.store.calls.clear()
    bench.pass_seconds(2)
    assert "heartbeat" in bench.store.calls


def test_the_thread_does_what_the_ticks_do(bench: Bench) -> None:
    bench.recorder(event(1, EventKind.RUN_STARTED))
    bench.store.request_cancel("run-0001")
    bench.clock.advance(BEAT_SECONDS)
    with bench.heartbeat, pytest.raises(Exception, match="cancelled on request"):
        bench.cancel.wait(60)
    assert [item.seq for item in bench.store.all_events("run-0001")] == [1]


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (StoreError("damaged"), "store_error", "damaged"),
        (ValueError("bad"), "internal_error", "bad"),
        (KeyError(), "internal_error", "KeyError"),
    ],
)
def test_faults_are_sentences_with_codes(error: Exception, code: str, message: str) -> None:
    assert (fault_of(error).code, fault_of(error).message) == (code, message)
