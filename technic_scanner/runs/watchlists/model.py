"""The port of the store that keeps watchlists."""

from __future__ import annotations

from typing import Protocol

from technic_scanner.domain.watchlist import Watchlist


class WatchlistStore(Protocol):
    """Keeps watchlists with all their versions."""

    def list_watchlists(self) -> tuple[Watchlist, ...]:
        """Return the newest version of all, by name."""
        ...

    def watchlist_versions(self, name: str) -> tuple[Watchlist, ...]:
        """Return every version, the newest first; WatchlistNotFoundError."""
        ...

    def save_watchlist(self, watchlist: Watchlist, *, expected_version: int | None) -> Watchlist:
        """Insert the next version; WatchlistConflictError if the newest is not the expected one (None: must be new)."""
        ...

    def delete_watchlist(self, name: str) -> None:
        """Delete every version; WatchlistNotFoundError."""
        ...
