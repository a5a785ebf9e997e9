"""What counts as failed once the source was asked: only what the cache has no fresh bars of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from technic_scanner.adapters.market_data.price_cache.cache import ParquetPriceCache
from technic_scanner.adapters.market_data.synthetic import SyntheticSource
from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.reasons import not_found
from technic_scanner.domain.stage import Stage
from technic_scanner.domain.universe import SourceInfo
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.context import NullChunkJournal, ScanPorts
from technic_scanner.pipeline.engine import run_scan
from technic_scanner.pipeline.ports import MessageSink, PriceBatch
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.screening.bars import Panel
from technic_scanner.testing.fakes import InlineExecutor

SYMBOLS = 40
# The generated bars end long before; each symbol is one that does not trade any more.
NOW = datetime(2026, 12, 1, 22, tzinfo=UTC)
CONFIG = ScanConfig(source="synthetic", universe=f"{SYMBOLS}x260", top_n=None, direction="both")


def silent(_: str) -> None:
    """Say nothing."""


class Asked(SyntheticSource):
    """Notes from which day on it was asked, and calls ``before`` each time."""

    def __init__(self) -> None:
        super().__init__(symbols=SYMBOLS, sessions=260)
        self.starts: list[date | None] = []
        self.before: Callable[[], None] = lambda: None
        self.is_closed = True
        self.gone: frozenset[str] = frozenset()  # symbols that it does not know any more

    def info(self) -> SourceInfo:
        """Return what it is; where its last session is not known, it is asked for newer bars each day."""
        return super().info() if self.is_closed else replace(super().info(), last_session=None)

    def fetch(
        self, symbols: Sequence[str], start: date | None, end: date | None, cancel: CancelToken, say: MessageSink
    ) -> Iterator[PriceBatch]:
        self.before()
        self.starts.append(start)
        known = [symbol for symbol in symbols if symbol not in self.gone]
        yield from super().fetch(known, start, end, cancel, say)
        if lost := [not_found(symbol) for symbol in symbols if symbol in self.gone]:
            yield PriceBatch(Panel.empty(), tuple(lost))


class Desk:
    """Scans over one price cache, whose days pass as told."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.clock = ManualClock(NOW)
        self.source = Asked()

    def scan(self, config: ScanConfig = CONFIG, *, refresh: bool = False) -> ScanResult:
        cache = ParquetPriceCache(self.root, self.clock)
        ports = ScanPorts(
            self.source, "synthetic", cache, InlineExecutor(), self.clock, NullChunkJournal(), version="t"
        )
        return run_scan(config, RunOptions(fetch_batch_size=10, refresh=refresh), ports)

    def another_run_stores_all(self) -> None:
        """Store every bar, as a run does that began earlier."""
        source, cache = SyntheticSource(symbols=SYMBOLS, sessions=260), ParquetPriceCache(self.root, self.clock)
        listed = [security.symbol for security in source.universe(None, CancelToken()).securities]
        for batch in source.fetch(listed, None, None, CancelToken(), silent):
            cache.write("synthetic", batch, None, None)


def unread(found: ScanResult) -> list[str]:
    """Return the symbols whose bars a scan could not get."""
    return [failure.symbol for failure in found.failures if failure.stage == Stage.DATA_FETCHING]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize("overtaken_at", [1, 2, 4])
@pytest.mark.parametrize("refresh", [False, True])
def test_bars_that_another_run_has_stored_meanwhile_are_used(desk: Desk, overtaken_at: int, refresh: bool) -> None:
    alone = Desk(desk.root / "alone").scan()
    asked = 0

    def overtake() -> None:
        nonlocal asked
        asked += 1
        if asked == overtaken_at:
            desk.another_run_stores_all()

    desk.source.before = overtake
    found = desk.scan(refresh=refresh)
    assert unread(found) == unread(alone) == []
    assert found.table.num_rows > 0
    assert found.table.equals(alone.table)


def test_a_symbol_without_newer_bars_keeps_those_that_are_cached(desk: Desk) -> None:
    desk.source.is_closed = False
    first = desk.scan()
    desk.clock.advance(timedelta(days=40).total_seconds())
    desk.source.starts.clear()
    again = desk.scan()
    assert desk.source.starts, "the source was not asked for newer bars"
    assert None not in desk.source.starts, "no history is asked for anew"
    assert unread(again) == unread(first) == []


def test_a_symbol_that_the_source_does_not_know_any_more_is_named(desk: Desk) -> None:
    desk.source.is_closed = False
    desk.scan()
    desk.clock.advance(timedelta(days=40).total_seconds())
    desk.source.gone = frozenset({"SYN00003"})
    assert unread(desk.scan()) == ["SYN00003"]
