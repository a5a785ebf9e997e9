"""Saved criteria: named texts of which every version is kept."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from technic_scanner.adapters.stores.database import Queries, reading, writing
from technic_scanner.adapters.stores.schema_criteria import saved_criteria
from technic_scanner.adapters.stores.versioned import VersionedTable
from technic_scanner.errors import CriteriaConflictError, CriteriaNotFoundError
from technic_scanner.runs.saved_criteria.model import SavedCriteria


class CriteriaQueries(Queries):
    """Criteria that people saved; shipped ones are not stored."""

    @reading
    def list_criteria(self, connection: Connection) -> tuple[SavedCriteria, ...]:
        """Return the newest version of all criteria, by name."""
        return _CRITERIA.newest(connection)

    @reading
    def criteria_versions(self, connection: Connection, name: str) -> tuple[SavedCriteria, ...]:
        """Return every version, the newest first; CriteriaNotFoundError if there is none of this name."""
        return _CRITERIA.versions(connection, name)

    @writing
    def save_criteria(
        self, connection: Connection, saved: SavedCriteria, *, expected_version: int | None
    ) -> SavedCriteria:
        """Insert version 1 (``expected_version`` None) or the one after the expected version.

        Raises CriteriaConflictError if the newest version, or its absence, is not the expected one.
        """
        values = {"text": saved.text, "description": saved.description, "language": saved.language}
        values_now = values | {"saved_at": self.clock.now()}
        return _CRITERIA.save(self.database, connection, saved.name, expected_version, values_now)

    @writing
    def delete_criteria(self, connection: Connection, name: str) -> None:
        """Delete every version; CriteriaNotFoundError if there is none of this name."""
        _CRITERIA.delete(connection, name)


def _to_saved(row: Row[Any]) -> SavedCriteria:
    return SavedCriteria(row.name, row.text, row.description, row.version, row.language, saved_at=row.saved_at)


_CRITERIA = VersionedTable(
    saved_criteria, 0x7EC4C1A7, "set of criteria", _to_saved, CriteriaNotFoundError, CriteriaConflictError
)
