"""Stores the heartbeats of worker processes."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from technic_scanner.adapters.stores.database import Queries, reading, writing_lazily
from technic_scanner.adapters.stores.schema import workers
from technic_scanner.runs.model import WorkerInfo

_REMEMBERED = timedelta(days=1)


# Built once: to build it takes as long as to run it.
_ALIVE = (
    select(workers)
    .where(workers.c.heartbeat_at >= bindparam("since"))
    .order_by(workers.c.started_at, workers.c.worker_id)
)


class WorkerQueries(Queries):
    """Worker rows."""

    @writing_lazily
    def stamp_worker(self, connection: Connection, worker: WorkerInfo) -> None:
        """Insert or refresh a worker's row."""
        values = {
            "worker_id": worker.worker_id,
            "host": worker.host,
            "pid": worker.pid,
            "started_at": worker.started_at,
            "heartbeat_at": worker.heartbeat_at,
            "run_id": worker.run_id,
        }
        upsert = sqlite.insert if self.database.is_sqlite else postgresql.insert
        connection.execute(
            upsert(workers).values(**values).on_conflict_do_update(index_elements=[workers.c.worker_id], set_=values)
        )

    @writing_lazily
    def remove_worker(self, connection: Connection, worker_id: str) -> None:
        """Delete the row of a worker that has stopped, if there is one.

        Rows of workers that stopped without this call more than a day ago are deleted with it.
        """
        forgotten = self.clock.now() - _REMEMBERED
        connection.execute(
            delete(workers).where(or_(workers.c.worker_id == worker_id, workers.c.heartbeat_at < forgotten))
        )

    @reading
    def workers(self, connection: Connection, alive_since: datetime) -> tuple[WorkerInfo, ...]:
        """Return the workers with a heartbeat since then, the longest-running first."""
        rows = connection.execute(_ALIVE, {"since": alive_since})
        return tuple(
            WorkerInfo(
                worker_id=row.worker_id,
                host=row.host,
                pid=row.pid,
                started_at=row.started_at,
                heartbeat_at=row.heartbeat_at,
                run_id=row.run_id,
            )
            for row in rows
        )
