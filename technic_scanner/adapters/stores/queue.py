"""The life of a run in its worker: claimed, kept alive, marked interrupted, finished; each step checks the attempt."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, func, or_, select, update

from technic_scanner.adapters.stores.alerts import write_messages
from technic_scanner.adapters.stores.database import Database, Queries, reading, writing, writing_lazily
from technic_scanner.adapters.stores.events import append_batch
from technic_scanner.adapters.stores.results import EncodedResult, insert_result
from technic_scanner.adapters.stores.rows import (
    RUNNING_ATTEMPT,
    fetch_record,
    known_status,
    lock_attempt,
    lost_attempt,
    no_such_run,
)
from technic_scanner.adapters.stores.schema import UtcTime, chunk_stages, chunks, run_documents, runs, workers
from technic_scanner.adapters.stores.summary import summary_columns
from technic_scanner.adapters.stores.trials import write_answer
from technic_scanner.clock import Clock
from technic_scanner.domain.run import RunRecord, RunStatus, check_move
from technic_scanner.errors import RunStateError
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.runs.model import RunEnd
from technic_scanner.runs.serialization.stored import dump
from technic_scanner.runs.timings import comparability

# Any number will do, as long as nothing else in the database uses it.
_CLAIM_LOCK = 0x7EC4C1A1

# Built once: to build them takes as long as to run them.
_QUEUED = select(runs.c.source, func.count()).where(runs.c.status == RunStatus.QUEUED.value).group_by(runs.c.source)
_RUNNING = select(func.count()).select_from(runs).where(runs.c.status == RunStatus.RUNNING.value)
_OLDEST = (
    select(runs.c.run_id)
    .where(runs.c.status == RunStatus.QUEUED.value, runs.c.source.in_(bindparam("sources", expanding=True)))
    .order_by(runs.c.queued_at, runs.c.run_id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_TAKE = (
    update(runs)
    .where(runs.c.run_id == bindparam("id"))
    .values(
        status=RunStatus.RUNNING.value,
        worker_id=bindparam("worker"),
        host=bindparam("on"),
        version=bindparam("by"),
        started_at=bindparam("now", type_=UtcTime()),
        heartbeat_at=bindparam("now", type_=UtcTime()),
    )
)
_TAKEN_BY = (
    update(workers)
    .where(workers.c.worker_id == bindparam("worker"))
    .values(run_id=bindparam("id"), heartbeat_at=bindparam("now", type_=UtcTime()))
)
_ONE = select(runs).where(runs.c.run_id == bindparam("id")).with_for_update()
_METRICS = update(run_documents).where(run_documents.c.run_id == bindparam("id")).values(metrics=bindparam("text"))
_FORGET = tuple(delete(table).where(table.c.run_id == bindparam("id")) for table in (chunks, chunk_stages))
_BEAT = (
    update(runs)
    .where(*RUNNING_ATTEMPT, runs.c.worker_id == bindparam("worker"))
    .values(heartbeat_at=bindparam("now", type_=UtcTime()))
    .returning(runs.c.cancel_requested)
)


class QueueQueries(Queries):
    """The queue and the worker's side of a run."""

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(database, clock)
        # Heartbeats from the future (the wall clock stepped back): what was seen, and when by the monotonic clock.
        self._ahead_of_time: dict[str, tuple[datetime, float]] = {}

    def claim(
        self,
        worker_id: str,
        host: str,
        version: str,
        max_running: int | None,
        can_read: Callable[[str], bool] = lambda _source: True,
    ) -> RunRecord | None:
        """Move the oldest QUEUED run to RUNNING for this worker; None if there is none or ``max_running`` already run.

        The worker's row, if it has one, names the run from then on. Runs whose source the worker cannot read are left
        to others. Two workers never get the same attempt: SQLite lets in one writer at a time, PostgreSQL skips locked
        rows.
        """
        # Idle workers ask often; looking first keeps them from taking the write lock each time.
        sources = [source for source in self.queued_sources() if can_read(source)]
        return self._claim(worker_id, host, version, max_running, sources) if sources else None

    @writing_lazily
    def heartbeat(self, connection: Connection, run_id: str, worker_id: str, attempt: int) -> bool:
        """Record a heartbeat; return True if the run is to stop. RunStateError if it is another worker's."""
        values = {"id": run_id, "number": attempt, "worker": worker_id, "now": self.clock.now()}
        asked_to_stop = connection.execute(_BEAT, values).scalar_one_or_none()
        if asked_to_stop is None:
            lock_attempt(connection, run_id, attempt, worker_id)
            raise RunStateError(f"run {run_id} was given to another worker during a heartbeat")
        return asked_to_stop

    def interrupt_stale(self, older_than: timedelta) -> tuple[str, ...]:
        """Mark RUNNING runs whose heartbeat is older as INTERRUPTED; return their ids.

        A heartbeat from the future says that the clock was set back; it is stale once it has not
        changed for as long in this process. Reads without a write lock first, because every reader calls this.
        """
        stale = self._stale(older_than)
        return self._interrupt(stale) if stale else ()

    def finish(self, run_id: str, worker_id: str, attempt: int, end: RunEnd, result: ScanResult | None) -> RunRecord:
        """End the attempt: status, summary, metrics, result and picks in one transaction.

        A worker that repeats the call, because the answer to the first was lost, gets the record. RunStateError if the
        run is no longer its own. The chunks of a succeeded run are deleted, because it cannot be resumed.
        """
        encoded = None if result is None else EncodedResult.of(run_id, result)
        return self._finish(run_id, worker_id, attempt, end, encoded)

    @writing
    def _finish(
        self,
        connection: Connection,
        run_id: str,
        worker_id: str,
        attempt: int,
        end: RunEnd,
        encoded: EncodedResult | None,
    ) -> RunRecord:
        row = connection.execute(_ONE, {"id": run_id}).one_or_none()
        if row is None:
            raise no_such_run(run_id)
        if (row.attempt, row.worker_id) != (attempt, worker_id):
            raise lost_attempt(row, attempt, worker_id)
        if end.status.is_terminal and row.status == end.status.value:
            return fetch_record(connection, run_id)
        check_move(run_id, known_status(run_id, row.status), end.status)
        if end.last_events:
            append_batch(connection, lock_attempt(connection, run_id, attempt, worker_id), end.last_events)
        values = {
            "status": end.status.value,
            "finished_at": self.clock.now(),
            "error_code": end.error.code if end.error else None,
            "error_message": end.error.message if end.error else None,
            "status_text": end.error.message if end.error else "",
        }
        if encoded is not None:
            result = encoded.result
            values |= summary_columns(row, end.status, result)
            values |= _keys(connection, run_id, result, row.version)
            insert_result(connection, encoded)
            connection.execute(_METRICS, {"id": run_id, "text": dump(result.metrics)})
        connection.execute(update(runs).where(runs.c.run_id == run_id).values(**values))
        if end.status is RunStatus.SUCCEEDED:
            self._succeed(connection, run_id, encoded)
        return fetch_record(connection, run_id)

    def _succeed(self, connection: Connection, run_id: str, encoded: EncodedResult | None) -> None:
        """Write what a study found and what is to be told, and delete the chunks, which nobody needs any more."""
        if encoded is not None and encoded.result.study is not None:
            write_answer(connection, self.database, run_id, encoded.result.study, self.clock.now())
        write_messages(connection, self.database, run_id, self.clock.now())
        for statement in _FORGET:
            connection.execute(statement, {"id": run_id})

    @reading
    def queued_sources(self, connection: Connection) -> dict[str, int]:
        """Return how many runs of each source are queued."""
        return dict(connection.execute(_QUEUED).all())

    @writing
    def _claim(
        self,
        connection: Connection,
        worker_id: str,
        host: str,
        version: str,
        max_running: int | None,
        sources: Collection[str],
    ) -> RunRecord | None:
        if max_running is not None:
            # Without the lock two workers could both count one place free and both take it.
            self.database.lock(connection, _CLAIM_LOCK)
            if connection.execute(_RUNNING).scalar_one() >= max_running:
                return None
        run_id = connection.execute(_OLDEST, {"sources": list(sources)}).scalar_one_or_none()
        if run_id is None:
            return None
        check_move(run_id, RunStatus.QUEUED, RunStatus.RUNNING)
        claim = {"id": run_id, "worker": worker_id, "now": self.clock.now()}
        connection.execute(_TAKE, claim | {"on": host, "by": version})
        connection.execute(_TAKEN_BY, claim)
        return fetch_record(connection, run_id)

    @reading
    def _stale(self, connection: Connection, older_than: timedelta) -> tuple[tuple[str, datetime], ...]:
        now, monotonic = self.clock.now(), self.clock.monotonic()
        rows = connection.execute(
            select(runs.c.run_id, runs.c.heartbeat_at).where(
                runs.c.status == RunStatus.RUNNING.value,
                or_(runs.c.heartbeat_at < now - older_than, runs.c.heartbeat_at > now),
            )
        ).all()
        # Replaced as a whole, so that another thread never sees a partly updated mapping.
        seen, ahead = self._ahead_of_time, {}
        stale = []
        for run_id, heartbeat_at in rows:
            if heartbeat_at is None:
                continue
            if heartbeat_at < now:
                stale.append((run_id, heartbeat_at))
                continue
            known = seen.get(run_id)
            since = known[1] if known and known[0] == heartbeat_at else monotonic
            ahead[run_id] = (heartbeat_at, since)
            if monotonic - since > older_than.total_seconds():
                stale.append((run_id, heartbeat_at))
        self._ahead_of_time = ahead
        return tuple(stale)

    @writing
    def _interrupt(self, connection: Connection, stale: tuple[tuple[str, datetime], ...]) -> tuple[str, ...]:
        interrupted = []
        for run_id, heartbeat_at in stale:
            # The heartbeat is compared again, because the worker may have sent one since it was read.
            changed = connection.execute(
                update(runs)
                .where(
                    runs.c.run_id == run_id,
                    runs.c.status == RunStatus.RUNNING.value,
                    runs.c.heartbeat_at == heartbeat_at,
                )
                .values(
                    status=RunStatus.INTERRUPTED.value,
                    finished_at=heartbeat_at,
                    status_text="interrupted: its worker stopped answering",
                )
            ).rowcount
            if changed:
                interrupted.append(run_id)
        return tuple(interrupted)


def _keys(connection: Connection, run_id: str, result: ScanResult, version: str) -> dict[str, str]:
    """Return the comparability key of the run; none if its request is not fully known."""
    record = fetch_record(connection, run_id)
    config, options = record.readable_config, record.readable_options
    if config is None or options is None or record.unknown_fields:
        return {}
    return {"comparability_key": comparability.key(config, options, result.metrics, version, record.study)}
