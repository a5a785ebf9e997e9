"""The price cache's files of bars: long rows in Parquet, integer cents where that is exact, checksummed pages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from technic_scanner.adapters.sources.cache_index import MissingFileError, UnreadableFileError
from technic_scanner.adapters.sources.long_bars import LongBars
from technic_scanner.screening.bars import FIELDS, FloatArray

FORMAT = 1
_META = b"technic_bars"
# Prices in hundredths, else in ten-thousandths, else as they are.
_SCALES = (100, 10_000)
_INT32_MAX = 2**31 - 1
_EXACT_FLOAT_MAX = 2.0**53


def encode_rows(rows: LongBars) -> bytes:
    """Return the rows as the bytes of a Parquet file."""
    scale = next((scale for scale in _SCALES if all(_is_exact(field, scale) for field in rows.fields[:4])), None)
    columns = [pa.DictionaryArray.from_arrays(pa.array(rows.codes), pa.array(rows.symbols, pa.string()))]
    columns.append(pa.array(rows.days))
    columns += [pa.array(_to_integers(field, scale) if scale else field) for field in rows.fields[:4]]
    whole = _is_exact(rows.fields[4], 1, _EXACT_FLOAT_MAX)
    columns.append(pa.array(rows.fields[4].astype(np.int64) if whole else rows.fields[4]))
    head = {"format": FORMAT, "scale": scale}
    table = pa.Table.from_arrays(columns, names=["symbol", "day", *FIELDS])
    sink = pa.BufferOutputStream()
    pq.write_table(
        table.replace_schema_metadata({_META: json.dumps(head)}),
        sink,
        compression="zstd",
        use_dictionary=["symbol"],
        column_encoding={
            name: "BYTE_STREAM_SPLIT" if pa.types.is_floating(table.schema.field(name).type) else "DELTA_BINARY_PACKED"
            for name in ("day", *FIELDS)
        },
        write_page_checksum=True,
    )
    data: bytes = sink.getvalue().to_pybytes()
    return data


def read_days(path: Path) -> LongBars:
    """Return the rows of a segment without their five fields; cheap. Raises as ``read_rows``."""
    return _read(path, ())


def read_rows(path: Path) -> LongBars:
    """Return all rows of a segment.

    Raises MissingFileError if it is gone, UnreadableFileError if it is torn or not a segment.
    """
    return _read(path, FIELDS)


def _read(path: Path, names: Sequence[str]) -> LongBars:
    try:
        with pq.ParquetFile(path, read_dictionary=["symbol"], page_checksum_verification=True) as file:
            head = json.loads(file.schema_arrow.metadata[_META])
            if head["format"] != FORMAT:
                raise UnreadableFileError(path, f"format {head['format']!r} is not {FORMAT}")
            table = file.read(["symbol", "day", *names])
        symbols = table["symbol"].unify_dictionaries().combine_chunks()
        codes = symbols.indices.to_numpy(zero_copy_only=False)
        fields = tuple(_from_stored(table[name], head["scale"] if name != "volume" else None) for name in names)
        return LongBars(tuple(symbols.dictionary.to_pylist()), codes, table["day"].to_numpy(), fields)
    except FileNotFoundError as error:
        raise MissingFileError(path, "is gone") from error
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        raise UnreadableFileError(path, str(error)) from error


def _from_stored(column: pa.ChunkedArray, scale: int | None) -> FloatArray:
    values: FloatArray = column.to_numpy().astype(np.float64)
    return values / float(scale) if scale else values


def _to_integers(values: FloatArray, scale: int) -> npt.NDArray[np.int32]:
    return np.rint(values * scale).astype(np.int32)


def _is_exact(values: FloatArray, scale: int, limit: float = _INT32_MAX) -> bool:
    """Return whether every value is restored bit by bit from a whole number of 1/``scale``."""
    whole = np.rint(values * scale)
    return bool((np.abs(whole) <= limit).all()) and bool((whole / float(scale) == values).all())
