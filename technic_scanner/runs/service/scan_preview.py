"""Compute before a scan starts how many symbols match and how long it will take."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from technic_scanner.clock import Clock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunRecord
from technic_scanner.domain.universe import Universe
from technic_scanner.errors import TechnicError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.progress.costs import Estimate, estimate_before_start
from technic_scanner.runs.model import Work
from technic_scanner.runs.ports import Catalog, Coverage, RunStore
from technic_scanner.runs.service.validation import check_request
from technic_scanner.runs.timings.estimates import MatchCount, cost_runs, expected_work, history_of, match

_log = logging.getLogger(__name__)

UNIVERSE_KEPT_SECONDS = 60.0
_UNIVERSES_KEPT = 8


class ScanPreview:
    """Estimates from the sources, the cache and past runs; caches universes for a minute. Thread-safe."""

    def __init__(self, store: RunStore, catalog: Catalog, clock: Clock, coverage: Coverage | None = None) -> None:
        self._store = store
        self._catalog = catalog
        self._clock = clock
        self._coverage = coverage
        self._lock = threading.Lock()
        self._universes: dict[tuple[str, str | None], tuple[float, Universe]] = {}

    def match_count(self, config: ScanConfig) -> MatchCount:
        """Return how many symbols pass the universe filters. Raises ConfigError for an invalid config, SourceError."""
        check_request(config, RunOptions(), self._catalog)
        return match(self._universe(config), config, self._clock.now().date())

    def estimate(self, config: ScanConfig, options: RunOptions) -> Estimate:
        """Return the expected seconds with their 80 % band; None without past runs. Raises as ``match_count``."""
        check_request(config, options, self._catalog)
        runs = cost_runs(self._store, config, options)
        return estimate_before_start(history_of(runs), self._work(config, options, runs))

    def work(self, config: ScanConfig, options: RunOptions) -> Work | None:
        """Return the units of work that a scan is expected to contain; None if they or their costs are unknown.

        An unavailable source raises no error here: the run itself reports it.
        """
        runs = cost_runs(self._store, config, options)
        if not runs:
            return None
        try:
            return self._work(config, options, runs)
        except TechnicError as error:
            _log.info("no forecast of the work of a run: %s", error)
            return None

    def _work(self, config: ScanConfig, options: RunOptions, runs: Sequence[RunRecord]) -> Work:
        symbols = match(self._universe(config), config, self._clock.now().date()).symbols
        return expected_work(runs, len(symbols), self._cached(config, options, symbols))

    def _cached(self, config: ScanConfig, options: RunOptions, symbols: tuple[str, ...]) -> int | None:
        if self._coverage is None:
            return None
        return 0 if options.refresh else self._coverage(config, symbols)

    def _universe(self, config: ScanConfig) -> Universe:
        name = (config.source, config.universe)
        now = self._clock.monotonic()
        with self._lock:
            kept = self._universes.get(name)
        if kept is not None and now - kept[0] < UNIVERSE_KEPT_SECONDS:
            return kept[1]
        universe = self._catalog.source(config.source, config).universe(config.universe, CancelToken())
        with self._lock:
            while len(self._universes) >= _UNIVERSES_KEPT:
                self._universes.pop(next(iter(self._universes)))
            self._universes[name] = (now, universe)
        return universe
