"""Builds a panel out of the price cache's segments, one segment in memory at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from technic_scanner.adapters.sources.cache_folder import SourceFolder
from technic_scanner.adapters.sources.cache_index import Entry
from technic_scanner.adapters.sources.cache_segments import read_days, read_rows
from technic_scanner.adapters.sources.long_bars import LongBars
from technic_scanner.screening.bars import Panel
from technic_scanner.screening.panel_build import calendar_of, positions_in

IntArray = npt.NDArray[np.int64]


class SegmentReader:
    """Reads the bars of some entries; raises UnreadableFileError as the segments do."""

    def __init__(self, folder: SourceFolder, entries: Sequence[Entry]) -> None:
        self._folder = folder
        self._symbols = tuple(entry.symbol for entry in entries)
        self._rows: dict[int, dict[str, int]] = {}
        for row, entry in enumerate(entries):
            for part in entry.parts:
                self._rows.setdefault(part, {})[entry.symbol] = row

    def newest(self, bars: int, end: int) -> Panel:
        """Return the newest ``bars`` sessions up to day ``end`` on which any of the entries has a bar."""
        days = [np.empty(0, dtype=np.int64)]
        for part in self._rows:
            rows = read_days(self._folder.segment_path(part))
            mine = rows.days if self._all_mine(part, rows) else rows.days[self._targets(part, rows) >= 0]
            days.append(calendar_of(mine))
        calendar = calendar_of(np.concatenate(days))
        calendar = calendar[: np.searchsorted(calendar, end, side="right")]
        return self.on(calendar[-bars:])

    def on(self, calendar: IntArray) -> Panel:
        """Return the bars on exactly the days of ``calendar``, ascending days since 1970."""
        shape = (len(self._symbols), len(calendar))
        target = [np.full(shape[0] * shape[1], np.nan) for _ in range(5)]
        for part in self._rows if len(calendar) else ():
            self._place(part, calendar, target)
        return Panel(self._symbols, calendar.astype("datetime64[D]"), *(array.reshape(shape) for array in target))

    def _place(self, part: int, calendar: IntArray, target: list[npt.NDArray[np.float64]]) -> None:
        rows = read_rows(self._folder.segment_path(part))
        columns = positions_in(calendar, rows.days)
        to = self._targets(part, rows)
        wanted = np.flatnonzero((columns >= 0) & (to >= 0))
        flat = to[wanted] * len(calendar) + columns[wanted]
        for array, field in zip(target, rows.fields, strict=True):
            array[flat] = field[wanted]

    def _targets(self, part: int, rows: LongBars) -> IntArray:
        """Return the panel row of every stored row, −1 where it is not asked for."""
        of_symbol = [self._rows[part].get(symbol, -1) for symbol in rows.symbols]
        return np.array(of_symbol, dtype=np.int64)[rows.codes]

    def _all_mine(self, part: int, rows: LongBars) -> bool:
        return len(self._rows[part]) == len(rows.symbols)
