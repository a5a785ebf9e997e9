"""Choose the adapters and connect the services of one process; sources and executors come by their entry points."""

from __future__ import annotations

import math
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from ulid import ULID

from technic_scanner.adapters.calendars.calendars import ExchangeCalendars
from technic_scanner.adapters.calendars.verdicts import checked_trust, kept_trust, verdicts_file
from technic_scanner.adapters.launcher import WorkerLauncher
from technic_scanner.adapters.market_data.price_cache.cache import ParquetPriceCache
from technic_scanner.adapters.standby_keeper import StandbyKeeper
from technic_scanner.adapters.stores.sql_store import SqlStore
from technic_scanner.adapters.worker_logs import lines_of_run
from technic_scanner.adapters.worker_process import worker_arrived
from technic_scanner.bootstrap.cached_panels import CachedPanels
from technic_scanner.bootstrap.market_line import MarketLine, market_line
from technic_scanner.bootstrap.scanning import Scanning, rehearse
from technic_scanner.bootstrap.session_steps import other_session
from technic_scanner.bootstrap.standby import ahead_of, queue_listener, standing_by
from technic_scanner.clock import Clock
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.domain.sessions import CalendarTrust
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.plugins.catalog import PluginCatalog
from technic_scanner.runs.alerts.service import AlertService
from technic_scanner.runs.changes.service import ChangesService
from technic_scanner.runs.listeners import RunListeners
from technic_scanner.runs.notes.service import NoteService
from technic_scanner.runs.performance.performance_service import PerformanceService
from technic_scanner.runs.saved_criteria.service import SavedCriteriaService
from technic_scanner.runs.saved_views.service import SavedViewService
from technic_scanner.runs.schedules.keeper import Keeper
from technic_scanner.runs.schedules.service import ScheduleService
from technic_scanner.runs.service.scan_preview import ScanPreview
from technic_scanner.runs.service.service import RunService
from technic_scanner.runs.watchlists.service import WatchlistService
from technic_scanner.runs.worker.idle import Idle, StandingBy, Waiting
from technic_scanner.runs.worker.worker import Worker, WorkerIdentity, WorkerRules
from technic_scanner.screening.bars import Panel
from technic_scanner.settings import Settings, unknown_variables
from technic_scanner.version import VERSION

if TYPE_CHECKING:
    from technic_scanner.adapters.market_data.files.source import FilesSource
    from technic_scanner.runs.studies.service import StudyService
    from technic_scanner.runs.studies.sweeps import SweepService


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
    changes: ChangesService
    schedules: ScheduleService
    alerts: AlertService
    keeper: Keeper
    listeners: RunListeners
    launcher: WorkerLauncher
    cached_panels: CachedPanels
    criteria: SavedCriteriaService
    notes: NoteService
    views: SavedViewService
    watchlists: WatchlistService
    preview: ScanPreview
    calendars: ExchangeCalendars

    @property
    def studies(self) -> StudyService:
        """Answers studies."""
        from technic_scanner.runs.studies.service import StudyService  # noqa: PLC0415 - scans need no studies

        return StudyService(self.scanning.study_bars, self.store)

    @property
    def sweeps(self) -> SweepService:
        """Queues parameter studies."""
        from technic_scanner.runs.studies.sweeps import SweepService  # noqa: PLC0415 - nor these

        return SweepService(self.service, self.store)

    def bars(self, config: ScanConfig, symbol: str, as_of: date | None, bars: int) -> Panel:
        """Return what the cache holds of one symbol up to ``as_of``, at most ``bars`` sessions; maybe no symbol."""
        return self.cache.read(self.catalog.cache_key(config), [symbol], bars, as_of).panel

    def market_line(self, config: ScanConfig, symbols: Sequence[str], as_of: date | None) -> MarketLine:
        """Return what the config's symbols are compared with: a benchmark, or else the index of ``symbols``."""
        return market_line(self.catalog, self.cache, config, symbols, as_of)

    def other_session(self, config: ScanConfig, step: int) -> date | None:
        """Return the session ``step`` sessions after (negative: before) the config's date; see ``session_steps``."""
        return other_session(self.catalog, self.calendars, self.preview, self.clock, config, step)

    def log_of(self, run_id: str) -> tuple[str, ...]:
        """Return the lines about a run in the workers' logs of this machine. Raises OSError."""
        return lines_of_run(self.settings.log_dir, run_id)

    def unknown_settings(self) -> tuple[str, ...]:
        """Return a sentence for each TECHNIC_ variable of the environment that nothing here reads."""
        return unknown_variables(self.catalog.variables)

    def calendar_trust(self) -> tuple[CalendarTrust, ...]:
        """Say of each exchange whose sessions are used; checks all calendars, once per release of theirs (10 s)."""
        return checked_trust(verdicts_file())

    def known_calendar_trust(self) -> tuple[CalendarTrust, ...] | None:
        """Return the same if the check has been done before, else None."""
        return kept_trust(verdicts_file())

    def files_report(self, universe: str | None = None) -> dict[str, Any]:
        """Return what each file of the source ``files`` is read as. ConfigError if it is not offered or has no such."""
        return self._files(universe).report()

    def file_preview(self, universe: str | None, name: str) -> dict[str, Any]:
        """Return the first rows of one of these files beside the bars that were made of them. Raises ConfigError."""
        return self._files(universe).preview(name)

    def _files(self, universe: str | None) -> FilesSource:
        from technic_scanner.adapters.market_data.files.source import FilesSource  # noqa: PLC0415 - of one source alone

        source = self.catalog.source("files", ScanConfig(source="files", universe=universe))
        if not isinstance(source, FilesSource):
            raise ConfigError([FieldProblem("source", "another package's source is called files")])
        return source

    def worker(self, idle: Idle | None = None) -> Worker:
        """Make a worker of this process, which ends at an empty queue unless ``idle`` decides otherwise."""
        host, pid = socket.gethostname(), os.getpid()
        identity = WorkerIdentity(f"{host}-{pid}-{ULID()}", host, pid, VERSION)
        rules = WorkerRules(
            max_running=self.settings.max_concurrent_runs, stale_after_seconds=self.settings.stale_after_seconds
        )
        told, due = self.listeners.tell, partial(look, self.schedules, self.alerts)
        arrived = partial(worker_arrived, self.settings.log_dir, pid)
        return Worker(
            self.store, self.scanning, self.clock, identity, rules,
            tell=told, idle=idle, fire_due=due, can_read=self._can_read, arrived=arrived,
        )  # fmt: skip

    def waits_elsewhere(self, run: RunRecord) -> str | None:
        """Say why a queued run waits for a worker of another host; None if this host's workers can take it."""
        source = run.config.source
        reason = self.catalog.unreadable_here(source) if run.status is RunStatus.QUEUED else None
        return reason and f"Waiting for a worker on a host that can read the source {source}: here, {reason}."

    def _can_read(self, source: str) -> bool:
        return self.catalog.unreadable_here(source) is None

    @contextmanager
    def waiting(self) -> Iterator[Idle]:
        """Give what lets a worker wait for runs indefinitely and wakes it when one is queued."""
        with queue_listener(self.settings, self.store, self.clock) as queue:
            yield Waiting(queue.wait)

    @contextmanager
    def standing_by(self, server_pid: int, most_seconds: float = math.inf) -> Iterator[StandingBy]:
        """Give what lets a worker stay loaded for the next run as long as the process ``server_pid`` runs.

        It leaves after ``most_seconds`` without a run, and after those of the settings.
        """
        with queue_listener(self.settings, self.store, self.clock) as queue:
            yield standing_by(self.settings, queue.wait, partial(rehearse, self.scanning), server_pid, most_seconds)

    @contextmanager
    def ahead_of(self, client_pid: int) -> Iterator[StandingBy]:
        """Give what lets a worker wait for the run that the process ``client_pid`` will queue, while that runs."""
        with queue_listener(self.settings, self.store, self.clock, client_pid) as queue:
            yield ahead_of(queue.wait, client_pid)

    @contextmanager
    def standby_workers(self) -> Iterator[None]:
        """Keep the standby workers of the settings alive during the block; for servers."""
        if not self.settings.standby_workers:
            yield
            return
        with StandbyKeeper(self.launcher.ensure_standby):
            yield

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let run listeners end, then close the store's connections."""
        self.keeper.stop()
        self.listeners.close()
        self.store.close()


def look(schedules: ScheduleService, alerts: AlertService) -> None:
    """Fire what is due, and send what waits."""
    schedules.tick()
    alerts.tick()
