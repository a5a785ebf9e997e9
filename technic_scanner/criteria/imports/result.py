"""What an import gives: the text, and each clause that was not understood, with its place and the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from technic_scanner.criteria.criteria import compile_text
from technic_scanner.criteria.printer import text_of
from technic_scanner.criteria.problems import CriteriaError, at

_LONGEST_QUOTE = 200


class NotUnderstoodError(Exception):
    """A part of a foreign scan is not understood: its place in the text that was read, and why."""

    def __init__(self, start: int, stop: int, reason: str) -> None:
        super().__init__(reason)
        self.start, self.stop, self.reason = start, stop, reason


@dataclass(frozen=True, slots=True)
class Untranslated:
    """A clause that is not in the text: its place (counted from 1, in characters), its own words, and the reason.

    ``elsewhere``: it says what is scanned or how it is drawn, which is chosen beside the criteria.
    """

    line: int
    column: int
    length: int
    clause: str
    reason: str
    elsewhere: bool = False

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.clause}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Imported:
    """``text``: the criteria, empty where nothing was understood; ``clauses``: their conditions, joined by and."""

    text: str
    clauses: tuple[str, ...]
    untranslated: tuple[Untranslated, ...]

    @property
    def complete(self) -> bool:
        """Whether every condition was understood; what is scanned is no condition."""
        return bool(self.text) and all(item.elsewhere for item in self.untranslated)


def left_out(source: str, start: int, stop: int, reason: str, *, elsewhere: bool = False) -> Untranslated:
    """Return the record of ``source[start:stop]``."""
    place = at(source, start, stop, reason)
    quote = " ".join(source[start:stop].split())
    quote = quote if len(quote) <= _LONGEST_QUOTE else f"{quote[: _LONGEST_QUOTE - 1]}…"
    return Untranslated(place.line, place.column, place.length, quote, reason, elsewhere)


def checked(text: str, before: Sequence[str], start: int, stop: int) -> str:
    """Return a condition that our language takes. Raises NotUnderstoodError with our own words where it does not."""
    try:
        compile_text("\n".join((*(f"{line};" for line in before), text)))
    except CriteriaError as error:
        raise NotUnderstoodError(start, stop, error.places[0].message) from error
    return text


def assembled(clauses: Sequence[str], untranslated: Sequence[Untranslated], before: Sequence[str] = ()) -> Imported:
    """Return the import of clauses that hold together; ``before``: lines of let. What is left out is in comments."""
    ordered = tuple(sorted(untranslated, key=lambda item: (item.line, item.column)))
    if not clauses:
        return Imported("", (), ordered)
    joined = " and ".join(f"({clause})" for clause in clauses)
    whole = "\n".join((*(f"{line};" for line in before), joined))
    try:
        criteria = compile_text(whole)
    except CriteriaError as error:
        reason = f"Each clause is understood, but not all of them together: {error.places[0].message}"
        return Imported("", (), (*ordered, Untranslated(1, 1, 1, "", reason)))
    notes = [f"# left out: {item.clause} ({item.reason})" for item in ordered]
    conditions = tuple(text_of(node) for node in criteria.clauses)
    return Imported("\n".join((*notes, criteria.canonical)), conditions, ordered)
