"""Implement the price cache: decide which stored bars are fresh, read them as a panel, and merge fetched bars."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

from technic_scanner.adapters.market_data.exchange_days import last_final_day
from technic_scanner.adapters.market_data.price_cache.compact import compact
from technic_scanner.adapters.market_data.price_cache.coverage import SourceCoverage, coverage_of
from technic_scanner.adapters.market_data.price_cache.folder import SourceFolder, folders
from technic_scanner.adapters.market_data.price_cache.freshness import start_of
from technic_scanner.adapters.market_data.price_cache.index import (
    ALL_HISTORY,
    EPOCH,
    Entry,
    Index,
    UnreadableFileError,
    day_number,
)
from technic_scanner.adapters.market_data.price_cache.merge import Asked, ReadBars, merge_batch
from technic_scanner.adapters.market_data.price_cache.read import SegmentReader
from technic_scanner.adapters.market_data.price_cache.recent import RecentBars
from technic_scanner.adapters.market_data.price_cache.requests import Sorted, last_day, request_key, sort_out
from technic_scanner.adapters.market_data.price_cache.snapshot import (
    fingerprint_of,
    forget_old,
    give_up_snapshots,
    keep_snapshot,
    load_snapshot,
    snapshot_path,
)
from technic_scanner.adapters.market_data.price_cache.summaries import keep_summary, load_summary
from technic_scanner.clock import Clock
from technic_scanner.errors import SourceDataError
from technic_scanner.pipeline.ports import CacheRead, CacheState, FetchedBatch, PriceBatch
from technic_scanner.screening.bars import FIELDS, Panel
from technic_scanner.screening.volumes import mean_volumes

T = TypeVar("T")

_LOG = logging.getLogger(__name__)
# A symbol without data may be listed later; until this time has passed it is not requested again.
NEGATIVE_DAYS = 7
_SECONDS_PER_DAY = 86_400
# With fewer bars than this the Parquet is read as fast as a stored panel.
_SNAPSHOT_BARS = 200_000
_READ_ATTEMPTS = 4
_PRICES = FIELDS[:4]
_TRADED = FIELDS[3:]
_VOLUME_DAYS = 60  # in which a symbol that still trades has 20 bars


@dataclass(frozen=True, slots=True)
class _Request:
    """The newest ``bars`` sessions up to the day ``last`` of the symbols ``hits``, and the ``key`` of that."""

    hits: list[Entry]
    bars: int
    last: int
    key: str


class ParquetPriceCache:
    """A PriceCache in Parquet files under ``root``, one folder per source; several processes may use it at once.

    A source's name may have a version, ``name@version``: bars of another version are never returned, and the first
    write of the new version replaces them. ``clock`` determines which sessions have ended: sessions after ``as_of`` and
    current ones are never read. A damaged or foreign file is renamed to *.bad and its symbols are missing again.
    """

    def __init__(self, root: Path, clock: Clock) -> None:
        self._root = root
        self._clock = clock
        self._folders: dict[str, SourceFolder] = {}
        self._recent = RecentBars()

    def read(self, source: str, symbols: Sequence[str], bars: int, as_of: date | None) -> CacheRead:
        """Return the newest ``bars`` sessions up to ``as_of`` of the symbols with fresh bars; see CacheRead.

        Raises StoreError if the cache cannot be used, SourceDataError if its files are damaged repeatedly.
        """
        distinct = tuple(dict.fromkeys(symbols))

        def serve(folder: SourceFolder, index: Index) -> CacheRead:
            found = self._sort_out(index, distinct, bars, as_of)
            last = last_day(found.hits, self._end(as_of))
            state = request_key(found.hits, bars, last)
            panel, fingerprint = self._panel(folder, index, _Request(found.hits, bars, last, state))
            return CacheRead(panel, tuple(found.missing), fingerprint, tuple(found.failures), state)

        return self._healing(source, serve)

    def held(
        self, source: str, symbols: Sequence[str], since: date | None = None, bars: int = 1, *, volume: bool = False
    ) -> Panel:
        """Return the cached final prices of ``symbols``, fresh or not; symbols without any are omitted.

        They begin with the newest session on or before ``since`` (None: the oldest) and cover at least the newest
        ``bars`` sessions. Unless ``volume``, the volume is not read and is NaN. Raises as ``read``.
        """
        end = day_number(self._end(None))

        def serve(folder: SourceFolder, index: Index) -> Panel:
            entries = [index.entries[symbol] for symbol in dict.fromkeys(symbols) if symbol in index.entries]
            known = [entry for entry in entries if entry.parts]
            if not known:
                return Panel.empty()
            reader = SegmentReader(folder, index, known)
            calendar = reader.calendar(end)
            first = 0 if since is None else np.searchsorted(calendar, day_number(since), side="right") - 1
            return reader.on(calendar[max(0, min(first, len(calendar) - bars)) :], FIELDS if volume else _PRICES)

        return self._healing(source, serve)

    def dollar_volumes(self, source: str, symbols: Sequence[str], as_of: date | None) -> dict[str, float]:
        """Return the mean close × volume of the newest 20 cached bars up to ``as_of``, fresh or not, where known."""

        def serve(folder: SourceFolder, index: Index) -> dict[str, float]:
            entries = [index.entries[symbol] for symbol in dict.fromkeys(symbols) if symbol in index.entries]
            known = [entry for entry in entries if entry.parts]
            if not known:
                return {}
            reader = SegmentReader(folder, index, known)
            return mean_volumes(reader.on(reader.calendar(day_number(self._end(as_of)))[-_VOLUME_DAYS:], _TRADED))

        return self._healing(source, serve)

    def asked_through(self, source: str, symbols: Sequence[str]) -> dict[str, date]:
        """Return by symbol the day through which its bars have been asked for; symbols without bars are omitted."""
        return self._folder(source).index().asked_through(symbols)

    def fresh_count(self, source: str, symbols: Sequence[str], bars: int, as_of: date | None) -> int:
        """Return how many of ``symbols`` a ``read`` would return without a fetch; reads only the index."""
        return len(self._sort_out(self._folder(source).index(), symbols, bars, as_of).hits)

    def write(self, source: str, batch: PriceBatch, start: date | None, end: date | None) -> None:
        """Merge a batch fetched for start..end; readers see all of it or nothing. Raises as ``write_all``."""
        self.write_all(source, [FetchedBatch(batch, start)], end)

    def write_all(self, source: str, fetched: Sequence[FetchedBatch], end: date | None) -> None:
        """Merge batches fetched for their own start to ``end``; readers see all of them or nothing.

        Raises StoreUnavailableError, StoreFullError or StoreError.
        """
        folder, through, at = self._folder(source), day_number(self._end(end)), int(self._now())
        with folder.locked():
            index = folder.index_to_change()
            try:
                for batch, start in fetched:
                    asked = Asked(ALL_HISTORY if start is None else day_number(start), through, at)
                    rows = merge_batch(index, batch, asked, index.next_segment, _bars_reader(folder, index))
                    if len(rows):
                        folder.add_segment(index, rows)
                folder.save(index, self._now())
                if compact(folder, index):
                    folder.save(index, self._now())
            except UnreadableFileError as error:
                damaged = error
            else:
                return
        # A stored segment is damaged: its symbols are dropped, so that the batches need not be consistent with them.
        folder.give_up(damaged.path, str(damaged), self._now())
        self.write_all(source, fetched, end)

    def start_for(self, source: str, symbols: Sequence[str], end: date | None) -> date | None:  # noqa: ARG002 - the port's
        """Return the first day to request: only missing days, and a few for comparison, are fetched; None: all."""
        entries = self._folder(source).index().entries
        starts = [start_of(entries.get(symbol)) for symbol in symbols]
        if not starts or ALL_HISTORY in starts:
            return None
        return EPOCH + timedelta(days=min(starts))

    def state(self, source: str, symbols: Sequence[str], bars: int, as_of: date | None) -> CacheState:
        """Return the state of what ``read`` would return; reads only the index."""
        found = self._sort_out(self._folder(source).index(), tuple(dict.fromkeys(symbols)), bars, as_of)
        name = request_key(found.hits, bars, last_day(found.hits, self._end(as_of)))
        return CacheState(name, tuple(found.missing))

    def summary(self, source: str, name: str) -> bytes | None:
        """Return what was kept under ``name``; None if there is nothing, or it is damaged."""
        return load_summary(self._folder(source).path, name)

    def keep_summary(self, source: str, name: str, content: bytes) -> None:
        """Keep ``content`` under ``name``; if that fails, a warning is logged, because it can be computed again."""
        keep_summary(self._folder(source).path, name, content)

    def coverage(self) -> tuple[SourceCoverage, ...]:
        """Return the cached data by source."""
        return tuple(coverage_of(SourceFolder(path, "")) for path in folders(self._root))

    def mark(self) -> str:
        """Return a text that changes whenever bars are added or deleted; looks at no bars."""
        return " ".join(f"{path.name}:{SourceFolder(path, '').mark()}" for path in sorted(folders(self._root)))

    def clear(self, source: str | None = None, symbols: Sequence[str] | None = None) -> int:
        """Delete symbols of a source, a whole source or everything; return the number of deleted symbols.

        ``source`` is the name without a version. Raises StoreUnavailableError while another process writes.
        """
        chosen = folders(self._root) if source is None else [self._root / _folder_name(source)]
        return sum(_clear(path, symbols, self._now()) for path in chosen if path.is_dir())

    def _healing(self, source: str, serve: Callable[[SourceFolder, Index], T]) -> T:
        """Return the result of ``serve``; after a damaged file is dropped or the index has changed, call it again.

        However many files are damaged, each is dropped once. Only changes of the index by others can go on for ever.
        """
        folder = self._folder(source)
        attempts = _READ_ATTEMPTS
        while attempts:
            index = folder.index()
            try:
                return serve(folder, index)
            except UnreadableFileError as error:
                folder.give_up(error.path, str(error), self._now())
            if len(folder.index().segments) >= len(index.segments):
                attempts -= 1
        raise SourceDataError(f"The price cache of {source} could not be read in {_READ_ATTEMPTS} attempts.")

    def _folder(self, source: str) -> SourceFolder:
        if source not in self._folders:
            name, _, version = source.partition("@")
            self._folders[source] = SourceFolder(self._root / _folder_name(name), version)
        return self._folders[source]

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _end(self, end: date | None) -> date:
        """Return the last day that may be read or was requested, never one whose session has not ended."""
        return min(end or date.max, last_final_day(self._clock.now()))

    def _sort_out(self, index: Index, symbols: Sequence[str], bars: int, as_of: date | None) -> Sorted:
        return sort_out(index, symbols, bars, self._end(as_of), self._now() - NEGATIVE_DAYS * _SECONDS_PER_DAY)

    def _panel(self, folder: SourceFolder, index: Index, request: _Request) -> tuple[Panel, str]:
        hits, bars, last = request.hits, request.bars, request.last
        if not hits:
            return Panel.empty(), fingerprint_of(Panel.empty())
        newest = partial(self._recent.newest, folder, index, hits, bars, last)
        if sum([entry.bars for entry in hits]) < _SNAPSHOT_BARS:
            panel, _ = newest()
            return panel, fingerprint_of(panel)
        give_up_snapshots(folder.path)
        path = snapshot_path(folder.path, request.key)
        ready = load_snapshot(path, tuple([entry.symbol for entry in hits]))
        if ready is not None:
            return ready
        panel, in_memory = newest()
        fingerprint = fingerprint_of(panel)
        if not in_memory:  # as for each date of a replay; a file for each would take longer than to read the bars
            keep_snapshot(path, panel, fingerprint)
        return panel, fingerprint


def _bars_reader(folder: SourceFolder, index: Index) -> ReadBars:
    def read_bars(symbols: Sequence[str], days: npt.NDArray[np.int64]) -> Panel:
        return SegmentReader(folder, index, [index.entries[symbol] for symbol in symbols]).on(days)

    return read_bars


def _folder_name(source: str) -> str:
    return quote(source, safe="").replace(".", "%2E")


def _clear(path: Path, symbols: Sequence[str] | None, now: float) -> int:
    folder = SourceFolder(path, "")
    index = folder.stored_index()
    if symbols is None:
        folder.remove()
        return len(index.entries)
    folder = SourceFolder(path, index.version)
    with folder.locked():
        index = folder.index_to_change()
        gone = [symbol for symbol in dict.fromkeys(symbols) if index.entries.pop(symbol, None) is not None]
        folder.save(index, now)
        forget_old(path, keep=0)
    return len(gone)
