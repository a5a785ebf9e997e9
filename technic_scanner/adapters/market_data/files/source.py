"""Serve bars of the user's own CSV or Parquet files: a folder or one file, long or with one file per symbol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np

from technic_scanner.adapters.market_data.batches import chunks
from technic_scanner.adapters.market_data.files.bars import FileBars, read_bars
from technic_scanner.adapters.market_data.files.folder_listing import FolderListing, available, scan
from technic_scanner.adapters.market_data.files.listing import read_listing, read_macro
from technic_scanner.domain.metrics import SymbolFailure
from technic_scanner.domain.reasons import BAD_DATA, failure, no_data, not_found
from technic_scanner.domain.universe import Security, SourceInfo, Universe
from technic_scanner.errors import ConfigError, FieldProblem, SourceDataError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.ports import MacroSeries, MessageSink, PriceBatch
from technic_scanner.screening.bars import Panel
from technic_scanner.screening.panel_build import between, combine_panels, drop_empty_sessions

_BENCHMARKS = ("SPY", "^GSPC", "^SPX", "SPX", "VTI")
_NOTES_SHOWN = 20
_NAMES_SHOWN = 10


class FilesSource:
    """Bars in files under ``root``; ``path`` names a folder or a file in it (None: root itself).

    Nothing outside ``root`` is read, neither with ``..`` nor through a link. Columns are recognised by their usual
    names; prices are adjusted by an "Adj Close" column. A file without a symbol column belongs to the symbol in its
    name. ``universe.csv`` (symbol, name, sector, industry) lists the symbols to scan if it exists; ``macro.csv`` has a
    date column and one column per series. Files are examined once, on first use; create another source to see changes.
    Every method except ``info`` raises ConfigError for a path that cannot be read.
    """

    def __init__(self, root: Path, path: str | None = None, batch_size: int = 50) -> None:
        self._root = root
        self._path = path
        self._name = path or "."
        self._batch_size = batch_size

    def info(self) -> SourceInfo:
        """Describe the source; reads file names only."""
        return self._info

    @cached_property
    def _info(self) -> SourceInfo:
        # A scan calls this several times, and a folder may contain thousands of files.
        others = tuple(other for other in available(self._root) if other != self._name)
        label = "Files" if self._path is None else f"Files: {self._path}"
        return SourceInfo(name="files", label=label, universes=(self._name, *others))

    @property
    def place(self) -> str:
        """The folder or file that is read, as text."""
        return f"{self._root}/{self._path or ''}"

    def version(self) -> str:
        """Return a text that changes when any of the files changes, for the cache's key."""
        return self._listing.version

    def universe(self, name: str | None, cancel: CancelToken) -> Universe:
        """Return the symbols of universe.csv, or all with bars if there is none. ConfigError, SourceDataError."""
        if name not in (None, self._name):
            raise ConfigError([FieldProblem("universe", f"{name!r} is not {self._name!r}, for which this source is")])
        cancel.check()
        rejected = [f"{file} {why}; it was left out." for file, why in self._listing.rejected]
        with_bars = sorted({*self._listing.single, *self._long.rows})
        if not with_bars:
            raise SourceDataError(" ".join([f"No prices were found in {self._name!r}.", *_shorten(rejected)]))
        notes = rejected + [f"{symbol}: {faults}." for symbol, faults in sorted(self._long.faults.items())]
        securities = tuple(Security(symbol) for symbol in with_bars)
        if self._listing.universe is not None:
            securities, more = read_listing(self._listing.universe)
            unlisted = sorted(set(with_bars) - {security.symbol for security in securities})
            notes += [*more, *([f"Not in {self._listing.universe.name}: {_some(unlisted)}."] if unlisted else [])]
        return Universe(self._name, securities, _shorten(notes))

    def macro(self, as_of: date | None, cancel: CancelToken) -> tuple[MacroSeries, ...]:  # noqa: ARG002 - the port's
        """Return the series of macro.csv up to ``as_of``; none without that file. Raises SourceDataError."""
        return () if self._listing.macro is None else read_macro(self._listing.macro, as_of)

    def benchmark(self) -> str | None:
        """Return SPY or another broad index if there is a file for it."""
        return next((name for name in _BENCHMARKS if self._has(name)), None)

    def fetch(
        self,
        symbols: Sequence[str],
        start: date | None,
        end: date | None,
        cancel: CancelToken,
        say: MessageSink,
    ) -> Iterator[PriceBatch]:
        """Yield the bars in batches, with messages on repairs; see PriceSource."""
        for group in chunks(symbols, self._batch_size):
            panels: list[Panel] = []
            failures: list[SymbolFailure] = []
            for symbol in group:
                cancel.check()
                try:
                    bars = self._bars(symbol, say)
                except SourceDataError as error:
                    failures.append(failure(symbol, BAD_DATA, str(error)))
                    continue
                panel = between(bars.panel, start, end)
                if bool((~np.isnan(panel.close)).any()):
                    panels.append(panel)
                else:
                    failures.append(self._why_none(symbol, bars, start, end))
            yield PriceBatch(combine_panels(panels), tuple(failures))

    def _has(self, symbol: str) -> bool:
        return symbol in self._listing.single or symbol in self._long.rows

    def _bars(self, symbol: str, say: MessageSink) -> FileBars:
        """Return one symbol's bars from the file with its name, or from the long files if there is none."""
        if symbol in self._listing.single:
            bars = read_bars(self._listing.single[symbol], symbol)
            if symbol in bars.faults:
                say(f"{symbol}: {bars.faults[symbol]}")
            return bars
        if symbol in self._long.rows:
            panel = self._long.panel.take([self._long.rows[symbol]])
            return FileBars(drop_empty_sessions(panel), {symbol: 0}, self._long.faults)
        return FileBars(Panel.empty(), {}, {})

    def _why_none(self, symbol: str, bars: FileBars, start: date | None, end: date | None) -> SymbolFailure:
        if not self._has(symbol):
            return not_found(symbol)
        if bars.panel.shape[1] == 0 or bool(np.isnan(bars.panel.close).all()):
            return failure(symbol, BAD_DATA, f"{symbol} has no usable bar: {bars.faults.get(symbol, 'no rows')}.")
        return no_data(symbol, start, end)

    @cached_property
    def _listing(self) -> FolderListing:
        return scan(self._root, self._path)

    @cached_property
    def _long(self) -> FileBars:
        return read_bars(self._listing.long, None)


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMES_SHOWN
    return ", ".join(names[:_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _shorten(notes: Sequence[str]) -> tuple[str, ...]:
    more = len(notes) - _NOTES_SHOWN
    return (*notes[:_NOTES_SHOWN], *((f"… and {more} more such notes.",) if more > 0 else ()))
