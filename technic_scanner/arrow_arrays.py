"""Make Arrow columns and read them without pandas.

pyarrow's own ways, ``pa.array``, ``pa.scalar``, ``empty_table`` and ``to_numpy``, first import pandas if it is
installed, which takes longer than a small scan. These use the buffers that NumPy and Arrow share.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Column: TypeAlias = "pa.Array | pa.ChunkedArray"
Numbers = npt.NDArray[Any]


def array_of(values: Numbers, known: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    """Return (n,) numbers or truth values as an Arrow array, null where ``known`` (n,) is false.

    Raises TypeError for anything else, dates too, whose width is another one in Arrow.
    """
    if values.dtype.kind not in "biuf":
        raise TypeError(f"{values.dtype} is no type of numbers")
    kind = pa.from_numpy_dtype(values.dtype)
    held = _bits(values) if pa.types.is_boolean(kind) else pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(kind, len(values), [None if known is None else _bits(known), held])


def texts_of(values: Sequence[str | None]) -> pa.Array:
    """Return texts as an Arrow array, null where there is none."""
    known = None
    if None in values:
        known = _bits(np.array([text is not None for text in values], dtype=np.bool_))
        values = [text or "" for text in values]
    joined = "".join(values)  # type: ignore[arg-type]
    data = joined.encode()
    parts = values if len(data) == len(joined) else [text.encode() for text in values if text is not None]
    ends = np.zeros(len(values) + 1, dtype=np.int32)
    np.cumsum(np.fromiter(map(len, parts), np.int32, len(values)), out=ends[1:])  # type: ignore[arg-type]
    return pa.Array.from_buffers(pa.string(), len(values), [known, pa.py_buffer(ends), pa.py_buffer(data)])


def no_rows(schema: pa.Schema) -> pa.Table:
    """Return a table without rows."""
    return pa.Table.from_arrays([pa.nulls(0, field.type) for field in schema], schema=schema)


def numbers_of(column: Column) -> Numbers:
    """Return the numbers (n,) of a column in which none is missing, read-only. Raises ValueError if one is missing."""
    if column.null_count:
        raise ValueError(f"{column.null_count} of {len(column)} numbers are missing")
    values: Numbers = np.from_dlpack(_whole(column))
    return values


def floats_of(column: Column) -> npt.NDArray[np.float64]:
    """Return a column of numbers as (n,) float64, read-only, NaN where one is missing."""
    values = pc.cast(column, pa.float64())
    return numbers_of(pc.fill_null(values, _unknown()) if values.null_count else values)


@cache
def text(value: str) -> pa.Scalar:
    """Return a text as an Arrow scalar."""
    return texts_of([value])[0]


@cache
def truth(value: bool) -> pa.Scalar:
    """Return a truth value as an Arrow scalar."""
    return array_of(np.array([value]))[0]


@cache
def _unknown() -> pa.Scalar:
    return array_of(np.array([np.nan]))[0]


def _whole(column: Column) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _bits(values: npt.NDArray[np.bool_]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(values, bitorder="little"))
