"""Build a panel from the price cache's segments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from technic_scanner.adapters.market_data.long_bars import LongBars
from technic_scanner.adapters.market_data.price_cache.folder import SourceFolder
from technic_scanner.adapters.market_data.price_cache.index import Entry, Index
from technic_scanner.adapters.market_data.price_cache.segments import Segment
from technic_scanner.screening.bars import FIELDS, FloatArray, Panel
from technic_scanner.screening.panel_build import IntArray, calendar_of, positions_in

_THREADS = 2
T = TypeVar("T")


class SegmentReader:
    """Reads the bars of some entries of ``index``.

    Keeps the encoded files in memory (about 8 bytes per bar) and decodes two at a time. Raises UnreadableFileError if
    one is damaged.
    """

    def __init__(self, folder: SourceFolder, index: Index, entries: Sequence[Entry]) -> None:
        self._symbols = tuple(entry.symbol for entry in entries)
        self._rows: dict[int, dict[str, int]] = {}
        for row, entry in enumerate(entries):
            for part in entry.parts:
                self._rows.setdefault(part, {})[entry.symbol] = row
        segments = _for_each(self._rows, lambda part: Segment(folder.segment_path(part), index.segments[part]))
        self._segments = dict(zip(self._rows, segments, strict=True))

    @property
    def symbol_count(self) -> int:
        """How many entries are read."""
        return len(self._symbols)

    def newest(self, bars: int, end: int) -> Panel:
        """Return the newest ``bars`` sessions up to day ``end`` on which any of the entries has a bar."""
        return self.on(self.calendar(end)[-bars:])

    def calendar(self, end: int) -> IntArray:
        """Return the days (since 1970) up to ``end`` on which any of the entries has a bar, ascending."""
        days = [np.empty(0, dtype=np.int64)]
        for part, segment in self._segments.items():
            if len(self._rows[part]) == segment.symbol_count:
                days.append(segment.calendar)
            else:
                rows = segment.days()
                days.append(calendar_of(rows.days[self._targets(part, rows) >= 0]))
        calendar = calendar_of(np.concatenate(days))
        return calendar[: np.searchsorted(calendar, end, side="right")]

    def on(self, calendar: IntArray, fields: tuple[str, ...] = FIELDS) -> Panel:
        """Return the bars on exactly the days of ``calendar``, ascending days since 1970.

        Of FIELDS only ``fields`` are read; the others are NaN and take no memory.
        """
        shape = (len(self._symbols), len(calendar))
        target = {name: np.full(shape[0] * shape[1], np.nan) for name in fields}
        if len(calendar):
            # Segments contain different bars, so their writes do not overlap.
            _for_each(self._rows, lambda part: self._place(part, calendar, target))
        sessions = np.asarray(calendar).astype("datetime64[D]")
        unread = np.broadcast_to(np.nan, shape)
        arrays = (target[name].reshape(shape) if name in target else unread for name in FIELDS)
        return Panel(self._symbols, sessions, *arrays)

    def _place(self, part: int, calendar: IntArray, target: dict[str, FloatArray]) -> None:
        for rows in self._segments[part].groups(int(calendar[0]), int(calendar[-1]), tuple(target)):
            columns = positions_in(calendar, rows.days)
            to = self._targets(part, rows)
            flat = to * len(calendar) + columns
            wanted = (columns >= 0) & (to >= 0)
            everything = bool(wanted.all())
            for array, field in zip(target.values(), rows.fields, strict=True):
                if everything:
                    array[flat] = field
                else:
                    array[flat[wanted]] = field[wanted]

    def _targets(self, part: int, rows: LongBars) -> IntArray:
        """Return the panel row of every stored row, −1 if it was not requested."""
        of_symbol = [self._rows[part].get(symbol, -1) for symbol in rows.symbols]
        return np.array(of_symbol, dtype=np.int64)[rows.codes]


def _for_each(parts: Iterable[int], work: Callable[[int], T]) -> list[T]:
    """Return the results of ``work`` for each part, a few in parallel because most of it releases the GIL."""
    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(work, parts))
