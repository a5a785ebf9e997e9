"""Read the first numbers of columns before it is decided what the columns are."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from technic_scanner.adapters.market_data.files.cell_numbers import (
    Marks,
    MixedMarksError,
    marks_of,
    numbers_of,
    texts_of,
)
from technic_scanner.screening.bars import FloatArray

SAMPLE = 2_000


def mark_of(columns: Sequence[pa.Array]) -> str | None:
    """Return the decimal mark that the cells of some columns show; None if they show none, or both."""
    total = Marks()
    for column in columns:
        total.add(marks_of(texts_of(column)))
    return _decided(total)


def _decided(marks: Marks) -> str | None:
    try:
        return marks.decided()
    except MixedMarksError:
        return None


def first_numbers(column: pa.Array, mark: str | None, rows: int | None = SAMPLE) -> FloatArray:
    """Return the first numbers of a column, None: all, with the mark of its own cells, else with that of the prices."""
    sample = column.slice(0, rows)
    text = texts_of(sample)
    own = _decided(marks_of(text)) if text is not None else None
    return numbers_of(sample, text, own or mark or ".")
