"""Fills a store by the real service, worker and pipeline, at a time and under names that are given: see the recipe.

Only time, run ids and the names of the machine are made up, so that every seeding makes the same store.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import numpy as np
from ulid import ULID

from technic_scanner.adapters.executors.local import LocalExecutor
from technic_scanner.adapters.market_data.price_cache.cache import ParquetPriceCache
from technic_scanner.adapters.market_data.synthetic import BENCHMARK, sized
from technic_scanner.adapters.stores import SqlStore, open_store
from technic_scanner.bootstrap import SourceCatalog
from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.errors import SourceError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.context import ScanPorts
from technic_scanner.pipeline.engine import Attempt, run_scan
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.runs.scan_task import ScanTask
from technic_scanner.runs.service.rules import ServiceRules
from technic_scanner.runs.service.service import RunService
from technic_scanner.runs.worker import execution
from technic_scanner.runs.worker.heartbeat import Heartbeat
from technic_scanner.runs.worker.worker import Worker, WorkerIdentity, WorkerRules
from technic_scanner.settings import load_settings
from technic_scanner.version import VERSION

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
STALE_SECONDS = 60.0
LOADING, FETCHING, SCANNING = "universe_loading", "data_fetching", "symbol_scanning"
QUICK = RunOptions(workers=1, chunk_size=3, fetch_batch_size=4, event_interval_seconds=0.2)
Act = Callable[[ScanTask], None]
BROKEN = "broken"  # the label of the run whose source stops answering


class Crash(BaseException):
    """Takes a worker out of the middle of a run as a lost process would: nothing of it is written."""


class StepClock(ManualClock):
    """Time that moves by some seeded milliseconds, ``slowness`` times as many, whenever somebody measures it."""

    def __init__(self) -> None:
        super().__init__(START)
        self.slowness = 1
        self._steps = random.Random(20260105)

    def monotonic(self) -> float:
        self.advance(self._steps.randint(1, 12) * self.slowness / 1000)
        return super().monotonic()


class SteadyHeartbeat(Heartbeat):
    """Beats and writes whenever the scan reports, not from a thread: at every seeding at the same moments."""

    current: Heartbeat

    def __enter__(self) -> Self:
        SteadyHeartbeat.current = self
        self.tick()
        return self

    def __exit__(self, *_: object) -> None:
        """There is no thread to end."""


class OneByOne(LocalExecutor):
    """Does one chunk after the other."""

    def map_chunks(
        self, task: Any, chunks: Iterator[tuple[int, Any]], cancel: CancelToken
    ) -> Iterator[tuple[int, Any]]:
        for index, chunk in chunks:
            cancel.check()
            yield index, task(chunk)


class Breaking:
    """A source that stops answering at its third fetch."""

    def __init__(self, source: Any) -> None:
        self._source, self._fetches = source, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def fetch(self, *asked: Any) -> Any:
        self._fetches += 1
        if self._fetches > 2:
            raise SourceError("Example Data does not answer; try again later.")
        return self._source.fetch(*asked)


class Seeding:
    """One store being filled. ``cast`` are the ids of its runs by the part that each plays."""

    def __init__(self, url: str, home: Path) -> None:
        self.clock = StepClock()
        open_store(url, self.clock).close()
        self.store = SqlStore(url, self.clock, run_ids=self._next_id)
        self.catalog = SourceCatalog(load_settings(home=home, files_root=home / "data"), self.clock)
        self.cache = ParquetPriceCache(home / "prices", self.clock)
        rules = ServiceRules(STALE_SECONDS)
        self.service = RunService(self.store, self.catalog, self, self.clock, coverage=self._coverage, rules=rules)
        self.cast: dict[str, str] = {}
        self._seen: Callable[[ScanTask, ProgressEvent], None]
        self._workers = 0

    def ensure_worker(self) -> None:
        """Launch nothing: the workers are made below."""

    def submit(
        self, part: str, config: ScanConfig, options: RunOptions = QUICK, *, wait: float = 600.0, **named: Any
    ) -> str:
        """Queue a run some time after the one before."""
        self.clock.advance(wait)
        self.cast[part] = self.service.submit(config, options, **named).run_id
        return self.cast[part]

    def work(self, stage: str = SCANNING, share: float = 2.0, act: Act | None = None) -> None:
        """Let a new worker empty the queue; ``act`` once a stage has done its ``share``."""
        acted: list[ProgressEvent] = []

        def seen(task: ScanTask, event: ProgressEvent) -> None:
            SteadyHeartbeat.current.tick()
            if act is not None and not acted and event.stage(stage).fraction >= share:
                acted.append(event)
                act(task)

        self._seen = seen
        self._workers += 1
        execution.Heartbeat = SteadyHeartbeat  # what the worker would make of its own is a thread
        identity = WorkerIdentity(f"host-a-{4000 + self._workers}", "host-a", 4000 + self._workers, VERSION)
        self.worker = Worker(self.store, self, self.clock, identity, WorkerRules(stale_after_seconds=STALE_SECONDS))
        with suppress(Crash):
            self.worker.run()

    def __call__(self, task: ScanTask) -> ScanResult:
        """Scan for a worker."""
        run = task.run
        source = self.catalog.source(run.config.source, run.config)
        ports = ScanPorts(
            source=Breaking(source) if run.label == BROKEN else source,
            source_key=self.catalog.key_of(source, run.config),
            cache=self.cache,
            executor=OneByOne(1),
            clock=self.clock,
            journal=task.journal,
            peak_memory_bytes=lambda: 234_567_890,
            version=VERSION,
        )
        attempt = Attempt(
            run.run_id, run.attempt, task.first_seq, task.earlier_seconds, task.costs, task.previous_event, task.work
        )
        listeners = [task.listener, lambda event: self._seen(task, event)]
        return run_scan(run.config, run.options, ports, listeners=listeners, cancel=task.cancel, attempt=attempt)

    def crash(self, _task: ScanTask) -> None:
        raise Crash

    def cancel(self, task: ScanTask) -> None:
        self.service.cancel(task.run.run_id)
        self.clock.advance(1.0)
        SteadyHeartbeat.current.tick()

    def stop(self, task: ScanTask) -> None:
        self.worker.stop()
        while not task.cancel.is_cancelled:
            time.sleep(0.001)

    def _next_id(self) -> str:
        tail = random.Random(len(self.cast)).randbytes(10)
        return str(ULID.from_bytes(int(self.clock.now().timestamp() * 1000).to_bytes(6, "big") + tail))

    def _coverage(self, config: ScanConfig, symbols: Any) -> int:
        key = self.catalog.cache_key(config)
        return self.cache.fresh_count(key, symbols, config.lookback_days, config.as_of_date)


def write_prices(folder: Path) -> None:
    """Write a folder of files: a listing with one symbol too many, bars of six and a benchmark, a macro series."""
    folder.mkdir(parents=True)
    source = sized("6x260")
    names = [f"SYN0000{number}" for number in range(1, 7)]
    (batch,) = source.fetch([*names, BENCHMARK], None, None, CancelToken(), print)
    panel = batch.panel
    for row, name in enumerate([*names, "SPY"]):
        bars = np.column_stack([panel.open[row], panel.high[row], panel.low[row], panel.close[row], panel.volume[row]])
        lines = [",".join(map(str, (day, *bar))) for day, bar in zip(panel.sessions, bars.tolist(), strict=True)]
        (folder / f"{name}.csv").write_text("\n".join(["date,open,high,low,close,volume", *lines]) + "\n")
    listing = [f"{name},Company {name[-1]},Energy,Oil & Gas" for name in [*names, "NOFILE"]]
    (folder / "universe.csv").write_text("\n".join(["symbol,name,sector,industry", *listing]) + "\n")
    vix = [f"{day},{15 + at % 7}.5" for at, day in enumerate(panel.sessions)]
    (folder / "macro.csv").write_text("\n".join(["date,VIX", *vix]) + "\n")
    for file in folder.iterdir():
        os.utime(file, (1_767_600_000, 1_767_600_000))
