"""Fakes for tests: a cache in memory, a source that can be told how to fail, an executor that computes in line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from technic_scanner.domain.metrics import FailureKind, SymbolFailure
from technic_scanner.domain.universe import Security, SourceInfo, Universe
from technic_scanner.errors import SourceError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.ports import (
    CacheRead,
    CacheState,
    ChunkTask,
    FetchedBatch,
    MacroSeries,
    MessageSink,
    PriceBatch,
)
from technic_scanner.screening.bars import FloatArray, Panel
from technic_scanner.screening.panel_build import combine_panels
from technic_scanner.screening.volumes import mean_volumes


class MemoryCache:
    """Keeps panels by symbol in memory; fingerprints by content."""

    def __init__(self) -> None:
        self.held: dict[str, Panel] = {}
        self.summaries: dict[tuple[str, str], bytes] = {}
        self.reads = 0

    def read(self, source: str, symbols: Sequence[str], bars: int, as_of: date | None) -> CacheRead:
        self.reads += 1
        hits = [symbol for symbol in symbols if symbol in self.held]
        panel = combine_panels([self.held[symbol] for symbol in hits], hits).until(as_of).last(bars)
        content = b"".join(getattr(panel, name).tobytes() for name in ("open", "high", "low", "close", "volume"))
        missing = tuple(symbol for symbol in symbols if symbol not in self.held)
        fingerprint = f"{hash((content, panel.symbols)):x}"
        return CacheRead(panel, missing, fingerprint, state=f"{fingerprint} {bars} {as_of}")

    def state(self, source: str, symbols: Sequence[str], bars: int, as_of: date | None) -> CacheState:
        self.reads -= 1
        read = self.read(source, symbols, bars, as_of)
        return CacheState(read.state, read.missing)

    def dollar_volumes(self, source: str, symbols: Sequence[str], as_of: date | None) -> dict[str, float]:
        known = [symbol for symbol in symbols if symbol in self.held]
        return mean_volumes(combine_panels([self.held[symbol] for symbol in known], known).until(as_of).last(60))

    def summary(self, source: str, name: str) -> bytes | None:
        return self.summaries.get((source, name))

    def keep_summary(self, source: str, name: str, content: bytes) -> None:
        self.summaries[source, name] = content

    def write(self, source: str, batch: PriceBatch, start: date | None, end: date | None) -> None:
        for row, symbol in enumerate(batch.panel.symbols):
            self.held[symbol] = batch.panel.take([row])

    def write_all(self, source: str, fetched: Sequence[FetchedBatch], end: date | None) -> None:
        for batch, start in fetched:
            self.write(source, batch, start, end)

    def start_for(self, source: str, symbols: Sequence[str], end: date | None) -> date | None:
        return None


class InlineExecutor:
    """Runs every chunk in the calling thread, in order."""

    def map_chunks(
        self, task: ChunkTask, chunks: Iterator[tuple[int, Panel]], cancel: CancelToken
    ) -> Iterator[tuple[int, FloatArray]]:
        for index, chunk in chunks:
            cancel.check()
            yield index, task(chunk)

    def close(self) -> None:
        """Nothing to release."""


def random_panel(symbols: Sequence[str], sessions: int = 260, seed: int = 1) -> Panel:
    """Return geometric random walks in cents, all bars present."""
    random = np.random.default_rng(seed)
    shape = (len(symbols), sessions)
    close = np.round(20 * np.exp(np.cumsum(random.normal(0.0005, 0.02, shape), axis=1)), 2) + 1.0
    open_ = np.round(close * (1 + random.normal(0, 0.005, shape)), 2)
    high = np.maximum(open_, close) + np.round(random.random(shape), 2)
    low = np.maximum(np.minimum(open_, close) - np.round(random.random(shape) * 0.5, 2), 0.01)
    volume = np.round(random.integers(100_000, 2_000_000, shape)).astype(float)
    days = np.busday_offset(np.datetime64("2020-01-02", "D"), np.arange(sessions))
    return Panel(tuple(symbols), days, open_, high, low, close, volume)


@dataclass
class ScriptedSource:
    """A source over one panel that fails as told.

    ``failing`` symbols come back as failures; ``error`` is raised by fetch; ``hang`` makes fetch wait for the stop;
    ``currencies`` are those of prices by symbol; ``batch_size`` symbols arrive at a time; ``on_batch`` is called before
    each batch.
    """

    panel: Panel
    sectors: dict[str, str] = field(default_factory=dict)
    currencies: dict[str, str] = field(default_factory=dict)
    failing: frozenset[str] = frozenset()
    error: Exception | None = None
    universe_error: Exception | None = None
    hang: bool = False
    batch_size: int = 10
    benchmark_symbol: str | None = None
    fetched: list[str] = field(default_factory=list)

    def info(self) -> SourceInfo:
        return SourceInfo("scripted", "Scripted bars", ("all",), is_market=False)

    def universe(self, name: str | None, cancel: CancelToken) -> Universe:
        if self.universe_error is not None:
            raise self.universe_error
        listed = [symbol for symbol in self.panel.symbols if symbol != self.benchmark_symbol]
        money = self.currencies
        securities = (Security(name, name, self.sectors.get(name), currency=money.get(name)) for name in listed)
        return Universe("all", tuple(securities))

    def macro(self, as_of: date | None, cancel: CancelToken) -> tuple[MacroSeries, ...]:
        return ()

    def benchmark(self) -> str | None:
        return self.benchmark_symbol

    def fetch(
        self, symbols: Sequence[str], start: date | None, end: date | None, cancel: CancelToken, say: MessageSink
    ) -> Iterator[PriceBatch]:
        if self.error is not None:
            raise self.error
        if self.hang:
            cancel.wait(60)
            raise SourceError("nobody cancelled the hanging fetch")
        for first in range(0, len(symbols), self.batch_size):
            group = symbols[first : first + self.batch_size]
            self.fetched.extend(group)
            good = [self.panel.symbols.index(symbol) for symbol in group if symbol not in self.failing]
            failures = tuple(
                SymbolFailure(symbol, "data_fetching", FailureKind.ERROR, "no_data", "the provider has no bars")
                for symbol in group
                if symbol in self.failing
            )
            yield PriceBatch(self.panel.take(good).until(end), failures)
