"""Stage 2, data_fetching: read the bars of every symbol from the price cache, and fetch the missing ones.

The source is asked for all its bars, independent of the as-of date: the cache can then serve every date, and later bars
are available to measure outcomes. This causes no look-ahead, because the scan reads the cache only up to its as-of
date.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from technic_scanner.domain.metrics import FailureKind, SymbolFailure
from technic_scanner.domain.reasons import NOT_FOUND
from technic_scanner.domain.stage import Stage
from technic_scanner.errors import SourceError
from technic_scanner.pipeline.context import ScanContext
from technic_scanner.pipeline.ports import CacheRead, PriceBatch, Source
from technic_scanner.pipeline.read_ahead import FILE_CLASS, read_before_bars
from technic_scanner.pipeline.stored_batches import stored_batches
from technic_scanner.screening.bars import Panel

# The first round fetches only missing days. If a symbol's overlapping bars do not match, the cache drops it and reports
# it as missing, so that the second round fetches all its bars.
FETCH_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class FetchedPrices:
    """The available bars (in symbol order), the reasons for missing ones, and fingerprint and state of the data."""

    panel: Panel
    failures: tuple[SymbolFailure, ...]
    fingerprint: str
    state: str = ""


def fetch_prices(context: ScanContext, symbols: Sequence[str]) -> FetchedPrices:
    """Return bars of ``symbols``, the newest ``lookback_sessions`` sessions up to ``as_of_date``.

    The stage is left active, for bars that are needed beside them.
    """
    fetcher = _Fetcher(context, tuple(symbols))
    if context.files_read:
        context.reporter.restore(Stage.DATA_FETCHING, context.files_read, FILE_CLASS)  # the restarted stage counts them
    context.reporter.start_stage(Stage.DATA_FETCHING, len(symbols) + context.files_read)
    return fetcher.run()


_NAMED = 3  # symbols without refreshed bars that are named in messages, to limit the number of events


class _Fetcher:
    """One pass over the symbols: first the cached bars, then those of the source."""

    def __init__(self, context: ScanContext, symbols: tuple[str, ...]) -> None:
        self._context = context
        self._symbols = symbols
        self._failures: dict[str, SymbolFailure] = {}
        self._counted: set[str] = set()
        self._refreshing: frozenset[str] = frozenset()
        self._unrefreshed: set[str] = set()
        self._restored = self._restore()

    def run(self) -> FetchedPrices:
        reporter = self._context.reporter
        held = _read(self._context, self._symbols)
        if self._context.options.refresh:
            held = self._to_refresh(held)
        self._failures.update((failure.symbol, failure) for failure in held.failures)
        hits = [symbol for symbol in held.panel.symbols if symbol not in self._restored]
        reporter.declare(Stage.DATA_FETCHING, "hit", len(hits))
        reporter.declare(Stage.DATA_FETCHING, "miss", len(held.missing) + len(self._restored))
        reporter.start_substage("cached", len(hits))
        reporter.cache(hits=len(hits), misses=len(held.missing))
        self._count(hits, "hit", "cached")
        reporter.complete_substage("cached")
        if held.missing:
            read_before_bars(self._context, len(self._symbols))
            reporter.start_substage("download", len(held.missing))
            held = self._download(held)
            if len(self._unrefreshed) > _NAMED:
                reporter.message(f"{len(self._unrefreshed):,} symbols in total keep their cached bars")
            reporter.complete_substage("download")
        self._count([symbol for symbol in self._symbols if symbol not in self._counted], "miss", None)
        return FetchedPrices(held.panel, tuple(self._failures.values()), held.fingerprint, held.state)

    def _download(self, held: CacheRead) -> CacheRead:
        for _ in range(FETCH_ROUNDS):
            wanted = [symbol for symbol in held.missing if symbol not in self._failures]
            if not wanted:
                return held
            self._fetch_round(wanted)
            held = _read(self._context, [symbol for symbol in self._symbols if not self._is_unknown(symbol)])
            self._forgive(held)
        for symbol in held.missing:
            self._failures.setdefault(symbol, _failure(symbol, "no_data", "the source sent no bars that could be kept"))
        return held

    def _is_unknown(self, symbol: str) -> bool:
        """Whether the source does not know the symbol, or no longer."""
        return symbol in self._failures and self._failures[symbol].reason == NOT_FOUND

    def _forgive(self, held: CacheRead) -> None:
        """Count no symbol as failed that the source knows and of which the cache has fresh bars.

        A source has no newer bars of a symbol that is halted or delisted, and another run may have stored the bars
        that this one waited for.
        """
        for symbol in held.panel.symbols:
            self._failures.pop(symbol, None)
        for failure in held.failures:  # the source returned no bars for these, and the cache has recorded that
            self._failures.setdefault(failure.symbol, failure)

    def _to_refresh(self, held: CacheRead) -> CacheRead:
        """Return the read with all cached symbols as missing, except those that an earlier attempt has fetched."""
        stale = [symbol for symbol in held.panel.symbols if symbol not in self._restored]
        self._refreshing = frozenset(stale)
        doubtful = (failure.symbol for failure in held.failures)
        kept = [row for row, symbol in enumerate(held.panel.symbols) if symbol in self._restored]
        return CacheRead(held.panel.take(kept), (*held.missing, *doubtful, *stale), held.fingerprint)

    def _fetch_round(self, wanted: Sequence[str]) -> None:
        context = self._context
        groups = _groups(context, wanted)
        with closing(stored_batches(context, groups, context.source, context.source_key)) as batches:
            for batch in batches:
                self._note(batch)

    def _note(self, batch: PriceBatch) -> None:
        for failure in batch.failures:
            if failure.symbol in self._refreshing:
                self._keep(failure)
            else:
                self._failures[failure.symbol] = failure
        arrived = [*batch.panel.symbols, *(failure.symbol for failure in batch.failures)]
        fresh = [symbol for symbol in arrived if symbol not in self._counted]
        self._count(fresh, "miss", "download")
        if batch.panel.symbols:
            self._record(batch.panel.symbols)

    def _keep(self, failure: SymbolFailure) -> None:
        """Keep the cached bars of a symbol that could not be refreshed; a message names the first few."""
        self._unrefreshed.add(failure.symbol)
        if len(self._unrefreshed) <= _NAMED:
            self._context.reporter.message(f"{failure.symbol} keeps its cached bars: {failure.detail}")

    def _count(self, symbols: Sequence[str], unit_class: str, substage: str | None) -> None:
        if symbols:
            self._counted.update(symbols)
            self._context.reporter.advance(len(symbols), unit_class, substage)

    def _record(self, symbols: Sequence[str]) -> None:
        payload = json.dumps(list(symbols)).encode()
        self._context.journal.record(Stage.DATA_FETCHING, self._context.next_record(), payload)

    def _restore(self) -> frozenset[str]:
        """Count symbols fetched by an earlier attempt as restored work, not as cache hits of this attempt."""
        chunks = self._context.journal.chunks(Stage.DATA_FETCHING)
        self._context.skip_records(max(chunks, default=-1) + 1)
        earlier = {symbol for payload in chunks.values() for symbol in json.loads(payload)}
        restored = earlier.intersection(self._symbols)
        if restored:
            held = _read(self._context, sorted(restored))
            restored = restored.intersection(held.panel.symbols)
        if restored:
            self._context.reporter.restore(Stage.DATA_FETCHING, len(restored), "miss")
            self._counted.update(restored)
        return frozenset(restored)


def fetch_benchmark(context: ScanContext) -> Panel:
    """Return the bars of the source's benchmark; an empty panel if it has none or it is not available.

    If it is not available, a message is sent and the scan continues without a benchmark.
    """
    symbol = context.source.benchmark()
    if symbol is None:
        return Panel.empty()
    held = _read(context, [symbol])
    why: list[str] = []
    if context.options.refresh or held.missing:
        try:
            with closing(stored_batches(context, [[symbol]], context.source, context.source_key)) as batches:
                why += [failure.detail for batch in batches for failure in batch.failures]
        except SourceError as error:
            why.append(str(error))
        held = _read(context, [symbol])
    why = why or [failure.detail for failure in held.failures]
    if why:
        outcome = "keeps its cached bars" if held.panel.symbols else "is not available"
        context.reporter.message(f"the benchmark {symbol} {outcome}: {why[0]}")
    return held.panel


def _read(context: ScanContext, symbols: Sequence[str]) -> CacheRead:
    context.cancel.check()
    return context.cache.read(context.source_key, symbols, context.config.lookback_sessions, context.as_of)


def fetch_missing(
    context: ScanContext, symbols: Sequence[str], source: Source, source_key: str, unit_class: str
) -> None:
    """Fetch bars into the cache, of symbols that are not scanned; in the active stage, as units of ``unit_class``."""
    with closing(stored_batches(context, _groups(context, symbols), source, source_key)) as batches:
        for batch in batches:
            context.reporter.advance(len(batch.panel.symbols) + len(batch.failures), unit_class, unit_class)


def _groups(context: ScanContext, symbols: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the symbols in groups that are asked for at once."""
    size = context.options.fetch_batch_size
    for first in range(0, len(symbols), size):
        yield symbols[first : first + size]


def _failure(symbol: str, reason: str, detail: str) -> SymbolFailure:
    return SymbolFailure(symbol, Stage.DATA_FETCHING, FailureKind.ERROR, reason, detail)
