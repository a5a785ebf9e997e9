"""The chunk journal: the finished chunks of a run, which later attempts reuse."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from technic_scanner.adapters.stores.database import Database, Queries, reading, writing
from technic_scanner.adapters.stores.rows import lock_attempt
from technic_scanner.adapters.stores.schema import chunk_stages, chunks
from technic_scanner.clock import Clock
from technic_scanner.pipeline.ports import ChunkJournal


class RunChunks(Queries):
    """One attempt's view of its run's chunks. Writes raise RunStateError once the attempt no longer runs."""

    def __init__(self, database: Database, clock: Clock, run_id: str, attempt: int) -> None:
        super().__init__(database, clock)
        self._run_id = run_id
        self._attempt = attempt

    @reading
    def fingerprint(self, connection: Connection, stage: str) -> str | None:
        """Return the fingerprint under which the stage's chunks were recorded, None if there are none."""
        return connection.execute(
            select(chunk_stages.c.fingerprint).where(
                chunk_stages.c.run_id == self._run_id, chunk_stages.c.stage == stage
            )
        ).scalar_one_or_none()

    @writing
    def start_over(self, connection: Connection, stage: str, fingerprint: str) -> None:
        """Delete the stage's chunks and store the new fingerprint."""
        lock_attempt(connection, self._run_id, self._attempt)
        for table in (chunks, chunk_stages):
            connection.execute(delete(table).where(table.c.run_id == self._run_id, table.c.stage == stage))
        connection.execute(insert(chunk_stages).values(run_id=self._run_id, stage=stage, fingerprint=fingerprint))

    @reading
    def chunks(self, connection: Connection, stage: str) -> dict[int, bytes]:
        """Return the recorded chunks of a stage by index."""
        rows = connection.execute(
            select(chunks.c.idx, chunks.c.payload)
            .where(chunks.c.run_id == self._run_id, chunks.c.stage == stage)
            .order_by(chunks.c.idx)
        )
        return {idx: bytes(payload) for idx, payload in rows}

    @writing
    def record(self, connection: Connection, stage: str, index: int, payload: bytes) -> None:
        """Record one finished chunk, replacing an earlier one of that index; durable when this returns."""
        lock_attempt(connection, self._run_id, self._attempt)
        upsert = sqlite.insert if self.database.is_sqlite else postgresql.insert
        statement = upsert(chunks).values(run_id=self._run_id, stage=stage, idx=index, payload=payload)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[chunks.c.run_id, chunks.c.stage, chunks.c.idx],
                set_={"payload": statement.excluded.payload},
            )
        )


class ChunkQueries(Queries):
    """Opens chunk journals."""

    def journal(self, run_id: str, attempt: int) -> ChunkJournal:
        """Return the run's chunk journal for the running attempt."""
        return RunChunks(self.database, self.clock, run_id, attempt)
