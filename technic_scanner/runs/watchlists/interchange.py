"""A watchlist as a JSON document, whole, for another installation; and the strict reading of its entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from technic_scanner.domain.fields import MAX_SYMBOL_LENGTH
from technic_scanner.domain.printable import is_printable
from technic_scanner.domain.quoting import quoted
from technic_scanner.domain.symbols import alike
from technic_scanner.domain.watchlist import (
    MOST_SYMBOLS,
    NOTE_LIMIT,
    SECTION_LIMIT,
    Watchlist,
    WatchlistEntry,
    parted_reference,
)
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.runs.named_versions.interchange import DocumentForm, content_problems

FORM = DocumentForm("watchlist", "technic-scanner/watchlist", ("entries",), longest=20_000_000)
_PARTS = {"symbol": MAX_SYMBOL_LENGTH, "note": NOTE_LIMIT, "section": SECTION_LIMIT, "exchange": MAX_SYMBOL_LENGTH}


def to_json(watchlist: Watchlist) -> str:
    """Return the JSON text of one version."""
    values = {name: getattr(watchlist, name) for name in ("name", "description", "version")}
    return FORM.text_of(values | {"entries": [entry_to_dict(entry) for entry in watchlist.entries]})


def from_json(text: str) -> Watchlist:
    """Read a watchlist from JSON text; ConfigError names every problem."""
    payload = FORM.read(text)
    problems = list(FORM.problems(payload))
    entries: tuple[WatchlistEntry, ...] = ()
    try:
        entries = entries_from(payload.get("entries"))
    except ConfigError as error:
        problems += error.problems
    if problems:
        raise ConfigError(problems)
    return Watchlist(payload["name"], entries, payload.get("description", ""))


def entries_from(rows: object) -> tuple[WatchlistEntry, ...]:
    """Read entries of JSON types: texts or objects with ``symbol``; ConfigError names every problem."""
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        raise ConfigError([FieldProblem("entries", "must be a list of symbols")])
    problems: list[FieldProblem] = []
    entries = []
    for number, row in enumerate(rows):
        parts = {"symbol": row} if isinstance(row, str) else row
        wrong = list(_part_problems(f"entries.{number}", parts))
        problems += wrong
        if not wrong:
            entries.append(WatchlistEntry(**{**parts, "symbol": parts["symbol"].strip().upper()}))
    if problems:
        raise ConfigError(problems)
    return tuple(entries)


def entry_to_dict(entry: WatchlistEntry) -> dict[str, str]:
    """Return an entry as JSON types, without what is empty."""
    return {name: value for name in _PARTS if (value := getattr(entry, name))}


def watchlist_to_dict(watchlist: Watchlist) -> dict[str, Any]:
    """Return a watchlist as JSON types."""
    return {
        "name": watchlist.name,
        "description": watchlist.description,
        "version": watchlist.version,
        "saved_at": None if watchlist.saved_at is None else watchlist.saved_at.isoformat(),
        "symbols": list(watchlist.symbols),
        "entries": [entry_to_dict(entry) for entry in watchlist.entries],
        "fault": watchlist.fault,
    }


def watchlist_problems(watchlist: Watchlist) -> Iterator[FieldProblem]:
    """Yield everything that keeps a watchlist from being saved."""
    yield from content_problems(watchlist.name, watchlist.description)
    if parted_reference(watchlist.name)[1] is not None:
        yield FieldProblem("name", "must not end like a version, such as @3")
    if not watchlist.entries:
        yield FieldProblem("entries", "must hold at least one symbol")
    if len(watchlist.entries) > MOST_SYMBOLS:
        yield FieldProblem("entries", f"must hold at most {MOST_SYMBOLS} symbols, not {len(watchlist.entries)}")
    seen: dict[str, int] = {}
    for number, entry in enumerate(watchlist.entries):
        yield from _part_problems(f"entries.{number}", {name: getattr(entry, name) for name in _PARTS})
        first = seen.setdefault(alike(entry.symbol), number)
        if first != number:
            earlier = watchlist.entries[first].symbol
            yield FieldProblem(f"entries.{number}", f"{entry.symbol} is listed already, as {earlier}")


def _part_problems(place: str, parts: object) -> Iterator[FieldProblem]:
    if not isinstance(parts, Mapping):
        yield FieldProblem(place, f"must be a symbol or an object, not {quoted(parts)}")
        return
    for name in parts:
        if name not in _PARTS:
            yield FieldProblem(f"{place}.{name}", f"is not one of {', '.join(_PARTS)}")
    for name, limit in _PARTS.items():
        value = parts.get(name, "")
        if not isinstance(value, str) or len(value) > limit or not is_printable(value):
            yield FieldProblem(f"{place}.{name}", f"must be text of at most {limit} characters in one line")
        elif name == "symbol" and not value.strip():
            yield FieldProblem(f"{place}.symbol", "must be given")
