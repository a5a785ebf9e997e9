"""Look up the stored baseline of a scan that runs outside the run store."""

from __future__ import annotations

import logging

from technic_scanner.adapters.stores.sql_store import open_store
from technic_scanner.clock import SystemClock
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.metrics import ScanMetrics
from technic_scanner.errors import StoreError
from technic_scanner.home import store_url
from technic_scanner.runs.timings.baseline import baseline_of, measured_against
from technic_scanner.settings import Settings, load_settings

_log = logging.getLogger(__name__)


def with_stored_baseline(metrics: ScanMetrics, config: ScanConfig, settings: Settings | None = None) -> ScanMetrics:
    """Return the metrics against the newest baseline in the run store of the home folder.

    Unchanged where there is no store or no baseline, or where the store cannot be read, which is logged.
    """
    settings = settings or load_settings()
    if settings.database_url is None and not settings.store_file.exists():
        return metrics
    try:
        store = open_store(store_url(settings), SystemClock())
        try:
            return measured_against(metrics, baseline_of(store, config))
        finally:
            store.close()
    except StoreError as error:
        _log.warning("the baseline is unknown, because the run store cannot be read: %s", error)
        return metrics
