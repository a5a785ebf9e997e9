"""What past runs picked, of many runs at once: which are dated, and the few columns that judging reads."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
from sqlalchemy import Connection, func, select

from technic_scanner.adapters.stores.database import Queries, reading
from technic_scanner.adapters.stores.documents import load_config
from technic_scanner.adapters.stores.filters import NEWEST_FIRST, newest_ids
from technic_scanner.adapters.stores.schema import results, run_documents, runs
from technic_scanner.domain.run import RunStatus
from technic_scanner.errors import StoreError
from technic_scanner.runs.model import DatedRun, DatedRuns, PickTable, RunQuery

_FAILURE_COLUMNS = ("symbol", "stage")
_UNPACKERS = 2


class PastPickQueries(Queries):
    """Reads of many results at once."""

    @reading
    def dated_runs(self, connection: Connection, source: str | None, limit: int) -> DatedRuns:
        """Return those of the newest ``limit`` SUCCEEDED runs whose result has an as-of date, newest first."""
        succeeded = RunQuery(statuses=(RunStatus.SUCCEEDED,), source=source)
        there = connection.scalar(select(func.count()).select_from(newest_ids(succeeded, limit + 1).subquery()))
        newest = newest_ids(succeeded, limit).subquery()
        rows = connection.execute(
            select(runs.c.run_id, run_documents.c.config, results.c.as_of)
            .join_from(newest, results, results.c.run_id == newest.c.run_id)
            .join(runs, runs.c.run_id == newest.c.run_id)
            .join(run_documents, run_documents.c.run_id == newest.c.run_id)
            .where(results.c.as_of.is_not(None))
            .order_by(*NEWEST_FIRST)
        )
        found = (DatedRun(run_id, load_config(config), as_of) for run_id, config, as_of in rows if as_of is not None)
        return DatedRuns(tuple(found), more=(there or 0) > limit)

    @reading
    def pick_tables(
        self, connection: Connection, run_ids: Sequence[str], columns: Sequence[str]
    ) -> tuple[PickTable, ...]:
        """Return these columns of the runs' tables, in any order; runs without a result are omitted."""
        rows = connection.execute(
            select(results.c.run_id, results.c.picks_table, results.c.failures).where(results.c.run_id.in_(run_ids))
        )
        # A table is unpacked while the next ones are read, for Arrow needs no interpreter meanwhile.
        with ThreadPoolExecutor(_UNPACKERS) as pool:
            found = [pool.submit(_pick_table, *row, columns) for row in rows]
            return tuple(table.result() for table in found)


def _pick_table(run_id: str, table: bytes, failures: bytes, columns: Sequence[str]) -> PickTable:
    return PickTable(run_id, _columns_of(table, columns), _columns_of(failures, _FAILURE_COLUMNS))


def _columns_of(payload: bytes, columns: Sequence[str]) -> pa.Table:
    """Read some columns of a stored table, leaving the others compressed; StoreError if the bytes are none."""
    try:
        with pa.ipc.open_stream(payload) as reader:
            wanted = [reader.schema.get_field_index(column) for column in columns]
        with pa.ipc.open_stream(
            payload, options=pa.ipc.IpcReadOptions(included_fields=wanted, use_threads=False)
        ) as reader:
            return reader.read_all()
    except (pa.ArrowInvalid, OSError) as error:
        raise StoreError(f"a stored table cannot be read: {error}") from error
