"""A note with its tags, and the port of the store that keeps those of symbols and of runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote about a symbol or a run; ``changed_at`` is None where nothing was written yet."""

    text: str = ""
    tags: tuple[str, ...] = ()
    changed_at: datetime | None = None

    @property
    def is_empty(self) -> bool:
        return not self.text and not self.tags


class NoteStore(Protocol):
    """Keeps notes; an empty one removes what was there. Deleting a run deletes its note."""

    def symbol_notes(self) -> dict[str, Note]:
        """Return the notes of all symbols that have one, by symbol."""
        ...

    def set_symbol_note(self, symbol: str, note: Note) -> Note:
        """Replace the note of a symbol and return what is stored."""
        ...

    def run_notes(self, run_ids: Sequence[str] | None = None) -> dict[str, Note]:
        """Return the notes of these runs (None: of all) that have one, by run id."""
        ...

    def set_run_note(self, run_id: str, note: Note) -> Note:
        """Replace the note of a run and return what is stored; RunNotFoundError."""
        ...
