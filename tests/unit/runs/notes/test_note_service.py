"""What is checked of a note, and how it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from technic_scanner.errors import ConfigError
from technic_scanner.runs.notes.model import Note
from technic_scanner.runs.notes.service import MOST_CHARACTERS, MOST_TAGS, NoteService, tags_in_use


@dataclass
class Kept:
    """A store in memory."""

    symbols: dict[str, Note] = field(default_factory=dict)
    runs: dict[str, Note] = field(default_factory=dict)

    def symbol_notes(self) -> dict[str, Note]:
        return self.symbols

    def set_symbol_note(self, symbol: str, note: Note) -> Note:
        self.symbols[symbol] = note
        return note

    def run_notes(self, run_ids: Sequence[str] | None = None) -> dict[str, Note]:
        return {name: note for name, note in self.runs.items() if run_ids is None or name in run_ids}

    def set_run_note(self, run_id: str, note: Note) -> Note:
        self.runs[run_id] = note
        return note


def test_blanks_around_are_removed_and_tags_are_one_of_each_in_lower_case() -> None:
    service = NoteService(Kept())
    kept = service.write_symbol("BRK.B", "  wait\nfor it ", [" Dip", "dip", "", "Über-kauft "])
    assert kept == Note("wait\nfor it", ("dip", "über-kauft"))
    assert service.of_symbol("BRK.B") == kept
    assert service.of_symbol("brk.b") == kept, "however it was typed"
    assert service.of_symbol("NONE") == Note()
    service.write_symbol("brk.b", "sold", [])
    assert {symbol: note.text for symbol, note in service.of_symbols().items()} == {"BRK.B": "sold"}


def test_every_fault_is_named_at_once_and_nothing_is_stored() -> None:
    kept = Kept()
    with pytest.raises(ConfigError) as error:
        NoteService(kept).write_symbol(" A", "x\x00" * MOST_CHARACTERS, ["a,b", *map(str, range(MOST_TAGS))])
    assert [problem.field for problem in error.value.problems] == ["symbol", "text", "text", "tags", "tags"]
    assert kept.symbols == {}


def test_a_note_of_a_run_is_its_own() -> None:
    service = NoteService(Kept())
    service.write_run("R1", "", ["b", "a"])
    service.write_run("R2", "text", ["c", "a"])
    assert service.of_run("R1").tags == ("b", "a")
    assert service.of_run("R3").is_empty
    assert tags_in_use(service.of_runs()) == ["a", "b", "c"]
