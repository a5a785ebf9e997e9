"""Define the table of outcomes per pick, and build its columns so that millions of picks take little memory."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.pick_returns import HORIZONS

RANK = "Rank"
NUMBERS = (RANK, "CompositeScore", "TechRating", "AlphaScore")
# Columns with few distinct values, each shared by many picks.
LABELS = ("Sector", "Signal", "Tier", "MarketRegime")
TEXTS = ("Symbol", *LABELS)


def _shared(kind: pa.DataType) -> pa.DataType:
    """Return the dictionary type of a column with few distinct values: each is stored once, and picks refer to it."""
    return pa.dictionary(pa.int32(), kind)


JUDGED_SCHEMA: pa.Schema = pa.schema(
    [
        ("run_id", _shared(pa.string())),
        ("lineage", _shared(pa.string())),
        ("as_of", _shared(pa.date32())),
        ("next_as_of", _shared(pa.date32())),
        ("universe", _shared(pa.string())),
        ("direction", _shared(pa.string())),
        ("profile", _shared(pa.string())),
        *[(name, _shared(pa.string())) for name in TEXTS],
        *[(name, pa.int32() if name == RANK else pa.float64()) for name in NUMBERS],
        ("side", pa.int8()),
        *[(f"forward_{h}", pa.float64()) for h in HORIZONS],
        *[(f"excess_{h}", pa.float64()) for h in HORIZONS],
        *[(f"universe_{h}", _shared(pa.float64())) for h in HORIZONS],
        ("held_return", pa.float64()),
        ("universe_held_return", _shared(pa.float64())),
        ("exit", pa.dictionary(pa.int8(), pa.string())),
        ("exit_sessions", pa.int16()),
    ]
)

# What is known of each run, also of those without picks; ``limited`` counts the universe's winsorised returns.
RUNS_SCHEMA: pa.Schema = pa.schema(
    [
        ("run_id", pa.string()),
        ("lineage", pa.string()),
        ("as_of", pa.date32()),
        ("next_as_of", pa.date32()),
        ("universe", pa.string()),
        ("direction", pa.string()),
        ("profile", pa.string()),
        ("universe_held_return", pa.float64()),
        *[(f"limited_{h}", pa.int64()) for h in HORIZONS],
    ]
)


def plain(picks: pa.Table) -> pa.Table:
    """Return the picks with dictionary columns decoded, as pandas needs them; use it for few picks."""
    columns = [_decoded(column) for column in picks.columns]
    return pa.Table.from_arrays(columns, names=picks.column_names)


def _decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def with_shared_labels(picks: pa.Table) -> pa.Table:
    """Return the picks of a run with their LABELS dictionary-encoded."""
    for name in LABELS:
        picks = picks.set_column(picks.schema.get_field_index(name), name, picks[name].dictionary_encode())
    return picks


def joined_texts(columns: Iterable[pa.ChunkedArray]) -> pa.ChunkedArray:
    """Return the concatenation of text columns."""
    return pa.chunked_array([chunk for column in columns for chunk in column.chunks], pa.string())


def joined_labels(columns: Iterable[pa.ChunkedArray]) -> pa.DictionaryArray:
    """Return the concatenation of columns made by ``with_shared_labels``, dictionary-encoded."""
    chunks = [chunk for column in columns for chunk in column.chunks]
    return pa.chunked_array(chunks, _shared(pa.string())).unify_dictionaries().combine_chunks()


def repeated(values: pa.Array, of_run: npt.NDArray[np.int32]) -> pa.DictionaryArray:
    """Return for each pick the value of its run, whose index is in ``of_run`` (n,); such columns share the indices."""
    known = values.is_valid().to_numpy(zero_copy_only=False)
    if not known.all():
        # Arrow cannot unify dictionaries that contain a null, so unknown values get no index.
        values = values.fill_null(pa.scalar(0, pa.int32()).cast(values.type))
    mask = None if known.all() else pa.py_buffer(np.packbits(known[of_run], bitorder="little"))
    numbers_of_runs = pa.Array.from_buffers(pa.int32(), len(of_run), [mask, pa.py_buffer(of_run)])
    return pa.DictionaryArray.from_arrays(numbers_of_runs, values)


def floats(column: pa.ChunkedArray) -> FloatArray:
    """Return a column of numbers as an array, with null as NaN."""
    return np.asarray(column.to_numpy(), dtype=np.float64)


def measured(name: str, values: FloatArray) -> pa.Array:
    """Return a column of NUMBERS as its Arrow array, with NaN as null; ranks are whole numbers."""
    if name != RANK:
        return numbers(values)
    known = np.isfinite(values)
    return pa.array(np.where(known, values, 0.0).astype(np.int32), mask=~known)


def numbers(values: FloatArray) -> pa.Array:
    """Return an array of numbers as an Arrow array, with NaN as null."""
    return pa.array(values, pa.float64(), from_pandas=True)
