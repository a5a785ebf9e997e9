"""Keep the bars that were read last, so that scans of other dates cut them instead of decoding the files again."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial

import numpy as np

from technic_scanner.adapters.market_data.price_cache.folder import SourceFolder
from technic_scanner.adapters.market_data.price_cache.index import Entry, Index
from technic_scanner.adapters.market_data.price_cache.read import SegmentReader
from technic_scanner.screening.bars import FIELDS, Panel

# 80 MB: the five fields of 500 symbols over sixteen years.
MOST_CELLS = 2_000_000
# A scan reads the symbols of its universe and those of its reference; a few more are remembered without their bars.
_REMEMBERED = 4

Stamp = tuple[object, ...]


class RecentBars:
    """The whole histories of the entries that were read last, of ``most_cells`` bars together; thread-safe.

    The first read of some entries decodes what it needs and no more; their histories are kept from the second on, which
    is of another date. They are not used after a file has changed or is gone.
    """

    def __init__(self, most_cells: int = MOST_CELLS) -> None:
        self._most_cells = most_cells
        self._lock = threading.Lock()
        self._read: dict[Stamp, Panel | None] = {}  # oldest first

    def newest(
        self, folder: SourceFolder, index: Index, entries: Sequence[Entry], bars: int, end: int
    ) -> tuple[Panel, bool]:
        """Return the newest ``bars`` sessions of ``entries`` of the index up to day ``end``.

        The second value says whether they were in memory. Raises UnreadableFileError.
        """
        reader = partial(SegmentReader, folder, index, entries)
        stamp = _stamp(folder, index, entries)
        if stamp is None:
            return reader().newest(bars, end), False
        with self._lock:
            again = stamp in self._read
            whole = self._read.pop(stamp, None)
            self._keep(stamp, whole)
        if whole is not None:
            return _cut(whole, bars, end), True
        return (self._read_whole(stamp, reader(), bars, end) if again else reader().newest(bars, end)), False

    def _read_whole(self, stamp: Stamp, reader: SegmentReader, bars: int, end: int) -> Panel:
        calendar = reader.calendar(np.iinfo(np.int64).max)
        if len(calendar) * reader.symbol_count > self._most_cells:
            return reader.newest(bars, end)
        whole = reader.on(calendar)
        with self._lock:
            self._read.pop(stamp, None)
            self._keep(stamp, whole)
        return _cut(whole, bars, end)

    def _keep(self, stamp: Stamp, whole: Panel | None) -> None:
        """Remember what was read last, and forget the oldest that are too many."""
        self._read[stamp] = whole
        while len(self._read) > _REMEMBERED or self._cells() > self._most_cells:
            del self._read[next(iter(self._read))]

    def _cells(self) -> int:
        return sum(panel.close.size for panel in self._read.values() if panel is not None)


def _stamp(folder: SourceFolder, index: Index, entries: Sequence[Entry]) -> Stamp | None:
    """Return what changes whenever the bars of the entries may, or a file is damaged; None if one is not there."""
    parts = sorted({part for entry in entries for part in entry.parts})
    try:
        files = [folder.segment_path(part).stat() for part in parts]
    except OSError:
        return None
    of_files = tuple(
        [(index.segments[part], file.st_size, file.st_mtime_ns) for part, file in zip(parts, files, strict=True)]
    )
    return str(folder.path), tuple([(entry.symbol, entry.parts) for entry in entries]), of_files


def _cut(whole: Panel, bars: int, end: int) -> Panel:
    """Return the newest ``bars`` sessions up to ``end``, in arrays of their own."""
    stop = int(np.searchsorted(whole.sessions.astype(np.int64), end, side="right"))
    start = max(0, stop - bars)
    return Panel(
        whole.symbols, whole.sessions[start:stop], *(getattr(whole, name)[:, start:stop].copy() for name in FIELDS)
    )
