"""What is wrong with a criteria text: each fault with its place, and the error that carries all of them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from technic_scanner.errors import ConfigError, FieldProblem, TextPlace


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a text: ``line`` and ``column`` counted from 1 in characters, ``length`` ≥ 1, and a sentence."""

    line: int
    column: int
    length: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}"


class CriteriaError(ConfigError):
    """A criteria text cannot be used; ``places`` holds every fault in the order of the text, ``text`` the text."""

    def __init__(self, text: str, places: Iterable[Problem]) -> None:
        self.text = text
        self.places = tuple(places)
        super().__init__([FieldProblem("criteria", str(place), _in(text, place)) for place in self.places])

    def __reduce__(self) -> tuple[type[CriteriaError], tuple[str, tuple[Problem, ...]]]:  # type: ignore[override]
        return type(self), (self.text, self.places)

    def shown(self) -> str:
        """Return every fault with its line of the text and carets under its place."""
        return "\n".join(pointed(self.text, place) for place in self.places)


def pointed(text: str, place: Problem) -> str:
    """Return the fault's sentence, its line of the text, and carets under its place."""
    line, carets = _in(text, place).shown()
    return f"{place}\n  {line}\n  {carets}"


def _in(text: str, place: Problem) -> TextPlace:
    return TextPlace(place.line, place.column, place.length, text.split("\n")[place.line - 1])


def at(text: str, start: int, stop: int, message: str) -> Problem:
    """Return the fault of ``text[start:stop]``; a fault at the end of the text has the length 1."""
    before = text.rfind("\n", 0, start) + 1
    end = text.find("\n", start)
    stop = min(stop, len(text) if end < 0 else end)
    return Problem(text.count("\n", 0, start) + 1, start - before + 1, max(1, stop - start), message)


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'x'?" for the known word that is nearest, or "" where none is near."""
    near = difflib.get_close_matches(word[:60], known, 1, 0.6)
    return f" Did you mean {near[0]!r}?" if near else ""


def refused(text: str, start: int, stop: int, sentence: str) -> CriteriaError:
    """Return an error with one fault, at the characters ``start`` … ``stop`` or at the end."""
    return CriteriaError(text, [at(text, min(start, len(text)), stop, sentence)])
