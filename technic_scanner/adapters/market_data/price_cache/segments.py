"""Encode bars as segment files: long rows in Parquet, with prices as integer cents where that is exact."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from technic_scanner.adapters.market_data.long_bars import LongBars
from technic_scanner.adapters.market_data.price_cache.index import MissingFileError, SegmentInfo, UnreadableFileError
from technic_scanner.arrow_arrays import Numbers, array_of, numbers_of, texts_of
from technic_scanner.screening.bars import FIELDS, FloatArray
from technic_scanner.screening.panel_build import IntArray, calendar_of, positions_in

FORMAT = 2
_META = b"technic_bars"
# Prices in hundredths, otherwise in ten-thousandths, otherwise unchanged.
_SCALES = (100, 10_000)
_INT32_MAX = 2**31 - 1
_EXACT_FLOAT_MAX = 2.0**53
# Sessions per row group: a scan of the newest 400 bars decodes 512 of 1,260 sessions.
_GROUP_SESSIONS = 256


class Segment:
    """One stored file of bars, checked and in memory, decoded on request.

    ``calendar`` are the days (since 1970) on which any of its ``symbol_count`` symbols has a bar.
    """

    def __init__(self, path: Path, info: SegmentInfo) -> None:
        """Read the file. Raises MissingFileError if it is missing, UnreadableFileError if it is damaged."""
        self._path = path
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise MissingFileError(path, "is gone") from error
        except OSError as error:
            raise UnreadableFileError(path, str(error)) from error
        if zlib.crc32(data) != info.crc:
            raise UnreadableFileError(path, "its content is not what was written")
        try:
            self._file = pq.ParquetFile(pa.BufferReader(data), read_dictionary=["symbol"])
            self._head = json.loads(self._file.schema_arrow.metadata[_META])
            self.calendar = np.array(self._head["days"], dtype=np.int64)
            self.symbol_count = int(self._head["symbols"])
            if self._head["format"] != FORMAT:
                raise UnreadableFileError(path, f"format {self._head['format']!r} is not {FORMAT}")
        except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
            raise UnreadableFileError(path, str(error)) from error

    def days(self) -> LongBars:
        """Return all rows without their five fields."""
        return self._rows(list(range(self._file.num_row_groups)), ())

    def rows(self, first: int | None = None, last: int | None = None) -> LongBars:
        """Return the rows, including at least those of the days ``first``..``last``."""
        return self._rows(self._groups(first, last), FIELDS)

    def groups(self, first: int, last: int, fields: tuple[str, ...]) -> Iterator[LongBars]:
        """Yield the same rows with these ``fields``, a few sessions at a time, so that decoding memory is reused.

        Arrow starts no threads for it, because callers read several segments in parallel.
        """
        for group in self._groups(first, last):
            yield self._rows([group], fields, use_threads=False)

    def _groups(self, first: int | None, last: int | None) -> list[int]:
        spans = [self._file.metadata.row_group(i).column(1).statistics for i in range(self._file.num_row_groups)]
        return [
            i
            for i, span in enumerate(spans)
            if (first is None or span.max >= first) and (last is None or span.min <= last)
        ]

    def _rows(self, groups: list[int], names: tuple[str, ...], *, use_threads: bool = True) -> LongBars:
        try:
            table = self._file.read_row_groups(groups, ["symbol", "day", *names], use_threads=use_threads)
        except (pa.ArrowException, OSError) as error:
            raise UnreadableFileError(self._path, str(error)) from error
        symbols = table["symbol"].unify_dictionaries().combine_chunks()
        codes = numbers_of(symbols.indices)
        scale = self._head["scale"]
        fields = tuple(_from_stored(table[name], None if name == "volume" else scale) for name in names)
        return LongBars(tuple(symbols.dictionary.to_pylist()), codes, numbers_of(table["day"]), fields)


def encode_rows(rows: LongBars) -> tuple[bytes, SegmentInfo]:
    """Return the rows (by symbol, then day) as contents of a Parquet file, and its SegmentInfo."""
    scale, prices = _stored_prices(rows.fields[:4])
    whole = _integers(rows.fields[4], 1, _EXACT_FLOAT_MAX)
    volume = rows.fields[4] if whole is None else whole.astype(np.int64)
    calendar = calendar_of(rows.days)
    head = {"format": FORMAT, "scale": scale, "symbols": len(rows.symbols), "days": calendar.tolist()}
    symbols = texts_of(rows.symbols)
    groups = _by_age([rows.codes, rows.days, *prices, volume], rows, calendar)
    tables = [_table(symbols, group) for group in groups]
    data = _parquet(tables, tables[0].schema.with_metadata({_META: json.dumps(head)}))
    return data, SegmentInfo(len(rows), len(rows.symbols), zlib.crc32(data))


def _parquet(tables: list[pa.Table], schema: pa.Schema) -> bytes:
    """Return a file with a row group of each table.

    What is packed as integers becomes hardly smaller by compression, so the quickest will do. The spans of days are all
    that a reader looks up before it reads.
    """
    floating = {name: pa.types.is_floating(schema.field(name).type) for name in ("day", *FIELDS)}
    encoding = {name: "BYTE_STREAM_SPLIT" if it_is else "DELTA_BINARY_PACKED" for name, it_is in floating.items()}
    compression = {name: "zstd" if floating.get(name) else "lz4" for name in schema.names}
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(
        sink,
        schema,
        compression=compression,
        use_dictionary=["symbol"],
        column_encoding=encoding,
        write_statistics=["day"],
    ) as writer:
        for table in tables:
            writer.write_table(table.cast(schema), row_group_size=max(1, table.num_rows))
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _by_age(columns: list[Numbers], rows: LongBars, calendar: IntArray) -> Iterator[list[Numbers]]:
    """Yield the columns in groups of equally many sessions, with the newest group last and full."""
    total = len(calendar)
    if total <= _GROUP_SESSIONS:
        yield columns
    elif len(rows) == len(rows.symbols) * total:  # every symbol has every session, as most have in one batch
        tables = [column.reshape(-1, total) for column in columns]
        edges = [0, *range(total % _GROUP_SESSIONS or _GROUP_SESSIONS, total + 1, _GROUP_SESSIONS)]
        for first, end in pairwise(edges):
            yield [table[:, first:end].ravel() for table in tables]
    else:
        age = (total - 1 - positions_in(calendar, rows.days)) // _GROUP_SESSIONS
        for group in range(int(age.max()), -1, -1):
            chosen = age == group
            yield [column[chosen] for column in columns]


def _table(symbols: pa.Array, columns: list[Numbers]) -> pa.Table:
    codes, *numbers = map(array_of, columns)
    return pa.Table.from_arrays(
        [pa.DictionaryArray.from_arrays(codes, symbols), *numbers], names=["symbol", "day", *FIELDS]
    )


def _stored_prices(prices: Sequence[FloatArray]) -> tuple[int | None, list[Numbers]]:
    """Return the first scale in which all prices are whole numbers, and those; None and the prices if there is none."""
    for scale in _SCALES:
        stored: list[Numbers] = []
        for field in prices:
            whole = _integers(field, scale, _INT32_MAX)
            if whole is None:
                break
            stored.append(whole.astype(np.int32))
        else:
            return scale, stored
    return None, list(prices)


def _from_stored(column: pa.ChunkedArray, scale: int | None) -> FloatArray:
    values: FloatArray = numbers_of(column).astype(np.float64)
    return np.divide(values, float(scale), out=values) if scale else values


def _integers(values: FloatArray, scale: int, limit: float) -> FloatArray | None:
    """Return the values as whole numbers of 1/``scale``; None if one of them is not restored exactly."""
    whole: FloatArray = np.multiply(values, scale)
    np.rint(whole, out=whole)
    exact = bool((np.abs(whole) <= limit).all()) and bool((whole / float(scale) == values).all())
    return whole if exact else None
