"""A real store, the real pipeline and a small made-up market, paced so that tests can step in at any moment."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from technic_scanner.adapters.executors.dask import DaskExecutor
from technic_scanner.adapters.executors.local import LocalExecutor
from technic_scanner.adapters.market_data.price_cache.cache import ParquetPriceCache
from technic_scanner.adapters.market_data.synthetic import SyntheticSource
from technic_scanner.adapters.stores import SqlStore
from technic_scanner.clock import SystemClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.progress import EventKind, ProgressEvent
from technic_scanner.domain.run import RunRecord
from technic_scanner.domain.stage import Stage
from technic_scanner.domain.universe import Universe
from technic_scanner.pipeline import analyse
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.context import ScanPorts
from technic_scanner.pipeline.engine import Attempt, run_scan
from technic_scanner.pipeline.ports import ChunkTask, Executor, MessageSink, PriceBatch
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.runs.model import NewRun
from technic_scanner.runs.scan_task import ScanTask
from technic_scanner.runs.worker.worker import Worker, WorkerIdentity, WorkerRules
from technic_scanner.screening.bars import FloatArray, Panel

SYMBOLS = 60
CONFIG = ScanConfig(source="synthetic", universe=f"{SYMBOLS}x260", lookback_sessions=260, top_n=None, direction="both")
OPTIONS = RunOptions(chunk_size=5, fetch_batch_size=10, event_interval_seconds=0.0)
STAGES = ("universe_loading", "data_fetching", "symbol_scanning", "finalization")


class PacedSource(SyntheticSource):
    """Waits before it answers, each time."""

    def __init__(self, universe_pace: float, fetch_pace: float) -> None:
        super().__init__(symbols=SYMBOLS, sessions=260)
        self._universe_pace = universe_pace
        self._fetch_pace = fetch_pace

    def universe(self, name: str | None, cancel: CancelToken) -> Universe:
        cancel.wait(self._universe_pace)
        return super().universe(name, cancel)

    def fetch(
        self, symbols: Sequence[str], start: date | None, end: date | None, cancel: CancelToken, say: MessageSink
    ) -> Iterator[PriceBatch]:
        cancel.wait(0.0 if list(symbols) == [self.benchmark()] else self._fetch_pace)
        yield from super().fetch(symbols, start, end, cancel, say)


class PacedExecutor:
    """Waits ``pace`` seconds after each chunk of another executor."""

    def __init__(self, executor: Executor, pace: float) -> None:
        self._executor = executor
        self._pace = pace

    def map_chunks(
        self, task: ChunkTask, chunks: Iterator[tuple[int, Panel]], cancel: CancelToken
    ) -> Iterator[tuple[int, FloatArray]]:
        for result in self._executor.map_chunks(task, chunks, cancel):
            cancel.wait(self._pace)
            yield result

    def close(self) -> None:
        self._executor.close()


@dataclass(frozen=True)
class Scans:
    """Runs the pipeline for a worker.

    ``pace`` is the pause of each step, of all stages or of ``slow_stage`` alone; ``seen`` gets every event at once.
    ``scheduler`` is the address of the Dask cluster that scans, None for threads.
    """

    cache_dir: Path
    pace: float = 0.0
    slow_stage: str | None = None
    seen: Callable[[ProgressEvent], None] = lambda event: None
    scheduler: str | None = None

    def __call__(self, task: ScanTask) -> ScanResult:
        doing = LocalExecutor(2) if self.scheduler is None else DaskExecutor(self.scheduler)
        executor = PacedExecutor(doing, self._pace("symbol_scanning"))
        clock = SystemClock()

        def pause(event: ProgressEvent) -> None:
            if event.kind is EventKind.STAGE_STARTED and event.current_stage == Stage.FINALIZATION:
                task.cancel.wait(self._pace("finalization") * 4)

        ports = ScanPorts(
            source=PacedSource(self._pace("universe_loading"), self._pace("data_fetching")),
            source_key="synthetic",
            cache=ParquetPriceCache(self.cache_dir, clock),
            executor=executor,
            clock=clock,
            journal=task.journal,
            version="test",
        )
        attempt = Attempt(
            run_id=task.run.run_id,
            number=task.run.attempt,
            first_seq=task.first_seq,
            earlier_seconds=task.earlier_seconds,
            costs=task.costs,
            previous_event=task.previous_event,
        )
        try:
            return run_scan(
                task.run.config,
                task.run.options,
                ports,
                listeners=[task.listener, self.seen, pause],
                cancel=task.cancel,
                attempt=attempt,
            )
        finally:
            executor.close()

    def _pace(self, stage: str) -> float:
        return self.pace if self.slow_stage in (None, stage) else 0.0


def make_worker(store: SqlStore, scan: Callable[[ScanTask], ScanResult], name: str = "w", **rules: object) -> Worker:
    """A worker of this process."""
    identity = WorkerIdentity(name, "localhost", os.getpid(), "test")
    return Worker(store, scan, SystemClock(), identity, WorkerRules(**rules))  # type: ignore[arg-type]


def queue_run(store: SqlStore, config: ScanConfig = CONFIG) -> RunRecord:
    """Queue a run of the small market."""
    return store.add_runs([NewRun(config, OPTIONS, comparability_key="functional")])[0]


def all_events(store: SqlStore, run_id: str) -> tuple[ProgressEvent, ...]:
    """Every stored event of a run."""
    return store.events(run_id, 0, 1_000_000)


@dataclass(frozen=True)
class StoppedScans:
    """Scans that call ``stop`` once ``reached`` says so of an event, and go no further until they are told to end."""

    scans: Scans
    reached: Callable[[ProgressEvent], bool]
    stop: Callable[[], object]

    def __call__(self, task: ScanTask) -> ScanResult:
        def seen(event: ProgressEvent) -> None:
            if not task.cancel.is_cancelled and self.reached(event):
                self.stop()
                while not task.cancel.is_cancelled:
                    time.sleep(0.01)

        return replace(self.scans, seen=seen)(task)


@dataclass(frozen=True)
class Death:
    """When a worker process kills itself: ``after`` seconds into ``stage``, counted from the stage's first event.

    With ``share`` at the event that reports so much of the stage as done.
    """

    stage: str
    after: float = 0.0
    share: float | None = None


def work_and_die(url: str, cache_dir: str, pace: float, death: Death, scheduler: str | None = None) -> None:
    """Run a worker in this process until the moment of its death by SIGKILL; the call does not return."""
    analyse.RECORD_INTERVAL_SECONDS = 0.0  # so that there is something to resume
    killed = threading.Event()

    def kill() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def seen(event: ProgressEvent) -> None:
        if death.share is not None:
            if event.stage(death.stage).fraction >= death.share:
                kill()
            return
        started = event.kind is EventKind.STAGE_STARTED and event.current_stage == death.stage
        if started or (event.kind is EventKind.RUN_STARTED and death.stage == STAGES[0]):
            threading.Timer(death.after, kill).start()
        if event.kind is EventKind.STAGE_COMPLETED and event.stage(death.stage).fraction == 1.0:
            killed.wait()  # a machine that is busy may be late with the death; it comes within its stage all the same

    from technic_scanner.adapters.stores import open_store

    store = open_store(url, SystemClock())
    # Only the stage of its death has to last.
    make_worker(store, Scans(Path(cache_dir), pace, death.stage, seen, scheduler), "doomed").run()
    killed.wait()
