"""Define the index of the price cache: for each symbol the segments with its bars, and what was requested when."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from technic_scanner.adapters.sealed_bytes import sealed, unsealed
from technic_scanner.arrow_arrays import numbers_of

FORMAT = 2
EPOCH = date(1970, 1, 1)
# ``asked_from`` of a symbol whose whole history was requested.
ALL_HISTORY = -(2**31)
_META = b"technic_cache"
_MAGIC = b"TSINDEX2"
_SCHEMA = pa.schema(
    [
        ("symbol", pa.string()),
        ("parts", pa.list_(pa.int64())),
        ("first", pa.int32()),
        ("last", pa.int32()),
        ("bars", pa.int32()),
        ("asked_from", pa.int32()),
        ("through", pa.int32()),
        ("checked_at", pa.int64()),
        ("reason", pa.string()),
        ("detail", pa.string()),
    ]
)


class UnreadableFileError(Exception):
    """A file of the cache is damaged or foreign; it is renamed, and this error never leaves the cache."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path.name}: {why}")
        self.path = path


class MissingFileError(UnreadableFileError):
    """A file in the index is missing: merged by a writer meanwhile, or deleted by a person."""


class Entry(NamedTuple):
    """The cache entry of one symbol; days are counted from 1970, ``checked_at`` is in seconds.

    ``parts`` are the segments with its bars, with no session in two of them; empty for a symbol known to have none, for
    the given ``reason`` and ``detail``. The days ``asked_from``..``through`` have been requested from the source.
    """

    symbol: str
    parts: tuple[int, ...]
    first: int
    last: int
    bars: int
    asked_from: int
    through: int
    checked_at: int
    reason: str
    detail: str


class SegmentInfo(NamedTuple):
    """One segment file as written, with its CRC-32; some of its rows may no longer be used."""

    rows: int
    symbols: int
    crc: int


@dataclass(slots=True)
class Index:
    """The entries by symbol and the segments by number; ``version`` is the source's data version."""

    version: str = ""
    next_segment: int = 1
    written_at: int = 0
    entries: dict[str, Entry] = field(default_factory=dict)
    segments: dict[int, SegmentInfo] = field(default_factory=dict)

    def copy(self) -> Index:
        """Return an index that can be changed without changing this one."""
        return replace(self, entries=dict(self.entries), segments=dict(self.segments))

    def asked_through(self, symbols: Iterable[str]) -> dict[str, date]:
        """Return by symbol the day through which its bars have been requested; symbols without bars are omitted."""
        found = (self.entries[symbol] for symbol in symbols if symbol in self.entries)
        return {entry.symbol: EPOCH + timedelta(days=entry.through) for entry in found if entry.parts}

    def live_symbols(self) -> dict[int, int]:
        """Return the number of symbols that use each segment."""
        live = dict.fromkeys(self.segments, 0)
        for entry in self.entries.values():
            for part in entry.parts:
                live[part] += 1
        return live

    def drop_dead_segments(self) -> None:
        """Remove the segments that no symbol uses."""
        for segment, users in self.live_symbols().items():
            if users == 0:
                del self.segments[segment]

    def drop_users_of(self, segments: Iterable[int]) -> None:
        """Remove the segments and all symbols with bars in them."""
        lost = set(segments)
        self.entries = {name: entry for name, entry in self.entries.items() if lost.isdisjoint(entry.parts)}
        for segment in lost:
            self.segments.pop(segment, None)


def encode_index(index: Index) -> bytes:
    """Return the index as file contents: a checksum, then a Parquet table."""
    columns = list(zip(*index.entries.values(), strict=True)) or [()] * len(_SCHEMA)
    arrays = [pa.array(column, type=kind) for column, kind in zip(columns, _SCHEMA.types, strict=True)]
    head = {
        "format": FORMAT,
        "version": index.version,
        "next_segment": index.next_segment,
        "written_at": index.written_at,
        "segments": [[number, *info] for number, info in sorted(index.segments.items())],
    }
    table = pa.Table.from_arrays(arrays, schema=_SCHEMA).replace_schema_metadata({_META: json.dumps(head)})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return sealed(_MAGIC, sink.getvalue())


def decode_index(data: bytes, path: Path) -> Index:
    """Return the index from the contents of its file ``path``. Raises UnreadableFileError."""
    try:
        return _decoded(data).copy()
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        raise UnreadableFileError(path, str(error)) from error


@lru_cache(maxsize=2)  # a process scans the same prices again and again
def _decoded(data: bytes) -> Index:
    content = unsealed(_MAGIC, data)
    if content is None:
        raise ValueError("its content is not what was written")
    file = pq.ParquetFile(pa.BufferReader(content))
    head = json.loads(file.schema_arrow.metadata[_META])
    return _from_table(file.read(use_threads=False), head)


def _from_table(table: pa.Table, head: dict[str, Any]) -> Index:
    if head["format"] != FORMAT or not table.schema.equals(_SCHEMA):
        raise ValueError(f"format {head['format']!r} is not {FORMAT}")
    columns = [_as_list(column.combine_chunks()) for column in table.columns]
    entries = dict(zip(columns[0], map(Entry._make, zip(*columns, strict=True)), strict=True))
    segments = {number: SegmentInfo(*info) for number, *info in head["segments"]}
    if not set(table["parts"].combine_chunks().flatten().unique().to_pylist()) <= segments.keys():
        raise ValueError("it names segments that it does not list")
    return Index(head["version"], head["next_segment"], head["written_at"], entries, segments)


def _as_list(column: pa.Array) -> list[Any]:
    """Return a column's values as Python objects; faster than ``to_pylist``."""
    if pa.types.is_integer(column.type):
        return list(numbers_of(column).tolist())
    if pa.types.is_list(column.type):
        values, ends = numbers_of(column.values).tolist(), numbers_of(column.offsets).tolist()
        lists = [tuple(values[start:end]) for start, end in pairwise(ends)]
        alike: dict[tuple[int, ...], tuple[int, ...]] = {}  # most symbols are in the same segments
        return [alike.setdefault(one, one) for one in lists]
    return list(column.to_pylist())


def day_number(day: date) -> int:
    """Return days since 1970."""
    return (day - EPOCH).days
