"""Merge small and partly unused segments of the price cache, so that 8,000 symbols need only tens of files."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from technic_scanner.adapters.market_data.long_bars import LongBars
from technic_scanner.adapters.market_data.price_cache.folder import SourceFolder
from technic_scanner.adapters.market_data.price_cache.index import Entry, Index
from technic_scanner.adapters.market_data.price_cache.segments import Segment

SMALL_ROWS = 50_000
MAX_SMALL_SEGMENTS = 48
_MAX_SYMBOLS = 250
_MAX_ROWS = 500_000


def compact(folder: SourceFolder, index: Index) -> bool:
    """Rewrite small or mostly unused segments into few, if there are many; call it under the lock and save afterwards.

    Return whether anything changed. Raises as reading a segment does; ``index`` must not be saved then.
    """
    chosen = _worth_merging(index)
    if not chosen:
        return False
    for symbols in _groups(index, chosen):
        old = {symbol: index.entries[symbol] for symbol in symbols}
        number = folder.add_segment(index, _gather(folder, index, old, chosen))
        for symbol, entry in old.items():
            kept = tuple(part for part in entry.parts if part not in chosen)
            index.entries[symbol] = entry._replace(parts=(*kept, number))
    return True


def _worth_merging(index: Index) -> set[int]:
    live = index.live_symbols()
    small = {number for number, info in index.segments.items() if info.rows < SMALL_ROWS}
    wasted = {number for number, info in index.segments.items() if 2 * live[number] < info.symbols}
    return small | wasted if len(small) > MAX_SMALL_SEGMENTS or len(wasted) > MAX_SMALL_SEGMENTS // 4 else set()


def _groups(index: Index, chosen: set[int]) -> Iterator[list[str]]:
    """Yield the symbols with bars in the chosen segments, in groups for one segment each."""
    rows_per_symbol = {number: info.rows / max(1, info.symbols) for number, info in index.segments.items()}
    group: list[str] = []
    rows = 0.0
    for symbol, entry in sorted(index.entries.items()):
        mine = [part for part in entry.parts if part in chosen]
        if not mine:
            continue
        size = sum(rows_per_symbol[part] for part in mine)
        if group and (rows + size > _MAX_ROWS or (len(group) >= _MAX_SYMBOLS and rows + size > SMALL_ROWS)):
            yield group
            group, rows = [], 0.0
        group.append(symbol)
        rows += size
    if group:
        yield group


def _gather(folder: SourceFolder, index: Index, entries: dict[str, Entry], chosen: set[int]) -> LongBars:
    """Return the entries' rows in the chosen segments, by symbol, then day."""
    symbols = tuple(entries)
    number_of = {symbol: number for number, symbol in enumerate(symbols)}
    parts = sorted({part for entry in entries.values() for part in entry.parts if part in chosen})
    pieces = []
    for part in parts:
        rows = Segment(folder.segment_path(part), index.segments[part]).rows()
        mine = [symbol in entries and part in entries[symbol].parts for symbol in rows.symbols]
        piece = rows.where(np.array(mine)[rows.codes])
        lookup = np.array([number_of.get(symbol, -1) for symbol in rows.symbols], dtype=np.int32)
        pieces.append(LongBars(symbols, lookup[piece.codes], piece.days, piece.fields))
    codes = np.concatenate([piece.codes for piece in pieces])
    days = np.concatenate([piece.days for piece in pieces])
    order = np.lexsort((days, codes))
    fields = tuple(np.concatenate([piece.fields[i] for piece in pieces])[order] for i in range(5))
    return LongBars(symbols, codes[order], days[order], fields)
