"""The only module that picks adapters and wires services; sources and executors come by their entry points."""

from __future__ import annotations

import compileall
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from ulid import ULID

from technic_scanner.adapters.calendars.session_days import exchange_sessions
from technic_scanner.adapters.calendars.verdicts import checked_trust, kept_trust
from technic_scanner.adapters.earlier_exports import delete_exports
from technic_scanner.adapters.launcher import Demand, WorkerLauncher, worker_arrived
from technic_scanner.adapters.market_data.price_cache.cache import ParquetPriceCache
from technic_scanner.adapters.peak_memory import peak_memory_bytes
from technic_scanner.adapters.processes import memory_bytes
from technic_scanner.adapters.processes import runs as process_runs
from technic_scanner.adapters.queue_bell.local import LocalBell, LocalListener
from technic_scanner.adapters.queue_bell.postgresql import PostgresListener
from technic_scanner.adapters.standby_keeper import StandbyKeeper
from technic_scanner.adapters.stores.backups import Copied, back_up, restore
from technic_scanner.adapters.stores.database import QUEUE_CHANNEL
from technic_scanner.adapters.stores.engine import file_url
from technic_scanner.adapters.stores.sql_store import SqlStore, open_store
from technic_scanner.clock import Clock, SystemClock
from technic_scanner.criteria import Criteria
from technic_scanner.criteria.judging import Judgement
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.domain.sessions import CalendarTrust
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.context import NullChunkJournal, ScanContext, ScanPorts
from technic_scanner.pipeline.engine import Attempt
from technic_scanner.pipeline.engine import run_scan as run_pipeline
from technic_scanner.pipeline.newest_bars import read_panel
from technic_scanner.pipeline.ports import ChunkJournal, Listener, Source
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.plugins.catalog import PluginCatalog
from technic_scanner.progress.reporter import ProgressReporter
from technic_scanner.runs.listeners import RunListeners
from technic_scanner.runs.performance.performance_service import PerformanceService
from technic_scanner.runs.ports import ScanTask
from technic_scanner.runs.service.service import RunService, ServiceRules
from technic_scanner.runs.service.validation import check_request
from technic_scanner.runs.worker.idle import Idle, StandingBy, Waiting
from technic_scanner.runs.worker.worker import Worker, WorkerIdentity, WorkerRules
from technic_scanner.screening.bars import Panel
from technic_scanner.screening.indicators import warm_up as compile_kernels
from technic_scanner.settings import Settings, environment_with, load_settings, unknown_variables
from technic_scanner.version import VERSION

_REHEARSAL = ScanConfig(source="synthetic", universe="20x300")
_CALENDARS = "calendars.json"  # what the check of the exchange calendars found
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

    def judge(self, config: ScanConfig, criteria: Criteria, cancel: CancelToken | None = None) -> Judgement:
        """Judge the symbols of a config by criteria in their newest session, without a run. Raises as a scan does."""
        check_request(config, RunOptions(), self.catalog)
        source, options = self.catalog.source(config.source, config), RunOptions()
        executor = self.catalog.executor(options)
        try:
            ports = ScanPorts(source, self.catalog.key_of(source, config), self.cache, executor, self.clock)
            reporter = ProgressReporter("criteria", options.stage_plan, self.clock)
            context = ScanContext(config, options, ports, reporter, cancel or CancelToken())
            panel = read_panel(context, criteria, exchange_sessions)
        finally:
            executor.close()
        return criteria.judge(panel)

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
                reference=self._reference(config),
                cache=self.cache,
                executor=executor,
                clock=self.clock,
                journal=journal or NullChunkJournal(),
                peak_memory_bytes=peak_memory_bytes,
                version=VERSION,
                exchange_sessions=exchange_sessions,
                pulse_seconds=PULSE_SECONDS if journal is not None else None,  # others may not bear a second thread
            )
            return run_pipeline(config, options, ports, listeners=listeners, cancel=cancel, attempt=attempt)
        finally:
            executor.close()

    def _reference(self, config: ScanConfig) -> tuple[Source, str] | None:
        """Open the reference universe that the config names, as a scan of it would; None if it names none."""
        if config.reference is None:
            return None
        of_reference = replace(config, universe=config.reference)
        source = self.catalog.source(config.source, of_reference)
        return source, self.catalog.key_of(source, of_reference)


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
    launcher: WorkerLauncher

    def bars(self, config: ScanConfig, symbol: str, as_of: date | None, bars: int) -> Panel:
        """Return what the cache holds of one symbol up to ``as_of``, at most ``bars`` sessions; maybe no symbol."""
        return self.cache.read(self.catalog.cache_key(config), [symbol], bars, as_of).panel

    def outcomes_mark(self) -> str:
        """Return a text that changes whenever runs or bars do from which outcomes are computed; quick."""
        return f"{self.store.dated_runs_mark()} {self.cache.mark()}"

    def unknown_settings(self) -> tuple[str, ...]:
        """Return a sentence for each TECHNIC_ variable of the environment that nothing here reads."""
        return unknown_variables(self.catalog.variables)

    def calendar_trust(self) -> tuple[CalendarTrust, ...]:
        """Say of each exchange whose sessions are used; checks all calendars, once per installation (some 10 s)."""
        return checked_trust(self.settings.home / _CALENDARS)

    def known_calendar_trust(self) -> tuple[CalendarTrust, ...] | None:
        """Return the same if the check has been done before, else None."""
        return kept_trust(self.settings.home / _CALENDARS)

    def worker(self, idle: Idle | None = None) -> Worker:
        """Make a worker of this process, which ends at an empty queue unless ``idle`` decides otherwise."""

        host, pid = socket.gethostname(), os.getpid()
        worker_arrived(self.settings.log_dir, pid)
        identity = WorkerIdentity(f"{host}-{pid}-{ULID()}", host, pid, VERSION)
        rules = WorkerRules(
            max_running=self.settings.max_concurrent_runs, stale_after_seconds=self.settings.stale_after_seconds
        )
        return Worker(self.store, self.scanning, self.clock, identity, rules, tell=self.listeners.tell, idle=idle)

    @contextmanager
    def waiting(self) -> Iterator[Idle]:
        """Give what lets a worker wait for runs indefinitely and wakes it when one is queued."""
        with self._queue_listener() as queue:
            yield Waiting(queue.wait)

    @contextmanager
    def standing_by(self, server_pid: int) -> Iterator[StandingBy]:
        """Give what lets a worker stay loaded for the next run as long as the process ``server_pid`` runs."""
        with self._queue_listener() as queue:
            yield StandingBy(
                queue.wait,
                partial(rehearse, self),
                partial(process_runs, server_pid),
                memory_bytes,
                idle_limit_seconds=self.settings.standby_idle_seconds,
                memory_limit_bytes=self.settings.standby_max_bytes,
            )

    @contextmanager
    def standby_workers(self) -> Iterator[None]:
        """Keep the standby workers of the settings alive during the block; for servers."""
        if not self.settings.standby_workers:
            yield
            return
        with StandbyKeeper(self.launcher.ensure_standby):
            yield

    def _queue_listener(self) -> LocalListener | PostgresListener:
        conninfo = self.store.notifications
        if conninfo is None:
            return LocalBell(self.settings.bell_dir).listen(str(os.getpid()), self.clock)
        return PostgresListener(conninfo, QUEUE_CHANNEL, self.clock)

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
    _make_home(settings.home)
    clock = SystemClock()
    catalog = PluginCatalog(settings.plugin_dir, clock, settings.plugin_value)
    store = open_store(store_url(settings), clock)
    listeners = RunListeners(store, catalog.run_listeners, catalog.run_listener, clock)
    cache = ParquetPriceCache(settings.cache_dir, clock)
    scanning = Scanning(settings, clock, catalog, cache)
    launcher = WorkerLauncher(
        partial(_demand, store, clock, timedelta(seconds=settings.stale_after_seconds)),
        settings.max_concurrent_runs,
        settings.log_dir,
        environment_with(**settings.environment()),
        clock,
        wake=LocalBell(settings.bell_dir).ring,
        standby_workers=settings.standby_workers,
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
    return Services(settings, clock, store, catalog, cache, scanning, service, outcomes, listeners, launcher)


def store_url(settings: Settings) -> str:
    """Return the URL of the run store that the settings name."""
    return settings.database_url or file_url(settings.store_file)


def back_up_store(target: Path, *, overwrite: bool) -> Copied:
    """Copy the run store into one checked file. Raises ConfigError, StoreError."""
    return back_up(store_url(load_settings()), target, overwrite=overwrite)


def restore_store(source: Path) -> Copied:
    """Replace the run store by a copy and bring that up to date. Raises ConfigError, StoreError."""
    settings = load_settings()
    _make_home(settings.home)
    restored = restore(store_url(settings), source, SystemClock())
    build(settings).close()
    return restored


def _make_home(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = "a file has this name" if home.is_file() else error.strerror
        raise ConfigError([FieldProblem("TECHNIC_HOME", f"the folder {home} cannot be made: {reason}")]) from error


def warm_up() -> None:
    """Compile the kernels into numba's cache and this package to bytecode; quick when that was done before.

    Where Python was told to write no bytecode, every process would otherwise compile the package anew as it starts.
    """
    compile_kernels()
    compileall.compile_dir(Path(__file__).parent, quiet=2)


def rehearse(services: Services) -> None:
    """Scan a few synthetic symbols, so that everything that a scan needs is imported, compiled and loaded."""
    with TemporaryDirectory(prefix="technic-standby-") as folder:
        cache = ParquetPriceCache(Path(folder), services.clock)
        scanning = Scanning(services.settings, services.clock, services.catalog, cache)
        scanning.scan(_REHEARSAL, RunOptions(), [], CancelToken(), Attempt(run_id="rehearsal"))


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
