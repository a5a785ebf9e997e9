"""Tells which symbols of a request the price cache can serve, and which must be fetched."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from pydantic_core import to_json

from technic_scanner.adapters.market_data.price_cache.freshness import FreshUntil, reaches_back, start_of, still_unknown
from technic_scanner.adapters.market_data.price_cache.index import Entry, Index, day_number
from technic_scanner.domain.metrics import SymbolFailure
from technic_scanner.domain.reasons import failure, no_data


@dataclass(slots=True)
class Sorted:
    """A request split into entries to read and symbols to fetch, with those that need the earliest days first."""

    hits: list[Entry] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    failures: list[SymbolFailure] = field(default_factory=list)


def sort_out(index: Index, symbols: Sequence[str], bars: int, end: date, remembered_from: float) -> Sorted:
    """Split a request for the newest ``bars`` sessions up to ``end``.

    A symbol that turned out to be unknown after ``remembered_from``, a time stamp in seconds, is not fetched again.
    """
    need, found = FreshUntil(end), Sorted()
    for symbol in symbols:
        entry = index.entries.get(symbol)
        if entry is not None and need.surely_held_by(entry):  # nearly all of them
            found.hits.append(entry)
        elif entry is None:
            found.missing.append(symbol)
        elif not entry.parts and entry.checked_at > remembered_from and still_unknown(entry, end):
            found.failures.append(failure(symbol, entry.reason, entry.detail))
        elif not entry.parts or not need.met_by(entry.through) or not reaches_back(entry, bars, end):
            found.missing.append(symbol)
        elif entry.first > need.end:
            found.failures.append(no_data(symbol, None, end))
        else:
            found.hits.append(entry)
    found.missing.sort(key=lambda symbol: start_of(index.entries.get(symbol)))
    return found


def last_day(hits: Sequence[Entry], end: date) -> int:
    """Return the newest day of the bars of ``hits`` up to ``end``, in days since 1970."""
    return min(day_number(end), max([entry.last for entry in hits], default=0))


def request_key(hits: Sequence[Entry], bars: int, last: int) -> str:
    """Return a name for a request that changes whenever its result may; segment numbers are never reused."""
    request = (bars, last, [entry.symbol for entry in hits], [entry.parts for entry in hits])
    return hashlib.sha256(to_json(request)).hexdigest()[:32]
