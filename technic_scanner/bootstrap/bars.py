"""Ask the price cache for what the services need to know of bars."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from technic_scanner.adapters.market_data.price_cache.cache import ParquetPriceCache
from technic_scanner.domain.config import ScanConfig
from technic_scanner.plugins.catalog import PluginCatalog
from technic_scanner.screening.bars import Panel


def coverage(catalog: PluginCatalog, cache: ParquetPriceCache, config: ScanConfig, symbols: Sequence[str]) -> int:
    source = catalog.source(config.source, config)
    last = source.info().last_session
    as_of = min((day for day in (config.as_of_date, last) if day is not None), default=None)
    return cache.fresh_count(catalog.key_of(source, config), symbols, config.lookback_sessions, as_of)


def asked_through(
    catalog: PluginCatalog, cache: ParquetPriceCache, config: ScanConfig, symbols: Sequence[str]
) -> dict[str, date]:
    return cache.asked_through(catalog.cache_key(config), symbols)


def past_bars(
    catalog: PluginCatalog,
    cache: ParquetPriceCache,
    config: ScanConfig,
    symbols: Sequence[str],
    since: date,
    sessions: int,
    *,
    volume: bool = False,
) -> Panel:
    return cache.held(catalog.cache_key(config), symbols, since, sessions, volume=volume)
