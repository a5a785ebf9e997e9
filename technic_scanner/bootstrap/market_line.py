"""Read the line of the market that a run's symbols are compared with: its source's benchmark, or else an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from technic_scanner.adapters.market_data.price_cache.cache import ParquetPriceCache
from technic_scanner.domain.config import ScanConfig
from technic_scanner.plugins.catalog import PluginCatalog
from technic_scanner.screening.bars import DateArray, FloatArray
from technic_scanner.screening.regime import equal_weight_index

_SESSIONS = 12_600
# The index reads all bars of all symbols: about 400 MB at this many of them.
_MOST_BARS = 10_000_000
_LEAST_SESSIONS = 300


@dataclass(frozen=True, slots=True, eq=False)
class MarketLine:
    """The closes of a market: ``sessions`` (T,) ascending, ``close`` (T,) NaN where unknown."""

    name: str
    sessions: DateArray
    close: FloatArray

    def on(self, sessions: DateArray) -> FloatArray:
        """Return the closes on these sessions, NaN where the market has none."""
        closes = np.full(len(sessions), np.nan)
        if not len(self.sessions):
            return closes
        at = np.minimum(np.searchsorted(self.sessions, sessions), len(self.sessions) - 1)
        found = self.sessions[at] == sessions
        closes[found] = self.close[at[found]]
        return closes


def market_line(
    catalog: PluginCatalog, cache: ParquetPriceCache, config: ScanConfig, symbols: Sequence[str], as_of: date | None
) -> MarketLine:
    """Return the benchmark of the config's source, as far as the cache has it up to ``as_of``.

    Without one it is the equal-weight index of ``symbols``, which are those that the run scanned; of very many symbols
    it has fewer sessions. Raises SourceError, ConfigError where the source is no longer there.
    """
    source = catalog.source(config.source, config)
    key, name = catalog.key_of(source, config), source.benchmark()
    if name is not None:
        panel = cache.read(key, [name], _SESSIONS, as_of).panel
        if panel.symbols and np.isfinite(panel.close).any():
            return MarketLine(name, panel.sessions, panel.close[0])
    sessions = max(_LEAST_SESSIONS, min(_SESSIONS, _MOST_BARS // max(1, len(symbols))))
    panel = cache.read(key, symbols, sessions, as_of).panel
    return MarketLine(f"equal-weight index of {len(panel.symbols):,} symbols", panel.sessions, _index(panel.close))


def _index(close: FloatArray) -> FloatArray:
    return equal_weight_index(close) if close.size else np.full(close.shape[1], np.nan)
