"""Reads the symbols of a pasted text or a file, with quotes, notes, prices and words around them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from technic_scanner.domain.exchange_names import yahoo_names
from technic_scanner.domain.fields import MAX_SYMBOL_LENGTH
from technic_scanner.domain.printable import is_printable, visible
from technic_scanner.domain.symbols import alike
from technic_scanner.domain.watchlist import MOST_SYMBOLS, NOTE_LIMIT, SECTION_LIMIT, WatchlistEntry
from technic_scanner.errors import ConfigError, FieldProblem

LONGEST = 1_000_000
_HEADED = ("symbol", "symbols", "ticker", "tickers")
_NOTES = ("note", "notes", "comment", "comments")
_HEADER_LINES = 10  # a file's title and date may stand above its column names
_AROUND = "\"'`“”‘’‚„«»‹›()[]{}<>*•·–—:!?…"
_SECTION = "###"
_EXCHANGE = re.compile(r"([A-Za-z][A-Za-z0-9_]*):(?=\S)")
_SYMBOL = re.compile(r"(?:[A-Za-z^/=][A-Za-z0-9.\-/=^&_!]*|\d{3,6}\.[A-Za-z]{1,3})")
_SEPARATED = re.compile(r"[,;\t|]")


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was read: the symbols in their order, each once; names that no list holds; what is no symbol at all."""

    entries: tuple[WatchlistEntry, ...]
    unknown: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """A word that may be a symbol, as it was written, and what was beside it."""

    word: str
    entry: WatchlistEntry


def read_text(text: str, known: Sequence[str] | None = None) -> Pasted:
    """Read the symbols of a text. Raises ConfigError if it is too long or names too many.

    A table with a column ``Symbol`` or ``Ticker`` is read by that column and one of notes. In any other text a line may
    end in ``# note``, and ``###`` begins a section. Words in small letters are symbols only in a text that has no
    capital ones. With ``known``, the symbols of a universe, every name that it does not hold is told as unknown instead
    of taken, and numbers are taken that it does hold; BRK.B and BRK-B are the same name, as are
    XETR:SAP and SAP.DE.
    """
    if len(text) > LONGEST:
        raise ConfigError([FieldProblem("text", f"is longer than {LONGEST} characters")])
    lines = text.removeprefix("\ufeff").splitlines()
    found = list(_of_table(lines) or _of_lines(lines))
    listed = None if known is None else frozenset(map(alike, known))
    capitals = any(_is_symbol(item.word) and not _is_small(item.word) for item in found)
    entries: dict[str, WatchlistEntry] = {}
    unknown: dict[str, None] = {}
    ignored: dict[str, None] = {}
    for item in (_with_ending(item, listed) for item in found):
        name, is_listed = alike(item.entry.symbol), listed is not None and alike(item.entry.symbol) in listed
        if not (_is_symbol(item.word) or is_listed) or (capitals and _is_small(item.word)):
            ignored[item.word] = None
        elif listed is None or is_listed:
            entries.setdefault(name, item.entry)
        else:
            unknown[item.entry.symbol] = None
    if len(entries) > MOST_SYMBOLS:
        raise ConfigError(
            [FieldProblem("text", f"names {len(entries)} symbols; a watchlist has at most {MOST_SYMBOLS}")]
        )
    return Pasted(tuple(entries.values()), tuple(unknown), tuple(ignored))


def _with_ending(item: _Found, listed: frozenset[str] | None) -> _Found:
    """Return a symbol of TradingView's with the ending of its exchange, where it is known which one."""
    names = yahoo_names(item.entry.symbol, item.entry.exchange)
    if listed is None:
        names = names if len(names) == 1 else ()
    else:
        names = tuple(name for name in names if alike(name) in listed)
    return _Found(names[0], replace(item.entry, symbol=names[0])) if names else item


def _of_table(lines: Sequence[str]) -> list[_Found]:
    """Return the symbols of a table's column; nothing if no line near the top names its columns."""
    for number, line in enumerate(lines[:_HEADER_LINES]):
        for mark in ",;\t":
            header = [_plain(cell).casefold() for cell in _cells(line, mark)]
            place = next((at for at, cell in enumerate(header) if cell in _HEADED), None)
            if place is not None:
                notes = next((at for at, cell in enumerate(header) if cell in _NOTES), None)
                rows = (_cells(row, mark) for row in lines[number + 1 :])
                return [found for row in rows for found in _of_row(row, place, notes)]
    return []


def _of_row(row: Sequence[str], place: int, notes: int | None) -> Iterator[_Found]:
    if len(row) <= place or not row[place].strip():
        return
    for found in _of_words(row[place].strip().replace(" ", "-"), ""):
        note = row[notes] if notes is not None and len(row) > notes else ""
        yield replace(found, entry=replace(found.entry, note=fit_note(note)))


def _of_lines(lines: Sequence[str]) -> Iterator[_Found]:
    section = ""
    for line in lines:
        for part in _SEPARATED.split(line) if _SECTION in line else [line]:
            if part.strip().startswith(_SECTION):
                section = fit_section(part.strip().removeprefix(_SECTION))
                continue
            text, mark, note = part.partition("#")
            words = list(_of_words(_SEPARATED.sub(" ", text), section))
            if len(words) == 1 and mark:
                words = [replace(words[0], entry=replace(words[0].entry, note=fit_note(note)))]
            yield from words


def _of_words(text: str, section: str) -> Iterator[_Found]:
    for word in text.split():
        bare = _plain(word)
        prefix = _EXCHANGE.match(bare)
        exchange = "" if prefix is None else prefix[1].upper()
        symbol = bare[prefix.end() :] if prefix else bare
        symbol = symbol[1:] if symbol.startswith("$") and symbol[1:2].isalpha() else symbol
        if 0 < len(symbol) <= MAX_SYMBOL_LENGTH and is_printable(symbol):
            yield _Found(symbol, WatchlistEntry(symbol.upper(), "", section, exchange[:MAX_SYMBOL_LENGTH]))


def _plain(word: str) -> str:
    """Return a word without the quotes, brackets and marks around it."""
    bare = word.strip().strip(_AROUND).lstrip("-.").rstrip(".-,;")
    return bare if bare == word else _plain(bare) if bare else ""


def _cells(line: str, mark: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=mark), [])
    except csv.Error:  # a cell of more than 131,072 characters, which is no cell of a table
        return []


def _is_symbol(word: str) -> bool:
    return _SYMBOL.fullmatch(word) is not None and any(letter.isalpha() for letter in word)


def _is_small(word: str) -> bool:
    return any(letter.islower() for letter in word)


def fit_note(text: str) -> str:
    """Return a note of one line without control characters, cut where it is too long."""
    return visible(" ".join(text.split()))[:NOTE_LIMIT]


def fit_section(text: str) -> str:
    """Return a section's heading in the same way."""
    return visible(" ".join(text.split()))[:SECTION_LIMIT]
