"""What the source contract needs of each source: how to make it, symbols that it serves, its first and last session."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from technic_scanner.adapters.market_data.files.source import FilesSource
from technic_scanner.adapters.market_data.sample.source import SampleSource
from technic_scanner.adapters.market_data.synthetic import SyntheticSource
from technic_scanner.adapters.market_data.yahoo.client import YahooBars, YahooError
from technic_scanner.adapters.market_data.yahoo.source import YahooSource
from technic_scanner.clock import ManualClock
from technic_scanner.domain.reasons import NO_DATA, NOT_FOUND
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.ports import Source
from technic_scanner.screening.bars import FIELDS, Panel
from technic_scanner.screening.panel_build import between
from technic_scanner.testing.sources import SourceOffer, bars_of

AFTER_ALL = datetime(2026, 1, 2, 14, 30, tzinfo=UTC)


def late_panel(sessions: int = 300) -> Panel:
    """Return a dozen made-up symbols, some listed late, on sessions up to the end of 2025."""
    source = SyntheticSource(12, sessions, seed=3, last_session=date(2025, 12, 30), late_listings=0.5)
    return bars_of(source, [security.symbol for security in source.universe(None, CancelToken()).securities])


class PanelClient:
    """A Yahoo client over a panel."""

    def __init__(self, panel: Panel) -> None:
        self.panel = panel

    def bars(self, symbol: str, start: date | None, end: date | None) -> YahooBars:
        if symbol not in self.panel.symbols:
            raise YahooError(NOT_FOUND, f"{symbol}: no timezone found")
        kept = between(self.panel.take([self.panel.symbols.index(symbol)]), start, end)
        kept = kept.take([0] if (~np.isnan(kept.close)).any() else [])
        if not kept.symbols:
            raise YahooError(NO_DATA, f"{symbol}: no data found")
        return YahooBars(kept, "")


def write_csv(panel: Panel, row: int, path: Path) -> None:
    """Write one symbol as people have it: newest session first, no symbol column."""
    lines = ["Date,Open,High,Low,Close,Volume"]
    for column in reversed(np.flatnonzero(~np.isnan(panel.close[row]))):
        prices = ",".join(f"{getattr(panel, name)[row, column]:.2f}" for name in FIELDS[:4])
        lines.append(f"{panel.sessions[column]},{prices},{panel.volume[row, column]:.0f}")
    path.write_text("\n".join(lines) + "\n")


def write_long_parquet(panel: Panel, path: Path) -> None:
    """Write all symbols into one long file, by session."""
    columns, rows = np.nonzero(~np.isnan(panel.close.T))
    table = {
        "timestamp": pa.array(panel.sessions[columns].astype("datetime64[us]")),
        "Ticker": pa.array([panel.symbols[row] for row in rows]),
        **{name.upper(): pa.array(getattr(panel, name)[rows, columns]) for name in FIELDS},
    }
    pq.write_table(pa.table(table), path)


def sample(_: Path) -> SourceOffer:
    parsed_once = SampleSource()
    symbols = ["A", "AAPL", "ACS", "ESRX", "ETFC", "NEE", "XOM"]
    return SourceOffer(lambda: parsed_once, symbols, "NOPE", date(2010, 8, 20))


def synthetic(_: Path) -> SourceOffer:
    def remake() -> Source:
        return SyntheticSource(40, 300, seed=5, last_session=date(2025, 12, 30), late_listings=0.5, batch_size=4)

    return SourceOffer(remake, [f"SYN{i:05d}" for i in range(1, 13)], "SYN00041", date(2025, 12, 30), is_market=False)


def csv_files(folder: Path) -> SourceOffer:
    panel = late_panel()
    for row, symbol in enumerate(panel.symbols):
        write_csv(panel, row, folder / f"{symbol}.csv")
    return SourceOffer(lambda: FilesSource(folder, batch_size=5), list(panel.symbols), "NOPE", date(2025, 12, 30))


def parquet_file(folder: Path) -> SourceOffer:
    panel = late_panel()
    write_long_parquet(panel, folder / "bars.parquet")
    return SourceOffer(
        lambda: FilesSource(folder, "bars.parquet", batch_size=5), list(panel.symbols), "NOPE", date(2025, 12, 30)
    )


def yahoo(_: Path) -> SourceOffer:
    panel = late_panel()

    def remake() -> Source:
        return YahooSource(PanelClient(panel), ManualClock(AFTER_ALL), batch_size=4)

    # The made-up bars have none of the benchmark that the source names.
    return SourceOffer(remake, list(panel.symbols), "NOPE", date(2025, 12, 30), has_benchmark_bars=False)


OFFERS: dict[str, Callable[[Path], SourceOffer]] = {
    "sample": sample,
    "synthetic": synthetic,
    "csv_files": csv_files,
    "parquet_file": parquet_file,
    "yahoo": yahoo,
}
