"""Watchlists: named lists of symbols of which every version is kept."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from technic_scanner.adapters.stores.database import Queries, reading, writing
from technic_scanner.adapters.stores.schema_watchlists import watchlists
from technic_scanner.adapters.stores.versioned import VersionedTable
from technic_scanner.domain.watchlist import Watchlist
from technic_scanner.errors import WatchlistConflictError, WatchlistNotFoundError
from technic_scanner.runs.watchlists.stored_entries import dump_entries, read_entries


class WatchlistQueries(Queries):
    """Watchlists that people saved."""

    @reading
    def list_watchlists(self, connection: Connection) -> tuple[Watchlist, ...]:
        """Return the newest version of all watchlists, by name."""
        return _WATCHLISTS.newest(connection)

    @reading
    def watchlist_versions(self, connection: Connection, name: str) -> tuple[Watchlist, ...]:
        """Return every version, the newest first; WatchlistNotFoundError if there is none of this name."""
        return _WATCHLISTS.versions(connection, name)

    @writing
    def save_watchlist(
        self, connection: Connection, watchlist: Watchlist, *, expected_version: int | None
    ) -> Watchlist:
        """Insert version 1 (``expected_version`` None) or the one after the expected version.

        Raises WatchlistConflictError if the newest version, or its absence, is not the expected one.
        """
        values = {
            "description": watchlist.description,
            "entries": dump_entries(watchlist.entries),
            "saved_at": self.clock.now(),
        }
        return _WATCHLISTS.save(self.database, connection, watchlist.name, expected_version, values)

    @writing
    def delete_watchlist(self, connection: Connection, name: str) -> None:
        """Delete every version; WatchlistNotFoundError if there is none of this name."""
        _WATCHLISTS.delete(connection, name)


def _to_watchlist(row: Row[Any]) -> Watchlist:
    entries, fault = read_entries(row.entries)
    return Watchlist(row.name, entries, row.description, row.version, row.saved_at, fault)


_WATCHLISTS = VersionedTable(
    watchlists, 0x7EC4C1AA, "watchlist", _to_watchlist, WatchlistNotFoundError, WatchlistConflictError
)
