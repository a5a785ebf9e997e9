"""Serve bars of the user's own files: a folder with all folders inside it, or one file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from technic_scanner.adapters.market_data.batches import chunks
from technic_scanner.adapters.market_data.exchange_days import age_note
from technic_scanner.adapters.market_data.files.choices import available, confine
from technic_scanner.adapters.market_data.files.containers import Contents, find
from technic_scanner.adapters.market_data.files.folder import EPOCH, FolderReading, read_folder
from technic_scanner.adapters.market_data.files.kept_readings import KeptReadings
from technic_scanner.adapters.market_data.files.listing import known_currency, read_listing, read_macro
from technic_scanner.adapters.market_data.files.mapping import read_mapping
from technic_scanner.adapters.market_data.files.preview import preview_of
from technic_scanner.adapters.market_data.files.reading import Hints
from technic_scanner.adapters.market_data.files.remembered import Remembered, Summary
from technic_scanner.adapters.market_data.files.report import day_number, report_of
from technic_scanner.adapters.market_data.files.symbols import normal
from technic_scanner.adapters.market_data.files.watching import watched
from technic_scanner.adapters.market_data.long_bars import LongBars
from technic_scanner.clock import Clock, SystemClock
from technic_scanner.domain.metrics import SymbolFailure
from technic_scanner.domain.reasons import BAD_DATA, failure, no_data, not_found
from technic_scanner.domain.universe import Security, SourceInfo, Universe
from technic_scanner.errors import ConfigError, FieldProblem, SourceDataError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.ports import MacroSeries, MessageSink, PriceBatch
from technic_scanner.progress.text import count_text
from technic_scanner.screening.bars import Panel
from technic_scanner.screening.panel_build import between, panel_from_rows

_BENCHMARKS = ("SPY", "^GSPC", "^SPX", "SPX", "VTI")
_NOTES_SHOWN = 20
_MOST_SERIES = 20_000
_NAMES_SHOWN = 10
# Part of the version of the data: bars that an earlier reader has made are read anew.
_READER = "8"


class FilesSource:
    """Bars in files under ``root``; ``path`` names a folder or a file in it (None: root itself).

    Nothing outside ``root`` is read, neither with ``..`` nor through a link. What each column is, and how dates and
    numbers are written, is found out or said in ``files.toml``; docs/files.md tells how. ``universe.csv`` (symbol,
    name, sector, industry, currency) lists the symbols to scan if it exists; ``macro.csv`` has a date column and one
    column per series. Files are read once, on first use; create another source to see changes. ``memory`` is a folder
    in which what was found is kept, so that an unchanged folder is not read again. The data count as old if they end
    long before ``as_of`` (None: today). ``currency`` is that of prices for which universe.csv names none. Every method
    except ``info`` raises ConfigError for a path that cannot be read.
    """

    def __init__(
        self,
        root: Path,
        path: str | None = None,
        batch_size: int = 50,
        memory: Path | None = None,
        clock: Clock | None = None,
        as_of: date | None = None,
        currency: str | None = None,
    ) -> None:
        self._root = root
        self._path = path
        self._name = path or "."
        self._batch_size = batch_size
        self._remembered = Remembered(memory)
        self._clock = clock or SystemClock()
        self._as_of = as_of
        self._currency = known_currency(currency)
        self._cancel: CancelToken | None = None
        self._read_so_far = [0]

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
        return self._version

    def read_ahead(self, cancel: CancelToken, *, for_bars: bool) -> Iterator[tuple[int, int]]:
        """Read all files unless that is done, or only the symbols are wanted and are remembered.

        Yields (blocks read, blocks in all) meanwhile; a small file is one. Raises CancelledError, ConfigError.
        """
        cancel.check()
        if "_reading" in self.__dict__ or (not for_bars and self._known_summary is not None):
            return
        self._cancel = cancel
        yield from watched(lambda: self._reading, self._read_so_far, sum(ref.blocks for ref in self._contents.tables))

    def universe(self, name: str | None, cancel: CancelToken) -> Universe:
        """Return the symbols of universe.csv, or all with bars if there is none. ConfigError, SourceDataError."""
        if name not in (None, self._name):
            raise ConfigError([FieldProblem("universe", f"{name!r} is not {self._name!r}, for which this source is")])
        cancel.check()
        self._cancel = cancel
        summary = self._summary
        if not summary.symbols:
            where = "the folder of price files" if self._name == "." else repr(self._name)
            raise SourceDataError(" ".join([f"No prices were found in {where}.", *_shorten(summary.notes)]))
        notes = [*self._age(summary), *summary.notes]
        securities = tuple(Security(symbol, currency=self._currency) for symbol in summary.symbols)
        if self._contents.universe is not None:
            securities, more = read_listing(self._contents.universe, self._currency)
            unlisted = sorted(set(summary.symbols) - {security.symbol for security in securities})
            notes += [*more, *([f"Not in {self._contents.universe.name}: {_some(unlisted)}."] if unlisted else [])]
        return Universe(self._name, securities, _shorten(notes))

    def macro(self, as_of: date | None, cancel: CancelToken) -> tuple[MacroSeries, ...]:  # noqa: ARG002 - the port's
        """Return the series of macro.csv up to ``as_of``; none without that file. Raises SourceDataError."""
        return () if self._contents.macro is None else read_macro(self._contents.macro, as_of)

    def benchmark(self) -> str | None:
        """Return SPY or another broad index if there is a file for it."""
        return next((name for name in _BENCHMARKS if name in self._summary.symbols), None)

    def fetch(
        self,
        symbols: Sequence[str],
        start: date | None,
        end: date | None,
        cancel: CancelToken,
        say: MessageSink,  # noqa: ARG002 - the port's
    ) -> Iterator[PriceBatch]:
        """Yield the bars in batches; what was repaired is among the universe's notes. See PriceSource."""
        cancel.check()
        self._cancel = cancel
        for group in chunks(symbols, self._batch_size):
            cancel.check()
            rows = {symbol: self._rows.get(normal(symbol), (0, 0)) for symbol in group}
            panel = between(
                self._panel({symbol: found for symbol, found in rows.items() if found[1] > found[0]}), start, end
            )
            has_bar = np.asarray(~np.isnan(panel.close).all(axis=1))
            served = {symbol for symbol, has in zip(panel.symbols, has_bar, strict=True) if has}
            failures = tuple(self._why_none(symbol, start, end) for symbol in group if symbol not in served)
            yield PriceBatch(panel.take(np.flatnonzero(has_bar)), failures)

    def report(self) -> dict[str, Any]:
        """Return what each file was read as; see docs/files.md. ConfigError."""
        known = self._remembered.load_report(self.place, self._version, self._last)
        if known is None:
            known = report_of(self._reading, self._name, _MOST_SERIES)
            self._remembered.save_report(self.place, self._version, self._last, known)
        return {**known, "notes": [*self._age(self._summary), *known["notes"]]}

    def preview(self, name: str) -> dict[str, Any]:
        """Return the first rows of one file of the report beside what was made of them. ConfigError if it is none."""
        ref = next((table for table in self._contents.tables if table.name == name), None)
        entry = next((file for file in self.report()["files"] if file["path"] == name), None)
        if ref is None or entry is None:
            raise ConfigError([FieldProblem("file", f"{name!r} is no file of {self._name!r}")])
        mapping = None if self._contents.mapping is None else read_mapping(self._contents.mapping)
        return preview_of(ref, entry, Hints(self._last, mapping=None if mapping is None else mapping.for_file(name)))

    def _age(self, summary: Summary) -> list[str]:
        """Return a warning if the data are old."""
        if summary.newest is None:
            return []
        note = age_note(EPOCH + timedelta(days=summary.newest), self._clock.now(), self._as_of)
        return [note] if note else []

    def _panel(self, rows: dict[str, tuple[int, int]]) -> Panel:
        if not rows:
            return Panel.empty()
        bars = self._reading.bars
        index = np.concatenate([np.arange(first, stop) for first, stop in rows.values()])
        codes = np.repeat(np.arange(len(rows)), [stop - first for first, stop in rows.values()])
        return panel_from_rows(tuple(rows), codes, bars.days[index], tuple(values[index] for values in bars.fields))

    def _why_none(self, symbol: str, start: date | None, end: date | None) -> SymbolFailure:
        faults = self._reading.without_bars.get(normal(symbol))
        if faults is not None:
            return failure(symbol, BAD_DATA, f"{symbol} has no usable bar: {faults}.")
        return no_data(symbol, start, end) if normal(symbol) in self._rows else not_found(symbol)

    @cached_property
    def _contents(self) -> Contents:
        return find(self._root.resolve(), confine(self._root, self._path))

    @cached_property
    def _version(self) -> str:
        return f"{_READER}{self._contents.version()}"

    @cached_property
    def _last(self) -> int:
        return day_number(self._clock.now().date() + timedelta(days=1))

    @cached_property
    def _known_summary(self) -> Summary | None:
        return self._remembered.load(self.place, self._version, self._last)

    @cached_property
    def _summary(self) -> Summary:
        known = self._known_summary
        if known is None:
            known = Summary.of(self._reading, self._last)
            self._remembered.save(self.place, self._version, known)
        return known

    @cached_property
    def _reading(self) -> FolderReading:
        contents = self._contents
        mapping = None if contents.mapping is None else read_mapping(contents.mapping)
        kept = KeptReadings(self._remembered.readings(self.place), _READER)
        reading = read_folder(contents, self._last, mapping, self._step, kept)
        kept.save({table.name for table in contents.tables})
        return reading

    def _step(self, blocks: int) -> None:
        self._read_so_far[0] = blocks
        if self._cancel is not None:
            self._cancel.check()

    @cached_property
    def _rows(self) -> dict[str, tuple[int, int]]:
        """The first row of each symbol, and the one after its last."""
        return _spans(self._reading.bars)


def _spans(bars: LongBars) -> dict[str, tuple[int, int]]:
    if len(bars) == 0:
        return {}
    starts = np.flatnonzero(np.append(True, np.diff(bars.codes) != 0))
    stops = np.append(starts[1:], len(bars))
    return {bars.symbols[bars.codes[a]]: (int(a), int(b)) for a, b in zip(starts, stops, strict=True)}


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMES_SHOWN
    return ", ".join(names[:_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _shorten(notes: Sequence[str]) -> tuple[str, ...]:
    more = len(notes) - _NOTES_SHOWN
    return (*notes[:_NOTES_SHOWN], *((f"… and {count_text(more, 'more such note')}.",) if more > 0 else ()))
