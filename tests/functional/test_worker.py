"""Workers over real databases: many at once, cancelled anywhere, with the store locked, gone or full."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import ExceptionContext
from sqlalchemy import event as sqlalchemy_event

from technic_scanner.adapters.stores import SqlStore, open_store
from technic_scanner.clock import SystemClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import Outcome
from technic_scanner.domain.progress import EventKind, ProgressEvent
from technic_scanner.domain.run import RunStatus
from technic_scanner.pipeline.ports import ChunkJournal
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.runs.exports.export import to_csv
from technic_scanner.runs.model import NewRun
from technic_scanner.runs.scan_task import ScanTask
from technic_scanner.screening.indicators import warm_up
from tests.functional.lab import STAGES, Scans, all_events, make_worker, queue_run
from tests.functional.run_stores import database_url, postgres_server, store
from tests.support.runs.make import event, scan_result

__all__ = ["database_url", "postgres_server", "store"]

# One second, as promised, and one more for a machine that is busy with other tests.
CANCEL_SECONDS = 2.0
WORKERS = 8
RUNS = 50
# How long a store is locked, gone or, once that was noticed, full: several heartbeats and a dozen flushes.
TROUBLE_SECONDS = 0.8


@pytest.fixture(scope="module", autouse=True)
def warm_kernels() -> None:
    """Load the kernels before anything is timed."""
    warm_up()


def quick_scan(task: ScanTask) -> ScanResult:
    """A scan of no work that leaves its mark in the journal."""
    for number, kind in enumerate((EventKind.RUN_STARTED, EventKind.RUN_FINISHED)):
        mark = event(task.first_seq + number, kind, run_id=task.run.run_id, attempt=task.run.attempt)
        task.listener(mark)
    return scan_result()


def test_eight_workers_never_run_the_same_attempt(store: SqlStore, database_url: str) -> None:
    for _ in range(RUNS):
        queue_run(store)
    executed: list[tuple[str, int, str]] = []
    crowd: list[int] = []

    def work(name: str) -> None:
        own = open_store(database_url, SystemClock())

        def scan(task: ScanTask) -> ScanResult:
            executed.append((task.run.run_id, task.run.attempt, name))
            crowd.append(own.count_by_status()[RunStatus.RUNNING])
            return quick_scan(task)

        make_worker(own, scan, name, max_running=4).run()
        own.close()

    while store.count_by_status()[RunStatus.QUEUED]:
        # A worker that finds all places taken leaves; the next one comes with the next look at the queue.
        threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(WORKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert Counter(run_id for run_id, _, _ in executed).most_common(1)[0][1] == 1
    assert len(executed) == RUNS
    assert store.count_by_status()[RunStatus.SUCCEEDED] == RUNS
    assert max(crowd) <= 4
    assert len({name for _, _, name in executed}) > 1
    for run_id, _, _ in executed:
        assert [item.seq for item in all_events(store, run_id)] == [1, 2]


class When:
    """Does something once, when a stage has begun."""

    def __init__(self, stage: str, action: Callable[[], object]) -> None:
        self._stage = stage
        self._action = action
        self.at: float | None = None

    def __call__(self, event: ProgressEvent) -> None:
        if self.at is None and event.current_stage == self._stage:
            self.at = time.monotonic()
            self._action()


@pytest.mark.parametrize("stage", STAGES)
def test_a_cancel_is_obeyed_within_a_second_in_every_stage(store: SqlStore, tmp_path: Path, stage: str) -> None:
    run_id = queue_run(store).run_id
    ended: list[float] = []
    when = When(stage, lambda: store.request_cancel(run_id))
    # Each step of the stage would take a minute: a provider that hangs, a chunk that is slow, a disk that waits.
    scans = Scans(tmp_path / "cache", pace=60.0, slow_stage=stage, seen=when)

    def scan(task: ScanTask) -> ScanResult:
        result = scans(task)
        ended.append(time.monotonic())
        return result

    make_worker(store, scan).run()
    run = store.get_run(run_id)
    assert run.status is RunStatus.CANCELLED
    assert when.at is not None
    assert ended[0] - when.at < CANCEL_SECONDS
    assert run.metrics is not None
    assert {timing.name for timing in run.metrics.stage_timings} == set(STAGES)
    assert store.result(run_id).outcome is Outcome.PARTIAL
    assert all_events(store, run_id)[-1].kind is EventKind.RUN_FINISHED


def expected_csv(store: SqlStore, cache_dir: Path) -> bytes:
    """What an undisturbed scan of the small market exports."""
    run_id = queue_run(store).run_id
    make_worker(store, Scans(cache_dir)).run()
    return to_csv(store.result(run_id).table)


def check_unharmed(store: SqlStore, run_id: str, expected: bytes) -> None:
    """The run succeeded, its numbers are right and its journal has no gap."""
    run = store.get_run(run_id)
    assert run.status is RunStatus.SUCCEEDED, run.error
    assert run.attempt == 1
    assert to_csv(store.result(run_id).table) == expected
    events = all_events(store, run_id)
    assert [item.seq for item in events] == list(range(1, len(events) + 1))
    kinds = Counter(item.kind for item in events)
    assert (kinds[EventKind.STAGE_STARTED], kinds[EventKind.STAGE_COMPLETED]) == (4, 4)
    assert kinds[EventKind.RUN_FINISHED] == 1


def test_a_locked_file_does_not_harm_the_scan(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    store = open_store(f"sqlite:///{path}", SystemClock(), busy_seconds=0.05)
    expected = expected_csv(store, tmp_path / "one")
    run_id = queue_run(store).run_id
    other = sqlite3.connect(path, check_same_thread=False, isolation_level=None)

    def lock() -> None:
        other.execute("BEGIN IMMEDIATE")
        threading.Timer(TROUBLE_SECONDS, lambda: other.execute("ROLLBACK")).start()

    make_worker(store, Scans(tmp_path / "two", 0.02, seen=When("data_fetching", lock))).run()
    other.close()
    check_unharmed(store, run_id, expected)
    store.close()


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_database_that_goes_and_comes_back_does_not_harm_the_scan(
    store: SqlStore, database_url: str, tmp_path: Path
) -> None:
    expected = expected_csv(store, tmp_path / "one")
    run_id = queue_run(store).run_id
    name = store.database.where.rsplit("/", 1)[-1].split("?")[0]
    admin = psycopg.connect(database_url.replace(f"/{name}?", "/postgres?"), autocommit=True)

    def go() -> None:
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")  # type: ignore[arg-type]
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        threading.Timer(TROUBLE_SECONDS, come_back).start()

    def come_back() -> None:
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")  # type: ignore[arg-type]

    make_worker(store, Scans(tmp_path / "two", 0.02, seen=When("data_fetching", go))).run()
    admin.close()
    check_unharmed(store, run_id, expected)


@dataclass
class BulkyJournal:
    """Journals more with each chunk than fits into the free pages of a file."""

    journal: ChunkJournal

    def fingerprint(self, stage: str) -> str | None:
        return self.journal.fingerprint(stage)

    def start_over(self, stage: str, fingerprint: str) -> None:
        self.journal.start_over(stage, fingerprint)

    def chunks(self, stage: str) -> dict[int, bytes]:
        return self.journal.chunks(stage)

    def record(self, stage: str, index: int, payload: bytes) -> None:
        self.journal.record("bulk", index, os.urandom(1_000_000))
        self.journal.record(stage, index, payload)


def test_a_full_disk_fails_the_run_with_a_clear_sentence_and_nothing_is_corrupt(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    store = open_store(f"sqlite:///{path}", SystemClock())
    expected = expected_csv(store, tmp_path / "one")
    run_id = queue_run(store).run_id
    full, freeing = threading.Event(), threading.Event()

    @sqlalchemy_event.listens_for(store.database._engine, "checkout")
    def limit(connection: sqlite3.Connection, *_: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages if full.is_set() else 1_000_000}")

    @sqlalchemy_event.listens_for(store.database._engine, "handle_error")
    def free_some_space_later(context: ExceptionContext) -> None:
        if full.is_set() and not freeing.is_set() and "full" in str(context.original_exception):
            freeing.set()
            threading.Timer(TROUBLE_SECONDS, full.clear).start()

    def scan(task: ScanTask) -> ScanResult:
        bulky = replace(task, journal=BulkyJournal(task.journal))
        return Scans(tmp_path / "two", 0.05, seen=When("symbol_scanning", full.set))(bulky)

    make_worker(store, scan).run()
    run = store.get_run(run_id)
    assert run.status is RunStatus.FAILED
    assert run.error is not None
    assert run.error.code == "store_full"
    assert "Free some space, then resume" in run.error.message
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    store.requeue(run_id)
    make_worker(store, Scans(tmp_path / "two")).run()
    assert store.get_run(run_id).status is RunStatus.SUCCEEDED
    assert to_csv(store.result(run_id).table) == expected
    store.close()


def test_a_worker_process_that_is_told_to_end_leaves_a_run_to_resume(tmp_path: Path) -> None:
    home = tmp_path / "home"
    environment = os.environ | {"TECHNIC_HOME": str(home), "TECHNIC_LOG_LEVEL": "INFO"}
    environment.pop("TECHNIC_DATABASE_URL", None)
    store = open_store(f"sqlite:///{home / 'technic.db'}", SystemClock())
    config = ScanConfig(source="synthetic", universe="4000x1260", top_n=None)
    run = store.add_runs([NewRun(config, RunOptions(), comparability_key="functional")])[0]
    process = subprocess.Popen(
        [sys.executable, "-m", "technic_scanner.cli.main", "worker"], env=environment, stdout=subprocess.DEVNULL
    )
    clock = SystemClock()
    deadline = clock.monotonic() + 120
    while store.get_run(run.run_id).last_seq < 3:
        assert process.poll() is None
        assert clock.monotonic() < deadline
        clock.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    process.wait()
    assert store.get_run(run.run_id).status is RunStatus.INTERRUPTED
    assert store.get_run(run.run_id).status.can_resume
    assert store.workers(clock.now().replace(year=2000)) == ()
    store.close()
