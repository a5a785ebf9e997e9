"""The recorder: few advance events, no boundary lost, numbers without gaps, whatever the store does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.progress import EventKind, ProgressEvent
from technic_scanner.errors import RunStateError, StoreUnavailableError
from technic_scanner.runs.model import NewRun
from technic_scanner.runs.worker import recorder as recorder_module
from technic_scanner.runs.worker.recorder import Recorder
from tests.support.runs.faulty_store import FaultyStore, faulty_store
from tests.support.runs.make import event

AWAY = StoreUnavailableError("locked")


class Bench:
    """A store with one running run, and a recorder for it."""

    def __init__(self, store: FaultyStore) -> None:
        self.clock: ManualClock = store.clock
        self.store = store
        self.store.add_runs([NewRun(ScanConfig(), RunOptions(), comparability_key="k")])
        self.store.claim("w", "host", "1", None)
        self.recorder = Recorder(self.store, "run-0001", 1, 1, self.clock)

    @property
    def stored(self) -> list[ProgressEvent]:
        return self.store.all_events("run-0001")


@pytest.fixture
def bench() -> Iterator[Bench]:
    with faulty_store(ManualClock()) as store:
        yield Bench(store)


def test_events_reach_the_store_in_batches(bench: Bench) -> None:
    bench.recorder(event(1, EventKind.RUN_STARTED))
    bench.recorder(event(2, EventKind.STAGE_STARTED))
    assert bench.stored == []
    bench.recorder.flush()
    assert [item.kind for item in bench.stored] == [EventKind.RUN_STARTED, EventKind.STAGE_STARTED]
    assert bench.store.calls.count("append_events") == 1


def test_nothing_waiting_costs_nothing(bench: Bench) -> None:
    bench.recorder.flush()
    assert "append_events" not in bench.store.calls


def test_at_most_five_advance_events_a_second(bench: Bench) -> None:
    for step in range(1000):
        bench.recorder(event(step + 1))
        bench.recorder.flush()
        bench.clock.advance(0.01)
    assert len(bench.stored) == pytest.approx(50, abs=1)
    assert [item.seq for item in bench.stored] == list(range(1, len(bench.stored) + 1))


def test_the_latest_advance_is_the_one_that_is_kept(bench: Bench) -> None:
    for done in (0.1, 0.2, 0.3):
        bench.recorder(event(1, overall_fraction=done))
    bench.recorder.flush()
    assert [item.overall_fraction for item in bench.stored] == [0.3]


def test_a_boundary_replaces_the_advance_before_it(bench: Bench) -> None:
    bench.recorder(event(1, overall_fraction=0.4))
    bench.recorder(event(2, EventKind.STAGE_COMPLETED, overall_fraction=0.5))
    bench.recorder.flush()
    assert [(item.seq, item.kind) for item in bench.stored] == [(1, EventKind.STAGE_COMPLETED)]


def test_a_boundary_asks_to_be_written_at_once(bench: Bench) -> None:
    bench.recorder(event(1))
    assert not bench.recorder.boundary_waits.is_set()
    bench.recorder(event(2, EventKind.MESSAGE))
    assert bench.recorder.boundary_waits.is_set()
    bench.recorder.flush()
    assert not bench.recorder.boundary_waits.is_set()


def test_what_could_not_be_written_is_written_later_in_order(bench: Bench) -> None:
    bench.store.fail("append_events", AWAY, times=2)
    bench.recorder(event(1, EventKind.RUN_STARTED))
    for number in range(2):
        with pytest.raises(StoreUnavailableError):
            bench.recorder.flush()
        bench.recorder(event(number + 2, EventKind.MESSAGE, message=str(number)))
    bench.recorder.flush()
    assert [(item.seq, item.message) for item in bench.stored] == [(1, ""), (2, "0"), (3, "1")]


def test_a_lost_answer_does_not_repeat_events(bench: Bench) -> None:
    bench.recorder(event(1, EventKind.RUN_STARTED))
    committed = bench.store.append_events

    def commit_then_fail(*args: object) -> None:
        committed(*args)  # type: ignore[arg-type]
        raise AWAY

    bench.store.append_events = commit_then_fail  # type: ignore[method-assign]
    with pytest.raises(StoreUnavailableError):
        bench.recorder.flush()
    del bench.store.append_events  # type: ignore[attr-defined]
    bench.recorder(event(2, EventKind.STAGE_STARTED))
    bench.recorder.flush()
    assert [item.kind for item in bench.stored] == [EventKind.RUN_STARTED, EventKind.STAGE_STARTED]


def test_numbers_go_on_where_an_earlier_attempt_stopped(bench: Bench) -> None:
    bench.store.append_events("run-0001", 1, [event(1), event(2)])
    recorder = Recorder(bench.store, "run-0001", 1, 3, bench.clock)
    recorder(event(900, EventKind.RUN_STARTED))
    recorder.flush()
    assert [item.seq for item in bench.stored] == [1, 2, 3]


def test_an_attempt_that_is_over_cannot_write(bench: Bench) -> None:
    bench.clock.advance(60)
    bench.store.interrupt_stale(timedelta(0))
    bench.recorder(event(1, EventKind.MESSAGE))
    with pytest.raises(RunStateError):
        bench.recorder.flush()


def test_messages_are_shed_when_too_much_waits_but_no_stage_boundary(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(recorder_module, "MAX_PENDING", 10)
    bench.recorder(event(1, EventKind.STAGE_STARTED))
    for number in range(50):
        bench.recorder(event(2 + number, EventKind.MESSAGE, message=str(number)))
    bench.recorder(event(99, EventKind.STAGE_COMPLETED))
    bench.recorder.flush()
    kinds = [item.kind for item in bench.stored]
    assert len(kinds) == 10
    assert (kinds[0], kinds[-1]) == (EventKind.STAGE_STARTED, EventKind.STAGE_COMPLETED)
    assert bench.stored[-2].message == "49"
    assert caplog.text.count("old messages are dropped") == 1


kinds = st.sampled_from([EventKind.ADVANCED, EventKind.ADVANCED, EventKind.MESSAGE, EventKind.STAGE_STARTED])
steps = st.lists(st.tuples(kinds, st.booleans(), st.booleans(), st.floats(0, 0.3)), max_size=60)


@given(steps)
def test_whatever_happens_boundaries_are_all_there_and_numbers_have_no_gap(
    steps: list[tuple[EventKind, bool, bool, float]],
) -> None:
    with faulty_store(ManualClock()) as store:
        bench = Bench(store)
        sent = []
        for number, (kind, flush, away, pause) in enumerate(steps, start=1):
            item = event(number, kind, message=str(number), overall_fraction=number / 100)
            sent.append(item)
            bench.recorder(item)
            bench.clock.advance(pause)
            if away:
                bench.store.fail("append_events", AWAY)
            try:
                if flush:
                    bench.recorder.flush()
            except StoreUnavailableError:
                pass
        bench.store.mend()
        bench.recorder(event(999, EventKind.RUN_FINISHED, overall_fraction=1.0))
        rest = bench.recorder.rest()
        assert bench.recorder.rest() == rest, "an end that could not be stored is tried again"
        assert EventKind.RUN_FINISHED not in {item.kind for item in bench.stored}, "it is written with the end"
        stored = [*bench.stored, *rest]
        assert [item.seq for item in stored] == list(range(1, len(stored) + 1))
        boundaries = [item.message for item in stored if item.kind.is_boundary]
        assert boundaries == [item.message for item in sent if item.kind.is_boundary] + [""]
        assert stored == sorted(stored, key=lambda item: item.overall_fraction)
        assert stored[-1].kind is EventKind.RUN_FINISHED


def test_listening_never_waits_for_the_store(bench: Bench) -> None:
    inside, release = threading.Event(), threading.Event()

    def stuck(*args: object) -> None:
        inside.set()
        assert release.wait(60)

    bench.store.append_events = stuck  # type: ignore[method-assign]
    bench.recorder(event(1, EventKind.RUN_STARTED))
    flushing = threading.Thread(target=bench.recorder.flush)
    flushing.start()
    assert inside.wait(60)
    bench.recorder(event(2, EventKind.MESSAGE))  # would block for ever if it waited
    release.set()
    flushing.join(60)
    assert not flushing.is_alive()
