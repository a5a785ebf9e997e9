"""Reads the picks of many past runs at once: runs with an as-of date, and the columns needed to evaluate them."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Connection, func, select

from technic_scanner.adapters.stores.database import Queries, reading
from technic_scanner.adapters.stores.documents import load_columns
from technic_scanner.adapters.stores.filters import NEWEST_FIRST, newest_ids
from technic_scanner.adapters.stores.schema import results, run_documents, runs
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.errors import StoreDataError
from technic_scanner.pipeline.completed import split_rows
from technic_scanner.runs.model import DatedRun, DatedRuns, PickTable, RunQuery
from technic_scanner.runs.serialization.stored import read

_log = logging.getLogger(__name__)

_FAILURE_COLUMNS = ("symbol", "stage", "reason", "flags")
# What says which rows of a table are picks.
_MARKS = ("Picked", "Tier")
_UNPACKERS = 2


class PastPickQueries(Queries):
    """Reads of many results at once."""

    @reading
    def dated_runs(self, connection: Connection, source: str | None, limit: int) -> DatedRuns:
        """Return those of the newest ``limit`` SUCCEEDED runs whose result has an as-of date, newest first.

        Runs whose config cannot be read in full are only counted, because they cannot be grouped with others.
        """
        succeeded = RunQuery(statuses=(RunStatus.SUCCEEDED,), source=source)
        there = connection.scalar(select(func.count()).select_from(newest_ids(succeeded, limit + 1).subquery()))
        newest = newest_ids(succeeded, limit).subquery()
        rows = connection.execute(
            select(runs.c.run_id, run_documents.c.config, results.c.as_of, runs.c.host)
            .join_from(newest, results, results.c.run_id == newest.c.run_id)
            .join(runs, runs.c.run_id == newest.c.run_id)
            .join(run_documents, run_documents.c.run_id == newest.c.run_id)
            .where(results.c.as_of.is_not(None))
            .order_by(*NEWEST_FIRST)
        )
        read_rows = [(run_id, read(ScanConfig, config), as_of, host) for run_id, config, as_of, host in rows]
        found = tuple(
            DatedRun(run_id, config.value, as_of, host)
            for run_id, config, as_of, host in read_rows
            if config.value is not None and not config.problems and not config.unknown and as_of is not None
        )
        return DatedRuns(found, more=(there or 0) > limit, unreadable=len(read_rows) - len(found))

    @reading
    def dated_runs_mark(self, connection: Connection) -> str:
        """Return a text that changes whenever a run succeeds or a run that did is deleted."""
        succeeded = select(runs.c.run_id).where(runs.c.status == RunStatus.SUCCEEDED.value).order_by(runs.c.run_id)
        digest = hashlib.blake2s(digest_size=16)
        for run_id in connection.execute(succeeded).scalars():
            digest.update(run_id.encode())
        return digest.hexdigest()

    @reading
    def pick_tables(
        self, connection: Connection, run_ids: Sequence[str], columns: Sequence[str]
    ) -> tuple[PickTable, ...]:
        """Return these columns of the runs' tables, in any order; runs without a readable result are omitted."""
        rows = connection.execute(
            select(results.c.run_id, results.c.picks_table, results.c.failures).where(results.c.run_id.in_(run_ids))
        )
        # A table is decompressed while the next ones are read, because Arrow releases the GIL.
        with ThreadPoolExecutor(_UNPACKERS) as pool:
            found = [pool.submit(_pick_table, *row, columns) for row in rows]
            tables = [table.result() for table in found]
        return tuple(table for table in tables if table is not None)


def _pick_table(run_id: str, table: bytes, failures: bytes, columns: Sequence[str]) -> PickTable | None:
    try:
        marks = [name for name in _MARKS if name not in columns]
        picked, _ = split_rows(load_columns(table, (*columns, *marks)))
        return PickTable(run_id, picked.select(list(columns)), load_columns(failures, _FAILURE_COLUMNS))
    except StoreDataError as error:
        _log.warning("the picks of run %s are left out: %s", run_id, error)
        return None
