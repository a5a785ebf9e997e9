"""Routes for notes and tags of symbols and of runs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import ConfigDict, Field

from technic_scanner.api.dependencies import AllServices
from technic_scanner.api.derived import Document
from technic_scanner.api.documentation import problems
from technic_scanner.api.field_schemas import LINES_PATTERN, TEXT_PATTERN, TRIMMED_PATTERN
from technic_scanner.api.requests import Request, RunId
from technic_scanner.domain.printable import CONTROLS
from technic_scanner.runs.notes.model import Note
from technic_scanner.runs.notes.service import LONGEST_SYMBOL, LONGEST_TAG, MOST_CHARACTERS, MOST_TAGS, as_kept

router = APIRouter(tags=["notes"])
_TAG_PATTERN = rf"^[^,{CONTROLS}]*$"
Symbol = Annotated[
    str,
    Path(max_length=LONGEST_SYMBOL, pattern=TRIMMED_PATTERN, examples=["BRK.B"], description="A symbol."),
]
Tag = Annotated[
    str | None, Query(max_length=LONGEST_TAG, pattern=TEXT_PATTERN, description="Only notes with this whole tag.")
]


class NoteDocument(Document, of=Note):
    """A note with its tags; `changed_at` is null where nothing was written."""


class SymbolNoteDocument(NoteDocument):
    """The note of a symbol."""

    symbol: str


class SymbolNotesDocument(Document):
    """The notes of symbols, in alphabetical order."""

    notes: list[SymbolNoteDocument]


class NoteRequest(Request):
    """The note in the place of the earlier one; an empty one removes it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "Wait for the report.", "tags": ["dip"]}]})

    text: str = Field(default="", max_length=MOST_CHARACTERS, pattern=LINES_PATTERN)
    tags: list[Annotated[str, Field(max_length=LONGEST_TAG, pattern=_TAG_PATTERN)]] = Field(
        default_factory=list, max_length=MOST_TAGS, description="Kept in lower case, each once; without commas."
    )


@router.get("/notes/symbols", response_model=SymbolNotesDocument, responses=problems(422))
def list_symbol_notes(services: AllServices, tag: Tag = None) -> SymbolNotesDocument:
    """List the notes of all symbols that have one, or of those with a tag."""
    found = sorted(services.notes.of_symbols().items())
    wanted = None if tag is None else tag.strip().lower()
    return SymbolNotesDocument(
        notes=[_of_symbol(symbol, note) for symbol, note in found if wanted is None or wanted in note.tags]
    )


@router.get("/notes/symbols/{symbol}", response_model=SymbolNoteDocument, responses=problems(422))
def read_symbol_note(symbol: Symbol, services: AllServices) -> SymbolNoteDocument:
    """Return the note of a symbol; an empty one if there is none."""
    return _of_symbol(symbol, services.notes.of_symbol(symbol))


@router.put("/notes/symbols/{symbol}", response_model=SymbolNoteDocument, responses=problems(413, 422))
def write_symbol_note(symbol: Symbol, request: NoteRequest, services: AllServices) -> SymbolNoteDocument:
    """Replace the note of a symbol."""
    return _of_symbol(symbol, services.notes.write_symbol(symbol, request.text, request.tags))


@router.get("/scans/{run_id}/note", response_model=NoteDocument, responses=problems(404, 422))
def read_run_note(run_id: RunId, services: AllServices) -> NoteDocument:
    """Return the note of a run; an empty one if there is none."""
    services.service.get(run_id)
    return NoteDocument.model_validate(services.notes.of_run(run_id))


@router.put("/scans/{run_id}/note", response_model=NoteDocument, responses=problems(404, 413, 422))
def write_run_note(run_id: RunId, request: NoteRequest, services: AllServices) -> NoteDocument:
    """Replace the note of a run."""
    return NoteDocument.model_validate(services.notes.write_run(run_id, request.text, request.tags))


def _of_symbol(symbol: str, note: Note) -> SymbolNoteDocument:
    return SymbolNoteDocument(symbol=as_kept(symbol), text=note.text, tags=list(note.tags), changed_at=note.changed_at)
