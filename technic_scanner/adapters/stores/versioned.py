"""A table of things under names, of which every version is kept; two users cannot overwrite each other unnoticed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Row, Table, delete, func, insert, select

from technic_scanner.adapters.stores.database import Database
from technic_scanner.errors import ConflictError, NotFoundError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class VersionedTable(Generic[T]):
    """The queries of one such table, whose key is ``name`` and ``version``.

    ``lock`` is the number of its lock, ``noun`` what one of its things is called; ``read`` makes one of a row.
    """

    table: Table
    lock: int
    noun: str
    read: Callable[[Row[Any]], T]
    missing: type[NotFoundError]
    conflict: type[ConflictError]

    def newest(self, connection: Connection) -> tuple[T, ...]:
        """Return the newest version of all, by name."""
        columns = self.table.c
        newest = select(columns.name, func.max(columns.version).label("version")).group_by(columns.name).subquery()
        joined = self.table.join(newest, (newest.c.name == columns.name) & (newest.c.version == columns.version))
        rows = connection.execute(select(self.table).select_from(joined)).all()
        return tuple(self.read(row) for row in sorted(rows, key=lambda row: str(row.name)))

    def versions(self, connection: Connection, name: str) -> tuple[T, ...]:
        """Return every version, the newest first. Raises the error of a missing one."""
        columns = self.table.c
        wanted = select(self.table).where(columns.name == name).order_by(columns.version.desc())
        rows = connection.execute(wanted).all()
        if not rows:
            raise self._missing(name)
        return tuple(map(self.read, rows))

    def save(
        self, database: Database, connection: Connection, name: str, expected: int | None, values: Mapping[str, Any]
    ) -> T:
        """Insert version 1 (``expected`` None) or the one after the expected version; return it as stored.

        Raises the error of a conflict if the newest version, or its absence, is not the expected one.
        """
        database.lock(connection, self.lock)
        columns = self.table.c
        newest = connection.scalar(select(func.max(columns.version)).where(columns.name == name))
        if newest != expected:
            raise self._conflict(name, newest, expected)
        version = (newest or 0) + 1
        connection.execute(insert(self.table).values(name=name, version=version, **values))
        stored = select(self.table).where(columns.name == name, columns.version == version)
        return self.read(connection.execute(stored).one())

    def delete(self, connection: Connection, name: str) -> None:
        """Delete every version. Raises the error of a missing one."""
        if not connection.execute(delete(self.table).where(self.table.c.name == name)).rowcount:
            raise self._missing(name)

    def _missing(self, name: str) -> NotFoundError:
        return self.missing(f"there is no {self.noun} {name!r}")

    def _conflict(self, name: str, stored: int | None, expected: int | None) -> ConflictError:
        what = f"{self.noun} {name!r}"
        if stored is None:
            return self.conflict(f"{what} was removed since version {expected} was read")
        if expected is None:
            return self.conflict(f"there is a {what} already, at version {stored}")
        return self.conflict(f"{what} is at version {stored} now, not {expected}; read it again")
