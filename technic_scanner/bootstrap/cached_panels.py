"""Hold the cached bars of one choice of symbols in memory, so that criteria are counted on them while they are written.

Nothing is fetched: what is not in the price cache is missing.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from technic_scanner.adapters.calendars.session_days import exchange_sessions
from technic_scanner.adapters.market_data.price_cache.cache import ParquetPriceCache
from technic_scanner.clock import Clock
from technic_scanner.criteria import Criteria
from technic_scanner.criteria.panel import Panel
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.universe import Universe
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.newest_bars import ALL_SESSIONS, criteria_panel, sessions_to_read
from technic_scanner.pipeline.universe import CHOOSING_FIELDS, filter_securities, fit_securities
from technic_scanner.plugins.catalog import PluginCatalog
from technic_scanner.runs.watchlists.lookup import without_watchlists
from technic_scanner.screening.bars import Panel as Bars
from technic_scanner.screening.index_bars import index_bars

KEPT_SECONDS = 300.0
_WHAT = (*CHOOSING_FIELDS, "as_of_date")


@dataclass(frozen=True, slots=True, eq=False)
class CachedPanel:
    """Cached bars up to their newest session, None without any, and how many symbols were asked for."""

    panel: Panel
    asked: int
    session: date | None


@dataclass(frozen=True, slots=True)
class _Held:
    key: tuple[object, ...]
    sessions: int
    read_at: float
    found: CachedPanel


class CachedPanels:
    """The bars of the newest cached session and before it; the panel of one choice is held, five minutes at most."""

    def __init__(
        self,
        catalog: PluginCatalog,
        cache: ParquetPriceCache,
        clock: Clock,
        resolved: Callable[[ScanConfig], ScanConfig] = without_watchlists,
    ) -> None:
        """Wire it; ``resolved`` gives a config the symbols of its watchlists."""
        self._resolved = resolved
        self._catalog = catalog
        self._cache = cache
        self._clock = clock
        self._lock = threading.Lock()
        self._held: _Held | None = None

    def read(self, config: ScanConfig, criteria: Criteria | None = None) -> CachedPanel:
        """Return the cached bars that ``criteria`` need (None: all), of the symbols that a config matches.

        Raises ConfigError, SourceError, StoreError.
        """
        config = self._resolved(config)
        sessions = ALL_SESSIONS if criteria is None else sessions_to_read(criteria)
        of_market = criteria is not None and criteria.reads_market
        key = (*(getattr(config, name) for name in _WHAT), self._cache.mark(), of_market)
        with self._lock:
            held, now = self._held, self._clock.monotonic()
            if held is None or held.key != key or held.sessions < sessions or now - held.read_at > KEPT_SECONDS:
                self._held = None  # its memory is free before the next one is read
                held = self._held = _Held(key, sessions, now, self._read(config, sessions, of_market=of_market))
            return held.found

    def _read(self, config: ScanConfig, sessions: int, *, of_market: bool) -> CachedPanel:
        config = replace(config, lookback_sessions=sessions)
        source = self._catalog.source(config.source, config)
        key = self._catalog.key_of(source, config)
        universe = source.universe(config.universe, CancelToken())
        kept = filter_securities(universe, config).kept
        symbols = [security.symbol for security in kept]
        until = min((day for day in (self._newest(key, symbols), config.as_of_date) if day is not None), default=None)
        bars = self._cache.read(key, symbols, sessions, until).panel
        benchmark = source.benchmark()
        market = self._cache.read(key, [] if benchmark is None else [benchmark], sessions, until).panel
        panel = criteria_panel(bars, kept, market, exchange_sessions)
        if of_market and not market.symbols:
            panel = replace(panel, index=index_bars(self._reference(config, universe, sessions, until)))
        return CachedPanel(panel, len(symbols), bars.sessions[-1].item() if len(bars.sessions) else None)

    def _reference(self, config: ScanConfig, universe: Universe, sessions: int, until: date | None) -> Bars:
        """Return the cached bars of the reference universe: the one that the config names, else all of ``universe``."""
        if config.reference is not None:
            config = replace(config, universe=config.reference)
            universe = self._catalog.source(config.source, config).universe(config.universe, CancelToken())
        key = self._catalog.key_of(self._catalog.source(config.source, config), config)
        day = until or self._clock.now().date()
        symbols = [item.symbol for item in fit_securities(universe) if not item.membership or item.is_member(day)]
        return self._cache.read(key, symbols, sessions, until).panel

    def _newest(self, key: str, symbols: Sequence[str]) -> date | None:
        """Return the day through which the bars of most symbols are cached; the later one of two."""
        days = Counter(self._cache.asked_through(key, symbols).values())
        return max(days, key=lambda day: (days[day], day), default=None)
