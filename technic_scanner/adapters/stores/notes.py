"""Notes and tags of symbols and of runs; the last one who writes wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, delete, insert, select

from technic_scanner.adapters.stores.database import Queries, reading, writing
from technic_scanner.adapters.stores.rows import fetch_record
from technic_scanner.adapters.stores.schema_notes import run_notes, symbol_notes
from technic_scanner.runs.notes.model import Note

_NOTES_LOCK = 0x7EC4C1AC
_SEPARATOR = ","


class NoteQueries(Queries):
    """What people wrote about symbols and runs."""

    @reading
    def symbol_notes(self, connection: Connection) -> dict[str, Note]:
        """Return the notes of all symbols that have one, by symbol."""
        return {row.symbol: _to_note(row) for row in connection.execute(select(symbol_notes))}

    @writing
    def set_symbol_note(self, connection: Connection, symbol: str, note: Note) -> Note:
        """Replace the note of a symbol; an empty one removes it. Return what is stored."""
        return self._replace(connection, symbol_notes, "symbol", symbol, note)

    @reading
    def run_notes(self, connection: Connection, run_ids: Sequence[str] | None = None) -> dict[str, Note]:
        """Return the notes of these runs (None: of all) that have one, by run id."""
        wanted = select(run_notes)
        if run_ids is not None:
            wanted = wanted.where(run_notes.c.run_id.in_(list(run_ids)))
        return {row.run_id: _to_note(row) for row in connection.execute(wanted)}

    @writing
    def set_run_note(self, connection: Connection, run_id: str, note: Note) -> Note:
        """Replace the note of a run; an empty one removes it. Return what is stored. Raises RunNotFoundError."""
        fetch_record(connection, run_id)
        return self._replace(connection, run_notes, "run_id", run_id, note)

    def _replace(self, connection: Connection, table: Table, key: str, subject: str, note: Note) -> Note:
        self.database.lock(connection, _NOTES_LOCK)
        connection.execute(delete(table).where(table.c[key] == subject))
        if note.is_empty:
            return Note()
        stored = replace(note, changed_at=self.clock.now())
        values = {"text": stored.text, "tags": _joined(stored.tags), "changed_at": stored.changed_at}
        connection.execute(insert(table).values(**{key: subject}, **values))
        return stored


def has_tag(tag: str) -> ColumnElement[bool]:
    """Return the condition that a row of ``run_notes`` has this whole tag."""
    return run_notes.c.tags.contains(_joined((tag.lower(),)), autoescape=True)


def _joined(tags: Sequence[str]) -> str:
    return f"{_SEPARATOR}{_SEPARATOR.join(tags)}{_SEPARATOR}" if tags else ""


def _to_note(row: Row[Any]) -> Note:
    return Note(row.text, tuple(tag for tag in row.tags.split(_SEPARATOR) if tag), row.changed_at)
