"""Cut a foreign scan into the conditions that hold together, so that one of them can fail alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]
_DEEPEST = 20
# What stands before ``between`` where it is no function: the end of a value.
_OPERAND = re.compile(r"(?<!\band)(?<!\bor)(?<!\bnot)(?<=[\w)\]\"])\s*$", re.IGNORECASE)
_OPENING, _CLOSING = "([{", ")]}"


def conjuncts(source: str, start: int, stop: int, depth: int = 0) -> list[Span]:
    """Return the parts of ``source[start:stop]`` that are joined by ``and`` or ``&&`` outside of brackets.

    One part where an ``or`` stands beside them, or an ``if``, whose last branch may hold an ``and``.
    """
    start, stop = _unwrapped(source, start, stop)
    words = list(_words(source, start, stop))
    if any(word in {"or", "||", "if"} for word, _, _ in words):
        return [(start, stop)]
    edges = _joints(source[:stop], words)
    starts = [start, *(last for _, last in edges)]
    stops = [*(first for first, _ in edges), stop]
    found: list[Span] = []
    for part in zip(starts, stops, strict=True):
        cut = _stripped(source, *part)
        inner = _unwrapped(source, *cut)
        found += conjuncts(source, *inner, depth + 1) if inner != cut and edges and depth < _DEEPEST else [cut]
    return found


def ends_with_bracket(source: str, start: int, stop: int) -> bool:
    """Return whether the first opening bracket of ``source[start:stop]`` is closed by its last character."""
    opening = next((place for place in range(start, stop) if source[place] in _OPENING), stop)
    return opening < stop and _closing(source, opening, stop) == stop - 1


def without_comments(source: str, comment: str) -> str:
    """Return the text with its comments blanked out, so that every place stays what it is."""
    return re.sub(rf'"[^"\n]*"|{comment}', lambda found: found.group() if found.group().startswith('"')
                  else re.sub(r"[^\n]", " ", found.group()), source)  # fmt: skip


def _joints(source: str, words: list[tuple[str, int, int]]) -> list[Span]:
    """Return the places of each ``and`` that joins conditions; that of ``between a and b`` joins none."""
    found: list[Span] = []
    open_ranges = 0
    for word, first, last in words:
        if word == "between" and _OPERAND.search(source[:first]):
            open_ranges += 1
        elif word == "and" and open_ranges:
            open_ranges -= 1
        elif word in {"and", "&&"}:
            found.append((first, last))
    return found


def _words(source: str, start: int, stop: int) -> Iterator[tuple[str, int, int]]:
    depth = 0
    for found in re.compile(r'"[^"\n]*"|[A-Za-z_][\w]*|&&|\|\||[()\[\]{}]').finditer(source, start, stop):
        word = found.group().lower()
        depth += (word in _OPENING) - (word in _CLOSING)
        if depth == 0 and word not in _CLOSING:
            yield word, found.start(), found.end()


def _unwrapped(source: str, start: int, stop: int) -> Span:
    """Return the span without round brackets that enclose all of it."""
    start, stop = _stripped(source, start, stop)
    for _ in range(_DEEPEST):
        if not (stop - start > 1 and source[start] == "(" and _closing(source, start, stop) == stop - 1):
            break
        start, stop = _stripped(source, start + 1, stop - 1)
    return start, stop


def _closing(source: str, start: int, stop: int) -> int:
    depth = 0
    for place in range(start, stop):
        depth += (source[place] in _OPENING) - (source[place] in _CLOSING)
        if depth == 0:
            return place
    return -1


def _stripped(source: str, start: int, stop: int) -> Span:
    part = source[start:stop]
    return start + len(part) - len(part.lstrip()), stop - len(part) + len(part.rstrip())
