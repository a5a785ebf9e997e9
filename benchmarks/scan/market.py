"""A made-up market whose source answers at once, so that a scan's seconds are ours and not the provider's."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from technic_scanner.adapters.executors.local import LocalExecutor
from technic_scanner.adapters.market_data.price_cache.cache import ParquetPriceCache
from technic_scanner.adapters.market_data.synthetic import BENCHMARK, SyntheticSource
from technic_scanner.clock import SystemClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import Outcome
from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.context import ScanPorts
from technic_scanner.pipeline.engine import run_scan
from technic_scanner.pipeline.ports import MessageSink, PriceBatch
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.screening.bars import FloatArray, Panel

SOURCE_KEY = "made-up"


class ReadySource(SyntheticSource):
    """The synthetic source with all its bars made beforehand."""

    def __init__(self, symbols: int, sessions: int) -> None:
        super().__init__(symbols, sessions, batch_size=symbols + 1)
        names = [security.symbol for security in self.universe(None, CancelToken()).securities]
        [batch] = super().fetch([*names, BENCHMARK], None, None, CancelToken(), _silent)
        self._ready = batch.panel
        self._row = {symbol: row for row, symbol in enumerate(batch.panel.symbols)}

    @property
    def panel(self) -> Panel:
        """All bars but the benchmark's."""
        return self._ready.rows(0, self._ready.shape[0] - 1)

    @property
    def benchmark_close(self) -> FloatArray:
        """The benchmark's closes (T,)."""
        close: FloatArray = self._ready.close[-1]
        return close

    def fetch(
        self, symbols: Sequence[str], start: date | None, end: date | None, cancel: CancelToken, say: MessageSink
    ) -> Iterator[PriceBatch]:
        """Yield the bars at once."""
        assert start is None, "this market has no new days"
        yield PriceBatch(self._ready.take(np.array([self._row[symbol] for symbol in symbols])).until(end))


@dataclass
class Market:
    """``symbols`` × ``sessions`` with a price cache under ``home``; ``events`` are those of the last scan."""

    home: Path
    source: SyntheticSource
    symbols: int
    sessions: int
    events: list[ProgressEvent] = field(default_factory=list)

    def everything(self) -> ScanResult:
        """Scan all sessions and plan every symbol that passes: the most that can be asked for."""
        return self._scan(
            ScanConfig(
                source="synthetic", max_symbols=100_000, lookback_sessions=self.sessions, top_n=None, direction="both"
            )
        )

    def usual(self) -> ScanResult:
        """Scan as the form stands when it is opened: 400 sessions, the 50 best."""
        return self._scan(ScanConfig(source="synthetic", max_symbols=100_000))

    def forget_bars(self) -> None:
        """Empty the price cache."""
        shutil.rmtree(self.home / "prices", ignore_errors=True)

    def forget_ready_panels(self) -> None:
        """Leave only the Parquet files: what a scan meets after new bars were stored."""
        for path in (self.home / "prices").glob("*/*.panel"):
            path.unlink()

    def _scan(self, config: ScanConfig) -> ScanResult:
        clock = SystemClock()
        self.events.clear()
        executor = LocalExecutor()
        ports = ScanPorts(
            source=self.source,
            source_key=SOURCE_KEY,
            cache=ParquetPriceCache(self.home / "prices", clock),
            executor=executor,
            clock=clock,
        )
        try:
            result = run_scan(config, RunOptions(fetch_batch_size=250), ports, listeners=[self.events.append])
        finally:
            executor.close()
        assert result.outcome is Outcome.COMPLETE
        assert len(result.failures) + result.table.num_rows == self.symbols
        return result


def _silent(_text: str) -> None:
    return None
