"""The stored document of a watchlist's entries."""

from __future__ import annotations

from collections.abc import Iterable

from technic_scanner.domain.watchlist import WatchlistEntry
from technic_scanner.runs.serialization.stored import dump_object, read_list

_ENTRIES = "entries"


def dump_entries(entries: Iterable[WatchlistEntry]) -> str:
    """Return the document."""
    return dump_object({_ENTRIES: [[entry.symbol, entry.note, entry.section, entry.exchange] for entry in entries]})


def read_entries(text: str) -> tuple[tuple[WatchlistEntry, ...], str | None]:
    """Read the document; what a newer version adds to an entry is left out. A fault is said instead of raised."""
    reading = read_list(text, _ENTRIES)
    if reading.value is None:
        return (), "; ".join(problem.message for problem in reading.problems)
    try:
        return tuple(WatchlistEntry(*map(str, row[:4])) for row in reading.value), None
    except TypeError:
        return (), "its symbols are not lists of texts"
