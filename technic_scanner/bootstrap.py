"""The only module that picks adapters and wires services; sources and executors come by their entry points."""

from __future__ import annotations

import compileall
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Self

from ulid import ULID

from technic_scanner.adapters.earlier_exports import delete_exports
from technic_scanner.adapters.launcher import Demand, WorkerLauncher, worker_arrived
from technic_scanner.adapters.market_data.files.check import check_folder, mapping_text, write_mapping
from technic_scanner.adapters.market_data.files.source import FilesSource
from technic_scanner.adapters.market_data.price_cache.cache import ParquetPriceCache
from technic_scanner.adapters.peak_memory import peak_memory_bytes
from technic_scanner.adapters.stores.sql_store import SqlStore, open_store
from technic_scanner.clock import Clock, SystemClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.context import NullChunkJournal, ScanPorts
from technic_scanner.pipeline.engine import Attempt
from technic_scanner.pipeline.engine import run_scan as run_pipeline
from technic_scanner.pipeline.ports import ChunkJournal, Listener
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.plugins.catalog import PluginCatalog
from technic_scanner.runs.listeners import RunListeners
from technic_scanner.runs.performance.performance_service import PerformanceService
from technic_scanner.runs.ports import ScanTask
from technic_scanner.runs.service.service import RunService, ServiceRules
from technic_scanner.runs.service.validation import check_request
from technic_scanner.runs.worker.worker import Worker, WorkerIdentity, WorkerRules
from technic_scanner.screening.bars import Panel
from technic_scanner.screening.indicators import warm_up as compile_kernels
from technic_scanner.settings import Settings, environment_with, load_settings
from technic_scanner.version import VERSION

PULSE_SECONDS = 0.5  # between the events of a stored run whose scan has nothing to report


@dataclass(frozen=True, slots=True)
class Scanning:
    """Runs the pipeline with this installation's adapters."""

    settings: Settings
    clock: Clock
    catalog: PluginCatalog
    cache: ParquetPriceCache

    def __call__(self, task: ScanTask) -> ScanResult:
        """Run one attempt of a stored run."""
        attempt = Attempt(
            run_id=task.run.run_id,
            number=task.run.attempt,
            first_seq=task.first_seq,
            earlier_seconds=task.earlier_seconds,
            costs=task.costs,
            previous_event=task.previous_event,
            work=task.work,
        )
        return self.scan(task.run.config, task.run.options, [task.listener], task.cancel, attempt, task.journal)

    def scan(
        self,
        config: ScanConfig,
        options: RunOptions,
        listeners: Sequence[Listener],
        cancel: CancelToken,
        attempt: Attempt,
        journal: ChunkJournal | None = None,
    ) -> ScanResult:
        """Open what the scan needs, scan, and close it again."""
        source = self.catalog.source(config.source, config)
        executor = self.catalog.executor(options)
        try:
            ports = ScanPorts(
                source=source,
                source_key=self.catalog.key_of(source, config),
                cache=self.cache,
                executor=executor,
                clock=self.clock,
                journal=journal or NullChunkJournal(),
                peak_memory_bytes=peak_memory_bytes,
                version=VERSION,
                pulse_seconds=PULSE_SECONDS if journal is not None else None,  # others may not bear a second thread
            )
            return run_pipeline(config, options, ports, listeners=listeners, cancel=cancel, attempt=attempt)
        finally:
            executor.close()


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a door needs; a context manager that closes it at the end of the block."""

    settings: Settings
    clock: Clock
    store: SqlStore
    catalog: PluginCatalog
    cache: ParquetPriceCache
    scanning: Scanning
    service: RunService
    outcomes: PerformanceService
    listeners: RunListeners

    def bars(self, config: ScanConfig, symbol: str, as_of: date | None, bars: int) -> Panel:
        """Return what the cache holds of one symbol up to ``as_of``, at most ``bars`` sessions; maybe no symbol."""
        return self.cache.read(self.catalog.cache_key(config), [symbol], bars, as_of).panel

    def files_report(self, universe: str | None = None) -> dict[str, Any]:
        """Return what each file of the source ``files`` is read as. ConfigError if it is not offered or has no such."""
        return self._files(universe).report()

    def file_preview(self, universe: str | None, name: str) -> dict[str, Any]:
        """Return the first rows of one of these files beside the bars that were made of them. Raises ConfigError."""
        return self._files(universe).preview(name)

    def _files(self, universe: str | None) -> FilesSource:
        source = self.catalog.source("files", ScanConfig(source="files", universe=universe))
        if not isinstance(source, FilesSource):
            raise ConfigError([FieldProblem("source", "another package's source is called files")])
        return source

    def worker(self, *, forever: bool = False) -> Worker:
        """Make a worker of this process."""
        host, pid = socket.gethostname(), os.getpid()
        worker_arrived(self.settings.log_dir, pid)
        identity = WorkerIdentity(f"{host}-{pid}-{ULID()}", host, pid, VERSION)
        rules = WorkerRules(
            max_running=self.settings.max_concurrent_runs,
            forever=forever,
            stale_after_seconds=self.settings.stale_after_seconds,
        )
        return Worker(self.store, self.scanning, self.clock, identity, rules, tell=self.listeners.tell)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let run listeners end, then close the store's connections."""
        self.listeners.close()
        self.store.close()


def build(settings: Settings | None = None) -> Services:
    """Open the store and wire the services; the caller closes them. Raises ConfigError for bad settings, StoreError."""
    settings = settings or load_settings()
    settings.home.mkdir(parents=True, exist_ok=True)
    clock = SystemClock()
    catalog = PluginCatalog(settings.plugin_dir, clock, settings.plugin_value)
    store = open_store(settings.store_url, clock)
    listeners = RunListeners(store, catalog.run_listeners, catalog.run_listener, clock)
    cache = ParquetPriceCache(settings.cache_dir, clock)
    scanning = Scanning(settings, clock, catalog, cache)
    launcher = WorkerLauncher(
        partial(_demand, store, clock, timedelta(seconds=settings.stale_after_seconds)),
        settings.max_concurrent_runs,
        settings.log_dir,
        environment_with(**settings.environment()),
        clock,
    )
    rules = ServiceRules(settings.stale_after_seconds, settings.max_queued_runs_per_token)
    service = RunService(
        store,
        catalog,
        launcher,
        clock,
        coverage=partial(_coverage, catalog, cache),
        rules=rules,
        tell=listeners.tell,
        deleted=partial(delete_exports, settings.home / "exports"),
    )
    outcomes = PerformanceService(store, catalog, partial(_past_bars, catalog, cache))
    return Services(settings, clock, store, catalog, cache, scanning, service, outcomes, listeners)


def warm_up() -> None:
    """Compile the kernels into numba's cache and this package to bytecode; quick when that was done before.

    Where Python was told to write no bytecode, every process would otherwise compile the package anew as it starts.
    """
    compile_kernels()
    compileall.compile_dir(Path(__file__).parent, quiet=2)


def run_scan(
    config: ScanConfig | None = None,
    options: RunOptions | None = None,
    listener: Listener | None = None,
    *,
    cancel: CancelToken | None = None,
    settings: Settings | None = None,
) -> ScanResult:
    """Scan in this process, outside the run store; ``listener`` gets every progress event.

    Raises ConfigError naming every bad field before it starts, ScanFailed (with the partial result) if a stage raises.
    """
    settings = settings or load_settings()
    config, options = config or ScanConfig(), options or RunOptions()
    clock = SystemClock()
    catalog = PluginCatalog(settings.plugin_dir, clock, settings.plugin_value)
    check_request(config, options, catalog)
    scanning = Scanning(settings, clock, catalog, ParquetPriceCache(settings.cache_dir, clock))
    listeners = [] if listener is None else [listener]
    return scanning.scan(config, options, listeners, cancel or CancelToken(), Attempt(run_id=f"local-{ULID()}"))


def check_files(folder: Path) -> dict[str, Any]:
    """Return the document on what each file of any readable folder is read as. Raises ConfigError."""
    return check_folder(folder, SystemClock())


def files_mapping_text(report: dict[str, Any]) -> str:
    """Return the files.toml that says what the files of a report are read as."""
    return mapping_text(report)


def write_files_mapping(folder: Path) -> Path:
    """Write what the files of a folder are read as into its files.toml, and return its path. Raises ConfigError."""
    return write_mapping(folder, SystemClock())


def _coverage(catalog: PluginCatalog, cache: ParquetPriceCache, config: ScanConfig, symbols: Sequence[str]) -> int:
    source = catalog.source(config.source, config)
    last = source.info().last_session
    as_of = min((day for day in (config.as_of_date, last) if day is not None), default=None)
    return cache.fresh_count(catalog.key_of(source, config), symbols, config.lookback_sessions, as_of)


def _past_bars(
    catalog: PluginCatalog,
    cache: ParquetPriceCache,
    config: ScanConfig,
    symbols: Sequence[str],
    since: date,
    sessions: int,
) -> Panel:
    return cache.held(catalog.cache_key(config), symbols, since, sessions)


def _demand(store: SqlStore, clock: Clock, stale_after: timedelta) -> Demand:
    queued = store.count_by_status().get(RunStatus.QUEUED, 0)
    return Demand(queued, store.workers(clock.now() - stale_after))
