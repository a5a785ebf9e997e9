"""What the cache's tests share: a cache with a clock to move, and panels on given days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from technic_scanner.adapters.market_data.price_cache.cache import ParquetPriceCache
from technic_scanner.clock import ManualClock
from technic_scanner.domain.reasons import failure
from technic_scanner.pipeline.ports import CacheRead, PriceBatch
from technic_scanner.screening.bars import FIELDS, Panel

SOURCE = "any"
# 16:31 in New York on Friday 2025-12-12: that session is over.
FRIDAY_EVENING = datetime(2025, 12, 12, 21, 31, tzinfo=UTC)
FRIDAY = date(2025, 12, 12)


class Bench:
    """A cache under test with its clock; ``market`` is the truth that fetches are cut from."""

    def __init__(self, root: Path, market: Panel, at: datetime = FRIDAY_EVENING) -> None:
        self.root = root
        self.market = market
        self.clock = ManualClock(at)
        self.cache = ParquetPriceCache(root, self.clock)

    @property
    def folder(self) -> Path:
        return self.root / SOURCE

    def again(self) -> ParquetPriceCache:
        """Return a cache as another process would open it."""
        return ParquetPriceCache(self.root, self.clock)

    def read(self, symbols: Sequence[str], bars: int = 1000, as_of: date | None = None) -> CacheRead:
        return self.cache.read(SOURCE, symbols, bars, as_of)

    def fetch(self, symbols: Sequence[str], start: date | None = None, end: date | None = None) -> None:
        """Write what a source would send for start..end out of the market."""
        self.cache.write(SOURCE, self.batch(symbols, start, end), start, end)

    def batch(self, symbols: Sequence[str], start: date | None = None, end: date | None = None) -> PriceBatch:
        rows = [self.market.symbols.index(symbol) for symbol in symbols if symbol in self.market.symbols]
        kept = self.market.take(rows)
        low = 0 if start is None else int(np.searchsorted(kept.sessions, np.datetime64(start)))
        high = len(kept.sessions) if end is None else int(np.searchsorted(kept.sessions, np.datetime64(end), "right"))
        unknown = [failure(s, "not_found", f"{s} is unknown.") for s in symbols if s not in self.market.symbols]
        return PriceBatch(kept.window(low, high), tuple(unknown))

    def later(self, days: float) -> None:
        self.clock.advance(timedelta(days=days).total_seconds())


def market(symbols: Sequence[str], last: date = FRIDAY, sessions: int = 60, seed: int = 1) -> Panel:
    """Return bars in cents on the weekdays up to ``last``; each depends on its symbol's name and the day alone."""
    ends = np.busday_offset(np.datetime64(last), 0, roll="backward")
    days = np.busday_offset(ends, np.arange(1 - sessions, 1))
    rows = []
    for symbol in symbols:
        base = np.array([_cents(symbol, day, seed) for day in days.astype(int)])
        rows.append((base, base + 50, base - 40, base + 10, base * 100))
    stacked = [np.array([row[k] for row in rows], dtype=np.float64).reshape(len(rows), sessions) for k in range(5)]
    return Panel(tuple(symbols), days, *(array / 100 for array in stacked[:4]), stacked[4])


def _cents(symbol: str, day: int, seed: int) -> int:
    return 5_000 + sum(map(ord, symbol)) * 7 % 900 + (day * 37 + seed * 11) % 211


def same(left: Panel, right: Panel) -> bool:
    return (
        left.symbols == right.symbols
        and np.array_equal(left.sessions, right.sessions)
        and all(np.array_equal(getattr(left, name), getattr(right, name), equal_nan=True) for name in FIELDS)
    )


def halved_before(panel: Panel, symbol: str, day: date) -> Panel:
    """Return the panel as adjusted for a 2:1 split of ``symbol`` on ``day``, which the panel does not know yet."""
    row = panel.symbols.index(symbol)
    before = panel.sessions < np.datetime64(day)
    arrays = [np.array(getattr(panel, name)) for name in FIELDS]
    for array in arrays[:4]:
        array[row, before] /= 2
    arrays[4][row, before] *= 2
    return Panel(panel.symbols, panel.sessions, *arrays)
