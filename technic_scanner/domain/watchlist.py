"""Define watchlists: symbols under a name, each with a note, and what a scan that names one refers to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

NOTE_LIMIT, SECTION_LIMIT, MOST_SYMBOLS = 500, 100, 20_000
_MARK = "@"


@dataclass(frozen=True, slots=True)
class WatchlistEntry:
    """One symbol of a watchlist, in capital letters.

    ``section`` is the heading that it stands under, ``exchange`` what another program wrote before its colon
    (``NASDAQ:AAPL``); both are empty where there is none.
    """

    symbol: str
    note: str = ""
    section: str = ""
    exchange: str = ""


@dataclass(frozen=True, slots=True)
class Watchlist:
    """One version of a watchlist; ``version`` counts saves.

    ``fault`` says why what is stored cannot be read; None if it can.
    """

    name: str
    entries: tuple[WatchlistEntry, ...]
    description: str = ""
    version: int = 1
    saved_at: datetime | None = None
    fault: str | None = None

    @property
    def symbols(self) -> tuple[str, ...]:
        """Return its symbols in their order."""
        return tuple(entry.symbol for entry in self.entries)


def reference_to(name: str, version: int) -> str:
    """Return how a config names one version of a watchlist: ``tech@3``."""
    return f"{name}{_MARK}{version}"


def parted_reference(reference: str) -> tuple[str, int | None]:
    """Return the name and the version of a reference; None: the newest."""
    name, mark, version = reference.rpartition(_MARK)
    if mark and version.isascii() and version.isdigit():
        return name, int(version)
    return reference, None
