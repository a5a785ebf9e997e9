"""Compute before a scan starts how many symbols match and how long it will take."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Protocol, TypeVar

from technic_scanner.clock import Clock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import STALE_AFTER_SECONDS, RunRecord
from technic_scanner.domain.universe import GIVEN_SYMBOLS, Universe
from technic_scanner.errors import TechnicError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.universe import as_listed
from technic_scanner.progress.costs import Estimate, estimate_before_start
from technic_scanner.runs.model import Work
from technic_scanner.runs.ports import Catalog, Coverage, RunStore
from technic_scanner.runs.service.resolving import Requests
from technic_scanner.runs.timings.estimates import (
    MatchCount,
    expected_work,
    history_of,
    match,
    usual_queue_seconds,
    with_gaps,
)
from technic_scanner.runs.timings.recent_costs import RecentCosts
from technic_scanner.runs.watchlists.model import WatchlistStore

_log = logging.getLogger(__name__)

UNIVERSE_KEPT_SECONDS = 60.0
_KEPT = 8
K = TypeVar("K")
V = TypeVar("V")


class PreviewStore(RunStore, WatchlistStore, Protocol):
    """What a preview needs of the store."""


class ScanPreview:
    """Estimates from the sources, the cache and past runs; caches universes for a minute. Thread-safe."""

    def __init__(
        self,
        store: PreviewStore,
        catalog: Catalog,
        clock: Clock,
        coverage: Coverage | None = None,
        stale_after_seconds: float = STALE_AFTER_SECONDS,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._clock = clock
        self._coverage = coverage
        self._stale_after = timedelta(seconds=stale_after_seconds)
        self._requests = Requests(store, catalog)
        self._costs = RecentCosts(store, clock)
        self._lock = threading.Lock()
        self._universes: dict[tuple[object, ...], tuple[float, Universe]] = {}
        self._matches: dict[ScanConfig, tuple[Universe, date, MatchCount]] = {}

    def match_count(self, config: ScanConfig) -> MatchCount:
        """Return how many symbols pass the universe filters. Raises ConfigError for an invalid config, SourceError."""
        return self._matching(self._requests.checked(config, RunOptions()))

    def estimate(self, config: ScanConfig, options: RunOptions) -> Estimate:
        """Return the expected seconds with their 80 % band; None without past runs. Raises as ``match_count``."""
        config = self._requests.checked(config, options)
        runs = self._like(config, options)
        estimate = estimate_before_start(history_of(runs), self._work(config, options, runs))
        return replace(with_gaps(estimate, runs), queue_seconds=usual_queue_seconds(runs))

    def named_symbols(self, config: ScanConfig) -> dict[str, str | None]:
        """Return each symbol that a config names → as its universe writes it, None if the universe does not have it.

        Raises ConfigError for a source that does not exist, SourceError.
        """
        listed = as_listed(config.symbols, self.universe(config).securities)
        return {symbol: listed.get(symbol) for symbol in config.symbols}

    def exchange(self, config: ScanConfig) -> str | None:
        """Return the exchange of most securities of a config's universe, None if none has one. Raises as above."""
        known = Counter(security.exchange for security in self.universe(config).securities if security.exchange)
        return known.most_common(1)[0][0] if known else None

    def work(self, config: ScanConfig, options: RunOptions) -> Work | None:
        """Return the units of work that a scan is expected to contain; None if they or their costs are unknown.

        An unavailable source raises no error here: the run itself reports it.
        """
        return self.works([config], options)[0]

    def works(self, configs: Sequence[ScanConfig], options: RunOptions) -> tuple[Work | None, ...]:
        """Return the same of each of several scans."""
        like = {config.source: config for config in configs}
        runs = {source: self._like(config, options) for source, config in like.items()}
        return tuple(self._expected(config, options, runs[config.source]) for config in configs)

    def _expected(self, config: ScanConfig, options: RunOptions, runs: Sequence[RunRecord]) -> Work | None:
        if not runs:
            return None
        try:
            return self._work(config, options, runs)
        except TechnicError as error:
            _log.info("no forecast of the work of a run: %s", error)
            return None

    def _like(self, config: ScanConfig, options: RunOptions) -> tuple[RunRecord, ...]:
        """Return the past runs that are measures of this one; a worker that is alive has its kernels loaded."""
        alive = self._store.workers(self._clock.now() - self._stale_after)
        return self._costs.runs(config, options, warm=bool(alive))

    def _work(self, config: ScanConfig, options: RunOptions, runs: Sequence[RunRecord]) -> Work:
        symbols = self._matching(config).symbols
        return expected_work(runs, len(symbols), self._cached(config, options, symbols))

    def _matching(self, config: ScanConfig) -> MatchCount:
        """Return which symbols of the kept universe match; what was found for the newest configs is found again."""
        universe, today = self.universe(config), self._clock.now().date()
        with self._lock:
            kept = self._matches.pop(config, None)
        found = kept if kept is not None and kept[0] is universe and kept[1] == today else None
        found = found or (universe, today, match(universe, config, today))
        with self._lock:
            _keep(self._matches, config, found)
        return found[2]

    def _cached(self, config: ScanConfig, options: RunOptions, symbols: tuple[str, ...]) -> int | None:
        if self._coverage is None:
            return None
        return 0 if options.refresh else self._coverage(config, symbols)

    def universe(self, config: ScanConfig) -> Universe:
        """Return the universe of a config, at most a minute old. Raises ConfigError, SourceError."""
        name: tuple[object, ...] = (config.source, config.universe)
        if config.universe == GIVEN_SYMBOLS:
            name = (*name, config.symbols)
        now = self._clock.monotonic()
        with self._lock:
            kept = self._universes.get(name)
        if kept is not None and now - kept[0] < UNIVERSE_KEPT_SECONDS:
            return kept[1]
        universe = self._catalog.source(config.source, config).universe(config.universe, CancelToken())
        with self._lock:
            _keep(self._universes, name, (now, universe))
        return universe


def _keep(newest: dict[K, V], name: K, value: V) -> None:
    """Keep a value, and forget the oldest of those that are too many."""
    while len(newest) >= _KEPT:
        newest.pop(next(iter(newest)))
    newest[name] = value
