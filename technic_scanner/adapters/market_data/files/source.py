"""The source of people's own files: a folder or one file of CSV or Parquet, long or one file per symbol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np

from technic_scanner.adapters.market_data.batches import chunks
from technic_scanner.adapters.market_data.files.bars import FileBars, read_bars
from technic_scanner.adapters.market_data.files.catalog import Catalog, available, scan
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

    Nothing outside ``root`` is read, neither by ``..`` nor through a link. Columns are known by their usual names; with
    an "Adj Close" the prices are adjusted by it. A file without a symbol column is of the symbol it is named after.
    ``universe.csv`` (symbol, name, sector, industry), where there is one, says which symbols to scan; ``macro.csv`` is
    a date column and one column per series. Files are looked at once, when first needed: make another source to see
    changes. Every method but ``info`` raises ConfigError for a path that cannot be read.
    """

    def __init__(self, root: Path, path: str | None = None, batch_size: int = 50) -> None:
        self._root = root
        self._path = path
        self._name = path or "."
        self._batch_size = batch_size

    def info(self) -> SourceInfo:
        """Describe the source; looks at names only."""
        return self._info

    @cached_property
    def _info(self) -> SourceInfo:
        # A scan asks for it at every turn, and a folder may hold thousands of files.
        others = tuple(other for other in available(self._root) if other != self._name)
        label = "Files" if self._path is None else f"Files: {self._path}"
        return SourceInfo(name="files", label=label, universes=(self._name, *others))

    @property
    def place(self) -> str:
        """The folder or file that is read, as text."""
        return f"{self._root}/{self._path or ''}"

    def version(self) -> str:
        """Return a text that changes when any of the files does, for the cache's key."""
        return self._catalog.version

    def universe(self, name: str | None, cancel: CancelToken) -> Universe:
        """Return the symbols of universe.csv, else all that have bars. Raises ConfigError, SourceDataError."""
        if name not in (None, self._name):
            raise ConfigError([FieldProblem("universe", f"{name!r} is not {self._name!r}, for which this source is")])
        cancel.check()
        rejected = [f"{file} {why}; it was left out." for file, why in self._catalog.rejected]
        with_bars = sorted({*self._catalog.single, *self._long.rows})
        if not with_bars:
            raise SourceDataError(" ".join([f"No prices were found in {self._name!r}.", *_shorten(rejected)]))
        notes = rejected + [f"{symbol}: {faults}." for symbol, faults in sorted(self._long.faults.items())]
        securities = tuple(Security(symbol) for symbol in with_bars)
        if self._catalog.universe is not None:
            securities, more = read_listing(self._catalog.universe)
            unlisted = sorted(set(with_bars) - {security.symbol for security in securities})
            notes += [*more, *([f"Not in {self._catalog.universe.name}: {_some(unlisted)}."] if unlisted else [])]
        return Universe(self._name, securities, _shorten(notes))

    def macro(self, as_of: date | None, cancel: CancelToken) -> tuple[MacroSeries, ...]:  # noqa: ARG002 - the port's
        """Return the series of macro.csv up to ``as_of``; none without that file. Raises SourceDataError."""
        return () if self._catalog.macro is None else read_macro(self._catalog.macro, as_of)

    def benchmark(self) -> str | None:
        """Return SPY or another broad index, if it is among the files."""
        return next((name for name in _BENCHMARKS if self._has(name)), None)

    def fetch(
        self,
        symbols: Sequence[str],
        start: date | None,
        end: date | None,
        cancel: CancelToken,
        say: MessageSink,
    ) -> Iterator[PriceBatch]:
        """Yield the bars in batches and say what had to be repaired; see PriceSource."""
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
        return symbol in self._catalog.single or symbol in self._long.rows

    def _bars(self, symbol: str, say: MessageSink) -> FileBars:
        """Return one symbol's bars: from the file named after it or, if there is none, from the long files."""
        if symbol in self._catalog.single:
            bars = read_bars(self._catalog.single[symbol], symbol)
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
    def _catalog(self) -> Catalog:
        return scan(self._root, self._path)

    @cached_property
    def _long(self) -> FileBars:
        return read_bars(self._catalog.long, None)


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMES_SHOWN
    return ", ".join(names[:_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _shorten(notes: Sequence[str]) -> tuple[str, ...]:
    more = len(notes) - _NOTES_SHOWN
    return (*notes[:_NOTES_SHOWN], *((f"… and {more} more such notes.",) if more > 0 else ()))
