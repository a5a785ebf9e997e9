"""Deletes ended runs that a policy no longer keeps, in small transactions so that workers can write between them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, delete, select

from technic_scanner.adapters.stores import engine as modes
from technic_scanner.adapters.stores.database import Queries, reading, writing
from technic_scanner.adapters.stores.schema import runs
from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.model import PrunePolicy, PruneReport

_ENDED = tuple(status.value for status in RunStatus if status.is_terminal)
_BATCH = 100


class RetentionQueries(Queries):
    """Retention of runs."""

    def prune(self, policy: PrunePolicy, *, dry_run: bool) -> PruneReport:
        """Delete ended, unpinned runs, oldest first, or only return their ids.

        A run is kept if any limit keeps it: it is among the newest ``keep_runs``, or was created within ``keep_days``.
        Without a limit all are kept. A run that is pinned or resumed meanwhile is kept as well.
        """
        run_ids = self._expired(policy)
        if dry_run:
            return PruneReport(run_ids, dry_run=True)
        deleted: list[str] = []
        for start in range(0, len(run_ids), _BATCH):
            deleted += self._delete(run_ids[start : start + _BATCH])
            self._give_back_pages()
        return PruneReport(tuple(deleted), dry_run=False)

    @reading
    def _expired(self, connection: Connection, policy: PrunePolicy) -> tuple[str, ...]:
        if policy.keep_runs is None and policy.keep_days is None:
            return ()
        statement = (
            select(runs.c.run_id)
            .where(runs.c.status.in_(_ENDED), runs.c.pinned.is_(False))
            .order_by(runs.c.created_at.desc(), runs.c.run_id.desc())
        )
        if policy.keep_days is not None:
            statement = statement.where(runs.c.created_at < self.clock.now() - timedelta(days=policy.keep_days))
        newest_first = connection.execute(statement).scalars().all()
        if policy.keep_runs is not None:
            kept = set(
                connection.execute(
                    select(runs.c.run_id)
                    .where(runs.c.status.in_(_ENDED), runs.c.pinned.is_(False))
                    .order_by(runs.c.created_at.desc(), runs.c.run_id.desc())
                    .limit(policy.keep_runs)
                ).scalars()
            )
            newest_first = [run_id for run_id in newest_first if run_id not in kept]
        return tuple(reversed(newest_first))

    def _give_back_pages(self) -> None:
        """Shrink an SQLite file by the pages that the last batch freed; PostgreSQL reuses space by itself."""
        if self.database.is_sqlite:
            self.database.run(modes.BARE, _vacuum)

    @writing
    def _delete(self, connection: Connection, run_ids: tuple[str, ...]) -> list[str]:
        deleted = set(
            connection.execute(
                delete(runs)
                .where(runs.c.run_id.in_(run_ids), runs.c.status.in_(_ENDED), runs.c.pinned.is_(False))
                .returning(runs.c.run_id)
            ).scalars()
        )
        return [run_id for run_id in run_ids if run_id in deleted]


def _vacuum(connection: Connection) -> None:
    # SQLite frees one page per step of this statement; in Python only executescript runs all steps.
    raw: Any = connection.connection.driver_connection
    raw.executescript("PRAGMA incremental_vacuum;")
