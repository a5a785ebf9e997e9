"""Check notes and tags before they are stored, and read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from technic_scanner.domain.printable import is_printable, visible
from technic_scanner.domain.quoting import cut
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.runs.notes.model import Note, NoteStore

MOST_CHARACTERS, MOST_TAGS, LONGEST_TAG, LONGEST_SYMBOL = 2_000, 20, 40, 60


class NoteService:
    """The notes of symbols and of runs."""

    def __init__(self, store: NoteStore) -> None:
        self._store = store

    def of_symbols(self) -> dict[str, Note]:
        """Return the notes of all symbols that have one."""
        return self._store.symbol_notes()

    def of_symbol(self, symbol: str) -> Note:
        """Return the note of a symbol, an empty one if there is none."""
        return self._store.symbol_notes().get(as_kept(symbol), Note())

    def of_runs(self, run_ids: Sequence[str] | None = None) -> dict[str, Note]:
        """Return the notes of these runs (None: of all) that have one."""
        return self._store.run_notes(run_ids)

    def of_run(self, run_id: str) -> Note:
        """Return the note of a run, an empty one if there is none."""
        return self._store.run_notes([run_id]).get(run_id, Note())

    def write_symbol(self, symbol: str, text: str, tags: Iterable[str]) -> Note:
        """Replace the note of a symbol; an empty one removes it. Raises ConfigError that names every fault."""
        problems = list(_symbol_problems(symbol))
        return self._store.set_symbol_note(as_kept(symbol), _checked(text, tags, problems))

    def write_run(self, run_id: str, text: str, tags: Iterable[str]) -> Note:
        """Replace the note of a run; an empty one removes it. Raises ConfigError, RunNotFoundError."""
        return self._store.set_run_note(run_id, _checked(text, tags, []))


def as_kept(symbol: str) -> str:
    """Return a symbol as notes are kept under it: in capitals, however a source spells it."""
    return symbol.upper()


def tags_in_use(notes: Mapping[str, Note]) -> list[str]:
    """Return the tags of these notes, each once, in alphabetical order."""
    return sorted({tag for note in notes.values() for tag in note.tags})


def _checked(text: str, tags: Iterable[str], problems: list[FieldProblem]) -> Note:
    """Return the note as it is kept: surrounding blanks removed, tags in lower case, each once."""
    note = Note(text.strip(), tuple(dict.fromkeys(tag.strip().lower() for tag in tags if tag.strip())))
    problems += _text_problems(note.text)
    problems += _tag_problems(note.tags)
    if problems:
        raise ConfigError(problems)
    return note


def _symbol_problems(symbol: str) -> Iterator[FieldProblem]:
    if not symbol or symbol != symbol.strip() or len(symbol) > LONGEST_SYMBOL or not is_printable(symbol):
        yield FieldProblem("symbol", f"must be a symbol of 1 to {LONGEST_SYMBOL} printable characters")


def _text_problems(text: str) -> Iterator[FieldProblem]:
    if len(text) > MOST_CHARACTERS:
        yield FieldProblem("text", f"must have at most {MOST_CHARACTERS:,} characters, not {len(text):,}")
    if visible(text, keep="\n\r\t") != text:
        yield FieldProblem("text", "must not contain control characters")


def _tag_problems(tags: Sequence[str]) -> Iterator[FieldProblem]:
    if len(tags) > MOST_TAGS:
        yield FieldProblem("tags", f"must be at most {MOST_TAGS}, not {len(tags)}")
    for tag in tags:
        if len(tag) > LONGEST_TAG or "," in tag or not is_printable(tag):
            yield FieldProblem(
                "tags", f"{cut(tag, LONGEST_TAG)!r} must have 1 to {LONGEST_TAG} printable characters and no comma"
            )
