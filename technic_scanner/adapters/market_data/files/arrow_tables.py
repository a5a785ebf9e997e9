"""Read Parquet and Feather files into sheets, with the index that pandas has put into them."""

from __future__ import annotations

import json
import re

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import feather

from technic_scanner.adapters.market_data.files.sheet import Sheet
from technic_scanner.errors import SourceDataError

_EMPTY_SECOND = re.compile(r"^\(\s*['\"]([^'\"]*)['\"]\s*,\s*['\"]\s*['\"]\s*\)$")


def read_parquet(data: pa.Buffer) -> Sheet:
    """Return the columns of a Parquet file. Raises SourceDataError."""
    return _sheet(pq.ParquetFile(pa.BufferReader(data)).read(use_threads=False))


def read_feather(data: pa.Buffer) -> Sheet:
    """Return the columns of a Feather file or an Arrow stream. Raises SourceDataError."""
    try:
        return _sheet(feather.read_table(pa.BufferReader(data)))
    except pa.ArrowInvalid:
        with pa.ipc.open_stream(pa.BufferReader(data)) as stream:
            return _sheet(stream.read_all())


def _sheet(table: pa.Table) -> Sheet:
    names = [(match[1] if (match := _EMPTY_SECOND.match(name)) else name) for name in table.column_names]
    usable = _usable(table.schema)
    columns = [_whole(table.column(place)) for place in usable]
    if not columns:
        raise SourceDataError("it has no columns of text or numbers")
    return Sheet([names[place] for place in usable], columns)


def ordered_names(schema: pa.Schema) -> list[str]:
    """Return the names of the columns as ``read_parquet`` orders them: those of the index first."""
    return [schema.names[place] for place in _usable(schema)]


def _usable(schema: pa.Schema) -> list[int]:
    index = _index_names(schema)
    usable = [place for place, field in enumerate(schema) if _is_usable(field.type)]
    return sorted(usable, key=lambda place: schema.names[place] not in index)


def _index_names(schema: pa.Schema) -> set[str]:
    try:
        stored = json.loads((schema.metadata or {}).get(b"pandas", b"{}")).get("index_columns", [])
    except (ValueError, AttributeError):
        return set()
    return {name for name in stored if isinstance(name, str)}


def _is_usable(kind: pa.DataType) -> bool:
    return not (pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _whole(column: pa.ChunkedArray) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
        value = column.type.value_type
        if not pa.types.is_string(value):
            column = column.cast(pa.string() if _is_text(value) else value)
    elif _is_text(column.type) and not pa.types.is_string(column.type):
        column = column.cast(pa.string())
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_large_string(kind) or pa.types.is_string(kind) or str(kind) == "string_view"
