"""Add the notes and tags of symbols to a result table for a file."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from technic_scanner.runs.notes.model import Note
from technic_scanner.runs.notes.service import as_kept

COLUMNS = ("Tags", "Note")


def with_notes(table: pa.Table, notes: Mapping[str, Note]) -> pa.Table:
    """Return the table with two columns of text more, empty for symbols without a note; tags have commas between."""
    found = [notes.get(as_kept(symbol), Note()) for symbol in table.column("Symbol").to_pylist()]
    texts = ([", ".join(note.tags) for note in found], [note.text for note in found])
    for name, values in zip(COLUMNS, texts, strict=True):
        table = table.append_column(name, pa.array(values, pa.string()))
    return table
