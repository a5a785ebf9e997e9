"""Run listeners are told of each end once, in order, and can neither hold up nor harm anything."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.errors import ResultsNotReadyError
from technic_scanner.runs import listeners as module
from technic_scanner.runs.listeners import RunEnded, RunListener, RunListeners
from technic_scanner.runs.model import NewRun, RunEnd
from tests.support.runs.faulty_store import FaultyStore, faulty_store
from tests.support.runs.make import scan_result

PATIENCE = 30.0


@pytest.fixture
def store() -> Iterator[FaultyStore]:
    with faulty_store(ManualClock()) as opened:
        yield opened


@pytest.fixture
def released() -> Iterator[threading.Event]:
    """What hanging listeners of a test wait for; it comes at the test's end."""
    event = threading.Event()
    yield event
    event.set()


def run(number: int = 1) -> RunRecord:
    return RunRecord(f"run-{number:04d}", RunStatus.SUCCEEDED, ScanConfig(), None, ManualClock().now())  # type: ignore[arg-type]


def listeners(store: FaultyStore, **named: RunListener | Callable[[], RunListener]) -> RunListeners:
    return RunListeners(store, lambda: tuple(named), lambda name: named[name], store.clock)  # type: ignore[arg-type, return-value]


def test_every_listener_is_told_of_every_end_in_their_order(store: FaultyStore) -> None:
    heard: dict[str, list[str]] = {"one": [], "two": []}
    told = listeners(
        store,
        one=lambda ended: heard["one"].append(ended.run.run_id),
        two=lambda ended: heard["two"].append(ended.run.run_id),
    )
    for number in range(20):
        told.tell(run(number))
    told.close(PATIENCE)
    expected = [f"run-{number:04d}" for number in range(20)]
    assert heard == {"one": expected, "two": expected}


def test_an_end_holds_the_record_the_picks_and_the_way_to_the_rows(store: FaultyStore) -> None:
    ends: list[RunEnded] = []
    for _ in range(2):
        store.add_runs([NewRun(ScanConfig(), RunOptions(), comparability_key="k")])
        store.claim("w", "host", "1", None)
    record = store.finish("run-0001", "w", 1, RunEnd(RunStatus.SUCCEEDED), scan_result())
    told = listeners(store, one=ends.append)
    told.tell(record)
    told.tell(store.finish("run-0002", "w", 1, RunEnd(RunStatus.FAILED), None))
    told.close(PATIENCE)
    assert (ends[0].run, ends[0].picks) == (record, 2)
    assert ends[0].result().table["Symbol"].to_pylist() == ["AAPL", "MSFT"]
    assert ends[1].picks is None
    with pytest.raises(ResultsNotReadyError):
        ends[1].result()


@pytest.mark.parametrize("error", [ValueError("it broke"), SystemExit(3), KeyboardInterrupt()])
def test_one_that_raises_is_named_and_the_others_and_the_next_end_are_told(
    store: FaultyStore, error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[str] = []

    def fail(_: RunEnded) -> None:
        heard.append("bad")
        raise error

    told = listeners(store, bad=fail, good=lambda _: heard.append("good"))
    told.tell(run(1))
    told.tell(run(2))
    told.close(PATIENCE)
    assert sorted(heard) == ["bad", "bad", "good", "good"]
    assert [entry.getMessage() for entry in caplog.records] == [
        "run listener bad failed for run run-0001",
        "run listener bad failed for run run-0002",
    ]
    assert caplog.records[0].exc_info is not None


def test_one_that_hangs_holds_up_nobody_and_is_named_when_the_process_ends(
    store: FaultyStore, released: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[str] = []
    told = listeners(store, hangs=lambda _: released.wait(PATIENCE), good=lambda ended: heard.append(ended.run.run_id))
    for number in range(module.MAX_WAITING + 5):
        told.tell(run(number))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_log", logging.getLogger("quiet"))  # those dropped for it are another test's
        told._threads[1].close(PATIENCE)  # type: ignore[index]
    assert len(heard) >= module.MAX_WAITING
    caplog.clear()
    told.close(0.0)
    assert [entry.getMessage() for entry in caplog.records] == [
        "run listener hangs is still busy and is cut off with its process"
    ]
    told.close(PATIENCE)  # it has been given up, and is not waited for again


def test_what_waits_for_a_slow_one_is_bounded(
    store: FaultyStore, released: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    begun = threading.Event()
    heard: list[str] = []

    def slow(ended: RunEnded) -> None:
        begun.set()
        released.wait(PATIENCE)
        heard.append(ended.run.run_id)

    told = listeners(store, slow=slow)
    told.tell(run(0))
    assert begun.wait(PATIENCE)
    for number in range(1, module.MAX_WAITING + 2):
        told.tell(run(number))
    dropped = f"run-{module.MAX_WAITING + 1:04d}"
    assert [entry.getMessage() for entry in caplog.records] == [
        f"run listener slow is too slow and is not told of run {dropped}"
    ]
    released.set()
    told.close(PATIENCE)
    assert len(heard) == module.MAX_WAITING + 1
    assert dropped not in heard


def test_one_that_took_long_is_named(store: FaultyStore, caplog: pytest.LogCaptureFixture) -> None:
    clock = store.clock
    assert isinstance(clock, ManualClock)
    told = listeners(store, slow=lambda _: clock.advance(module.SLOW_SECONDS + 1.0))
    told.tell(run())
    told.close(PATIENCE)
    assert [entry.getMessage() for entry in caplog.records] == ["run listener slow took 6.0 s for run run-0001"]


def test_it_is_opened_once_at_the_first_end_and_not_again_if_that_fails(
    store: FaultyStore, caplog: pytest.LogCaptureFixture
) -> None:
    opened: list[str] = []

    def open_one(name: str) -> RunListener:
        opened.append(name)
        if name == "bad":
            raise ImportError("no module of this name")
        return lambda ended: None

    told = RunListeners(store, lambda: ("bad", "good"), open_one, store.clock)  # type: ignore[arg-type]
    assert opened == []
    for number in range(3):
        told.tell(run(number))
    told.close(PATIENCE)
    assert sorted(opened) == ["bad", "good"]
    assert [entry.getMessage() for entry in caplog.records] == ["run listener bad failed for run run-0000"]


def test_a_worker_goes_on_though_the_listeners_cannot_even_be_named(
    store: FaultyStore, caplog: pytest.LogCaptureFixture
) -> None:
    def names() -> tuple[str, ...]:
        raise OSError("the metadata cannot be read")

    told = RunListeners(store, names, lambda name: print, store.clock)  # type: ignore[arg-type]
    told.tell(run())
    told.close(0.0)
    assert [entry.getMessage() for entry in caplog.records] == ["run listeners are not told of run run-0001"]


def test_without_listeners_nothing_is_started(store: FaultyStore) -> None:
    before = threading.active_count()
    told = listeners(store)
    told.tell(run())
    told.close(0.0)
    assert threading.active_count() == before


def test_a_process_that_ends_right_after_an_end_still_tells_it() -> None:
    code = (
        "import threading\n"
        "from technic_scanner.clock import SystemClock\n"
        "from technic_scanner.runs.listeners import RunListeners\n"
        "class Run: run_id = 'run-1'\n"
        "class Store: result = print\n"
        "def slow(ended): threading.main_thread().join(); print('told of', ended.run.run_id)\n"
        "RunListeners(Store(), lambda: ('slow',), lambda name: slow, SystemClock()).tell(Run())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "told of run-1\n"
