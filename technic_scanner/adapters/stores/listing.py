"""Lists and counts runs from their summary rows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Integer, bindparam, func, select

from technic_scanner.adapters.stores.database import Queries, reading
from technic_scanner.adapters.stores.filters import NEWEST_FIRST, newest_ids, to_cursor
from technic_scanner.adapters.stores.rows import nearest_status, select_records, to_record
from technic_scanner.adapters.stores.schema import runs
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.runs.model import RunPage, RunQuery

# Built once, for every run that is queued or begins: to build them takes as long as to run them.
_LIKE = (
    select_records()
    .where(
        runs.c.status == RunStatus.SUCCEEDED.value,
        runs.c.source == bindparam("from"),
        runs.c.executor == bindparam("by"),
    )
    .order_by(*NEWEST_FIRST)
    .limit(bindparam("most", type_=Integer))
)
_OF_ANY_WORKERS, _OF_WORKERS = (
    _LIKE.where(condition) for condition in (runs.c.workers.is_(None), runs.c.workers == bindparam("with"))
)
_STATUSES = select(runs.c.run_id, runs.c.status, runs.c.finished_at).where(
    runs.c.run_id.in_(bindparam("ids", expanding=True))
)


class ListingQueries(Queries):
    """Queries about many runs."""

    @reading
    def list_runs(self, connection: Connection, query: RunQuery) -> RunPage:
        """Return one page, newest first. Runs that arrive meanwhile do not shift later pages.

        Raises ConfigError for a cursor that did not come from a page.
        """
        ids = newest_ids(query, query.limit + 1)
        rows = connection.execute(select_records().where(runs.c.run_id.in_(ids)).order_by(*NEWEST_FIRST)).all()
        records = tuple(to_record(row) for row in rows[: query.limit])
        return RunPage(records, to_cursor(records[-1]) if len(rows) > query.limit and records else None)

    @reading
    def cost_runs(
        self, connection: Connection, source: str, executor: str, workers: int | None, limit: int
    ) -> tuple[RunRecord, ...]:
        """Return the newest SUCCEEDED runs of the same source, executor and workers, for the cost model."""
        values = {"from": source, "by": executor, "most": limit}
        if workers is None:
            return tuple(map(to_record, connection.execute(_OF_ANY_WORKERS, values)))
        return tuple(map(to_record, connection.execute(_OF_WORKERS, values | {"with": workers})))

    @reading
    def statuses_of(self, connection: Connection, run_ids: Sequence[str]) -> dict[str, RunStatus]:
        """Return the status of each of these runs; without those that do not exist."""
        rows = connection.execute(_STATUSES, {"ids": list(run_ids)})
        return {row.run_id: nearest_status(row.status, row.finished_at) for row in rows}

    @reading
    def count_by_status(self, connection: Connection, owner: str | None = None) -> dict[RunStatus, int]:
        """Return how many runs are in each status that this version knows, of one owner or of all."""
        statement = select(runs.c.status, func.count()).group_by(runs.c.status)
        if owner is not None:
            statement = statement.where(runs.c.owner == owner)
        stored = dict(connection.execute(statement).all())
        return {status: stored.get(status.value, 0) for status in RunStatus}
