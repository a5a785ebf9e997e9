"""Connect the services of one process: open the store, choose the adapters, and give each service what it needs."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from technic_scanner.adapters.calendars.calendars import ExchangeCalendars
from technic_scanner.adapters.earlier_exports import delete_exports
from technic_scanner.adapters.launcher import Demand, WorkerLauncher
from technic_scanner.adapters.market_data.price_cache.cache import ParquetPriceCache
from technic_scanner.adapters.notify.channels import NamedChannels
from technic_scanner.adapters.notify.keyring_addresses import ChannelAddresses
from technic_scanner.adapters.queue_bell.local import LocalBell
from technic_scanner.adapters.stores.sql_store import SqlStore, open_store
from technic_scanner.bootstrap.bars import asked_through, coverage, past_bars
from technic_scanner.bootstrap.cached_panels import CachedPanels
from technic_scanner.bootstrap.scanning import Scanning
from technic_scanner.bootstrap.services import Services, look
from technic_scanner.clock import Clock, SystemClock
from technic_scanner.domain.config import ScanConfig
from technic_scanner.home import make_home, store_url
from technic_scanner.plugins.catalog import PluginCatalog
from technic_scanner.runs.alerts.service import AlertService
from technic_scanner.runs.alerts.told_changes import ToldChanges
from technic_scanner.runs.changes.service import ChangesService
from technic_scanner.runs.listeners import RunListeners
from technic_scanner.runs.notes.service import NoteService
from technic_scanner.runs.performance.performance_service import PerformanceService
from technic_scanner.runs.saved_criteria.service import SavedCriteriaService
from technic_scanner.runs.saved_views.service import SavedViewService
from technic_scanner.runs.schedules.data_probe import SourceProbe
from technic_scanner.runs.schedules.keeper import Keeper
from technic_scanner.runs.schedules.service import ScheduleService
from technic_scanner.runs.service.rules import ServiceRules
from technic_scanner.runs.service.scan_preview import ScanPreview
from technic_scanner.runs.service.service import RunService
from technic_scanner.runs.service.upkeep import Upkeep
from technic_scanner.runs.watchlists.lookup import WatchlistLookup
from technic_scanner.runs.watchlists.service import RunPicks, WatchlistService
from technic_scanner.settings import Settings, channel_variables, environment_with, load_settings


def build(settings: Settings | None = None) -> Services:
    """Open the store and wire the services; the caller closes them. Raises ConfigError for bad settings, StoreError."""
    settings = settings or load_settings()
    make_home(settings.home)
    clock = SystemClock()
    catalog = PluginCatalog(settings.plugin_dir, clock, settings.plugin_value)
    store = open_store(store_url(settings), clock)
    listeners = RunListeners(store, catalog.run_listeners, catalog.run_listener, clock)
    cache = ParquetPriceCache(settings.cache_dir, clock)
    lookup = WatchlistLookup(store)
    scanning = Scanning(settings, clock, catalog, cache, lookup.resolved)
    launcher = WorkerLauncher(
        partial(_demand, store, catalog, clock, timedelta(seconds=settings.stale_after_seconds)),
        settings.max_concurrent_runs,
        settings.log_dir,
        environment_with(**settings.environment()),
        clock,
        wake=LocalBell(settings.bell_dir).ring,
        standby_workers=settings.standby_workers,
    )
    cached = partial(coverage, catalog, cache)
    rules = ServiceRules(settings.stale_after_seconds, settings.max_queued_runs_per_token)
    service = RunService(
        store,
        catalog,
        launcher,
        clock,
        coverage=cached,
        rules=rules,
        tell=listeners.tell,
        deleted=partial(delete_exports, settings.home / "exports"),
    )
    bars = partial(past_bars, catalog, cache)
    calendars = ExchangeCalendars()
    preview = ScanPreview(store, catalog, clock, cached, settings.stale_after_seconds)
    schedules = ScheduleService(
        store,
        service,
        calendars,
        clock,
        probe=SourceProbe(catalog),
        work=preview.work,
        resolved=lookup.resolved,
        queued=Upkeep(store, launcher, clock, settings.stale_after_seconds).ensure_worker,
    )
    changes = ChangesService(store, bars)
    channels = NamedChannels(
        ChannelAddresses(channel_variables, settings.alert_keyring_channels), settings.alert_allowed_networks, clock
    )
    alerts = AlertService(store, ToldChanges(changes.what_is_new, lookup.symbols_of), channels, clock)
    return Services(
        settings,
        clock,
        store,
        catalog,
        cache,
        scanning,
        service,
        PerformanceService(store, catalog, bars, partial(asked_through, catalog, cache), host=socket.gethostname()),
        changes,
        schedules,
        alerts,
        Keeper(partial(look, schedules, alerts)),
        listeners,
        launcher,
        CachedPanels(catalog, cache, clock, lookup.resolved),
        SavedCriteriaService(store),
        NoteService(store),
        SavedViewService(store),
        WatchlistService(store, partial(_symbols, preview), partial(_picks, service)),
        preview,
        calendars,
    )


def _symbols(preview: ScanPreview, config: ScanConfig) -> Sequence[str]:
    return [security.symbol for security in preview.universe(config).securities]


def _picks(service: RunService, run_id: str) -> RunPicks:
    result = service.result(run_id)
    return RunPicks(result.table, result.as_of)


def _demand(store: SqlStore, catalog: PluginCatalog, clock: Clock, stale_after: timedelta) -> Demand:
    """Return what workers of this host are needed for: runs of sources that it cannot read are for other hosts."""
    queued = sum(count for source, count in store.queued_sources().items() if catalog.unreadable_here(source) is None)
    return Demand(queued, store.workers(clock.now() - stale_after))
