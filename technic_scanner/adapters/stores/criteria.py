"""Saved criteria: named texts of which every version is kept; two users cannot overwrite each other unnoticed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from technic_scanner.adapters.stores.database import Queries, reading, writing
from technic_scanner.adapters.stores.schema_criteria import saved_criteria
from technic_scanner.errors import CriteriaConflictError, CriteriaNotFoundError
from technic_scanner.runs.saved_criteria.model import SavedCriteria

_CRITERIA_LOCK = 0x7EC4C1A7
_COLUMNS = saved_criteria.c


class CriteriaQueries(Queries):
    """Criteria that people saved; shipped ones are not stored."""

    @reading
    def list_criteria(self, connection: Connection) -> tuple[SavedCriteria, ...]:
        """Return the newest version of all criteria, by name."""
        newest = select(_COLUMNS.name, func.max(_COLUMNS.version).label("version")).group_by(_COLUMNS.name).subquery()
        joined = saved_criteria.join(newest, (newest.c.name == _COLUMNS.name) & (newest.c.version == _COLUMNS.version))
        rows = connection.execute(select(saved_criteria).select_from(joined)).all()
        return tuple(sorted(map(_to_saved, rows), key=lambda saved: saved.name))

    @reading
    def criteria_versions(self, connection: Connection, name: str) -> tuple[SavedCriteria, ...]:
        """Return every version, the newest first; CriteriaNotFoundError if there is none of this name."""
        wanted = select(saved_criteria).where(_COLUMNS.name == name).order_by(_COLUMNS.version.desc())
        rows = connection.execute(wanted).all()
        if not rows:
            raise _no_such_criteria(name)
        return tuple(map(_to_saved, rows))

    @writing
    def save_criteria(
        self, connection: Connection, saved: SavedCriteria, *, expected_version: int | None
    ) -> SavedCriteria:
        """Insert version 1 (``expected_version`` None) or the one after the expected version.

        Raises CriteriaConflictError if the newest version, or its absence, is not the expected one.
        """
        self.database.lock(connection, _CRITERIA_LOCK)
        newest = connection.scalar(select(func.max(_COLUMNS.version)).where(_COLUMNS.name == saved.name))
        if newest != expected_version:
            raise _conflict(saved.name, newest, expected_version)
        stored = replace(saved, version=(newest or 0) + 1, builtin=False, saved_at=self.clock.now())
        values = {name: getattr(stored, name) for name in _COLUMNS.keys()}  # noqa: SIM118 - no mapping
        connection.execute(insert(saved_criteria).values(**values))
        return stored

    @writing
    def delete_criteria(self, connection: Connection, name: str) -> None:
        """Delete every version; CriteriaNotFoundError if there is none of this name."""
        if not connection.execute(delete(saved_criteria).where(_COLUMNS.name == name)).rowcount:
            raise _no_such_criteria(name)


def _to_saved(row: Row[Any]) -> SavedCriteria:
    return SavedCriteria(row.name, row.text, row.description, row.version, row.language, saved_at=row.saved_at)


def _no_such_criteria(name: str) -> CriteriaNotFoundError:
    return CriteriaNotFoundError(f"there are no criteria {name!r}")


def _conflict(name: str, stored: int | None, expected: int | None) -> CriteriaConflictError:
    if stored is None:
        return CriteriaConflictError(f"criteria {name!r} were removed since version {expected} was read")
    if expected is None:
        return CriteriaConflictError(f"there are criteria {name!r} already, at version {stored}")
    return CriteriaConflictError(f"criteria {name!r} are at version {stored} now, not {expected}; read them again")
