"""Fixture: workers over a store that fails on request, and small scans for them; import it where it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import Outcome
from technic_scanner.domain.progress import EventKind
from technic_scanner.domain.run import RunRecord
from technic_scanner.errors import CancelledError
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.runs.model import NewRun, WorkerInfo
from technic_scanner.runs.scan_task import ScanTask
from technic_scanner.runs.worker.idle import Idle
from technic_scanner.runs.worker.worker import Worker, WorkerIdentity, WorkerRules
from tests.support.runs.faulty_store import FaultyStore, faulty_store
from tests.support.runs.make import NOON, event, scan_result

Scan = Callable[[ScanTask], ScanResult]


class HookedClock(ManualClock):
    """A manual clock that tells when somebody has slept."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: Callable[[], None] = lambda: None

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.slept()


class Bench:
    """A store, a clock, and workers for them; ``tasks`` are the attempts that were scanned."""

    def __init__(self, store: FaultyStore) -> None:
        self.clock: HookedClock = store.clock
        self.store = store
        self.tasks: list[ScanTask] = []
        self.told: list[RunRecord] = []
        self.tell: Callable[[RunRecord], None] = self.told.append
        self.fire_due: Callable[[], None] = lambda: None
        self.arrived: Callable[[], None] = lambda: None

    def queue(self, n: int = 1) -> None:
        for _ in range(n):
            self.store.add_runs([NewRun(ScanConfig(), RunOptions(), comparability_key="k")])

    def worker(
        self, scan: Scan | None = None, worker_id: str = "w1", *, idle: Idle | None = None, **rules: object
    ) -> Worker:
        def scanned(task: ScanTask) -> ScanResult:
            self.tasks.append(task)
            return (scan or succeed)(task)

        identity = WorkerIdentity(worker_id, "host", 42, "1.2.3")
        limits = WorkerRules(**rules)  # type: ignore[arg-type]
        return Worker(
            self.store,
            scanned,
            self.clock,
            identity,
            limits,
            tell=self.tell,
            idle=idle,
            fire_due=self.fire_due,
            arrived=self.arrived,
        )

    def run(self, number: int = 1) -> RunRecord:
        return self.store.runs[f"run-{number:04d}"]

    def workers(self) -> tuple[WorkerInfo, ...]:
        return self.store.workers(NOON - timedelta(days=9999))

    def kinds(self, number: int = 1) -> list[EventKind]:
        return [item.kind for item in self.store.all_events(f"run-{number:04d}")]


def report(task: ScanTask, seq: int, kind: EventKind, **changes: object) -> None:
    task.listener(event(seq, kind, run_id=task.run.run_id, attempt=task.run.attempt, **changes))


def succeed(task: ScanTask) -> ScanResult:
    report(task, task.first_seq, EventKind.RUN_STARTED)
    report(task, task.first_seq + 1, EventKind.RUN_FINISHED, overall_fraction=1.0, time_fraction=1.0)
    return scan_result()


def until_cancelled(task: ScanTask, clock: ManualClock | None = None) -> ScanResult:
    """Scan until asked to stop, as the pipeline does; seconds go by on ``clock``, so that heartbeats are due."""
    report(task, task.first_seq, EventKind.RUN_STARTED)
    try:
        for _ in range(300):
            if clock is not None:
                clock.advance(1)
            task.cancel.wait(0.1)
    except CancelledError:
        report(task, task.first_seq + 1, EventKind.RUN_FINISHED)
        return scan_result(outcome=Outcome.PARTIAL, cancelled=True)
    raise AssertionError("the scan was never asked to stop")


@pytest.fixture
def bench() -> Iterator[Bench]:
    with faulty_store(HookedClock()) as store:
        yield Bench(store)
