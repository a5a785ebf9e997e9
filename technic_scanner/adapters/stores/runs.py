"""The life of a run outside its worker: added, read, cancelled, queued again, labelled, deleted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from technic_scanner.adapters.stores.database import Database, Queries, reading, writing
from technic_scanner.adapters.stores.documents import dump_work, load_work
from technic_scanner.adapters.stores.rows import (
    PREDICTION_MOMENTS,
    fetch_record,
    fetch_records,
    known_status,
    no_such_run,
)
from technic_scanner.adapters.stores.schema import idempotency_keys, run_documents, runs
from technic_scanner.adapters.stores.schema_trials import run_studies
from technic_scanner.clock import Clock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunRecord, RunStatus, check_move
from technic_scanner.domain.study_terms import StudyTerms
from technic_scanner.errors import IdempotencyError, RunStateError
from technic_scanner.runs.config_identity import identity_of
from technic_scanner.runs.model import NewRun, Work
from technic_scanner.runs.serialization import to_dict
from technic_scanner.runs.serialization.stored import dump

# Built once: to build them takes as long as to run them.
_ADD, _ADD_DOCUMENTS = insert(runs), insert(run_documents)
_WORK = select(run_documents.c.expected_work).where(run_documents.c.run_id == bindparam("id"))
_OF_KEY = select(idempotency_keys.c.run_id, idempotency_keys.c.digest).where(
    idempotency_keys.c.owner == bindparam("by"), idempotency_keys.c.key == bindparam("name")
)

_KNOWN_KEYS = select(idempotency_keys.c.key).where(
    idempotency_keys.c.owner == bindparam("by"), idempotency_keys.c.key.in_(bindparam("names", expanding=True))
)


class RunQueries(Queries):
    """The operations of users on runs. ``run_ids`` returns a new id at each call; ids sort by creation time."""

    def __init__(self, database: Database, clock: Clock, run_ids: Callable[[], str]) -> None:
        super().__init__(database, clock)
        self._run_ids = run_ids

    @writing
    def add_runs(self, connection: Connection, new: Sequence[NewRun]) -> tuple[RunRecord, ...]:
        """Store QUEUED runs, all or none. Same owner, key and payload: the run of the first call.

        Raises IdempotencyError if a key was used with another payload.
        """
        run_ids = [self._add(connection, run) for run in new]
        self.database.say_queued(connection)
        return fetch_records(connection, run_ids)

    @reading
    def known_keys(
        self, connection: Connection, owner: str | None, idempotency_keys: Collection[str]
    ) -> frozenset[str]:
        """Return with which of these keys this owner has created a run."""
        found = connection.execute(_KNOWN_KEYS, {"by": owner or "", "names": list(idempotency_keys)})
        return frozenset(found.scalars())

    @reading
    def expected_work(self, connection: Connection, run_id: str) -> Work | None:
        """Return what the run was expected to have to do when it was added; RunNotFoundError."""
        row = connection.execute(_WORK, {"id": run_id}).one_or_none()
        if row is None:
            raise no_such_run(run_id)
        return load_work(row.expected_work)

    @reading
    def get_run(self, connection: Connection, run_id: str) -> RunRecord:
        """Return the run; RunNotFoundError if it does not exist."""
        return fetch_record(connection, run_id)

    @writing
    def cancel_queued(self, connection: Connection, run_id: str) -> RunRecord | None:
        """Move a QUEUED run to CANCELLED and return it; None, and nothing is changed, if it is not queued."""
        if _lock_status(connection, run_id) is not RunStatus.QUEUED:
            return None
        self._cancel_waiting(connection, run_id)
        return fetch_record(connection, run_id)

    @writing
    def request_cancel(self, connection: Connection, run_id: str) -> RunRecord:
        """Request cancelling: QUEUED becomes CANCELLED at once; RUNNING gets the flag; ended runs are not changed."""
        status = _lock_status(connection, run_id)
        if status is RunStatus.QUEUED:
            self._cancel_waiting(connection, run_id)
        elif status is RunStatus.RUNNING:
            connection.execute(update(runs).where(runs.c.run_id == run_id).values(cancel_requested=True))
        return fetch_record(connection, run_id)

    @writing
    def requeue(self, connection: Connection, run_id: str) -> RunRecord:
        """Queue a resumable run, last in the queue; the attempt is incremented here, not when it is claimed.

        Events, chunks and the partial result of the previous attempt are kept; its summary is cleared. RunStateError if
        the run cannot be resumed.
        """
        status = _lock_status(connection, run_id)
        check_move(run_id, status, RunStatus.QUEUED)
        connection.execute(
            update(runs)
            .where(runs.c.run_id == run_id)
            .values(
                status=RunStatus.QUEUED.value,
                attempt=runs.c.attempt + 1,
                queued_at=self.clock.now(),
                **_CLEARED,
            )
        )
        connection.execute(update(run_documents).where(run_documents.c.run_id == run_id).values(metrics=None))
        self.database.say_queued(connection)
        return fetch_record(connection, run_id)

    @writing
    def delete_run(self, connection: Connection, run_id: str) -> None:
        """Delete a finished run with all its data; RunStateError while it is queued or running."""
        status = _lock_status(connection, run_id)
        if not status.is_terminal:
            raise RunStateError(f"run {run_id} is {status.value} and cannot be deleted; cancel it first")
        connection.execute(delete(runs).where(runs.c.run_id == run_id))

    @writing
    def set_pinned(self, connection: Connection, run_id: str, pinned: bool) -> RunRecord:
        """Protect the run from retention, or remove the protection."""
        connection.execute(update(runs).where(runs.c.run_id == run_id).values(pinned=pinned))
        return fetch_record(connection, run_id)

    @writing
    def set_label(self, connection: Connection, run_id: str, label: str | None) -> RunRecord:
        """Set the run's label; None removes it."""
        connection.execute(update(runs).where(runs.c.run_id == run_id).values(label=label))
        return fetch_record(connection, run_id)

    def _cancel_waiting(self, connection: Connection, run_id: str) -> None:
        check_move(run_id, RunStatus.QUEUED, RunStatus.CANCELLED)
        connection.execute(
            update(runs)
            .where(runs.c.run_id == run_id)
            .values(
                status=RunStatus.CANCELLED.value,
                finished_at=self.clock.now(),
                status_text="cancelled before it started",
            )
        )

    def _add(self, connection: Connection, new: NewRun) -> str:
        """Store a run and return its id, or that of the run that was created with its key before."""
        if new.idempotency_key is None:
            return self._insert(connection, new)
        owner, key = new.owner or "", new.idempotency_key
        digest = _digest(new.asked or new.config, new.options, new.label, new.study)
        first_id = _id_of_key(connection, owner, key, digest)
        if first_id is not None:
            return first_id
        run_id = self._insert(connection, new)
        upsert = sqlite.insert if self.database.is_sqlite else postgresql.insert
        row = {"owner": owner, "key": key, "digest": digest, "run_id": run_id}
        connection.execute(upsert(idempotency_keys).on_conflict_do_nothing(), row)
        first_id = _id_of_key(connection, owner, key, digest)
        assert first_id is not None  # this one, or another's of the same moment
        if first_id != run_id:
            connection.execute(delete(runs).where(runs.c.run_id == run_id))
        return first_id

    def _insert(self, connection: Connection, new: NewRun) -> str:
        run_id = self._run_ids()
        insert_run(
            connection,
            run_id,
            new.config,
            new.options,
            now=self.clock.now(),
            owner=new.owner,
            label=new.label,
            comparability_key=new.comparability_key,
            expected_work=new.expected_work,
        )
        if new.study is not None:
            connection.execute(insert(run_studies).values(run_id=run_id, terms=dump(new.study)))
        return run_id


def _id_of_key(connection: Connection, owner: str, key: str, digest: str) -> str | None:
    """Return the run that was created with the key; IdempotencyError if that was with another payload."""
    known = connection.execute(_OF_KEY, {"by": owner, "name": key}).one_or_none()
    if known is not None and known.digest != digest:
        raise IdempotencyError(f"idempotency key {key!r} was used for run {known.run_id} with another payload")
    return None if known is None else known.run_id


def insert_run(
    connection: Connection,
    run_id: str,
    config: ScanConfig,
    options: RunOptions,
    *,
    now: datetime,
    owner: str | None,
    label: str | None,
    comparability_key: str,
    expected_work: Work | None = None,
) -> None:
    """Insert a QUEUED run in the transaction of the caller."""
    row = {
        "run_id": run_id,
        "status": RunStatus.QUEUED.value,
        "attempt": 1,
        "created_at": now,
        "queued_at": now,
        "cancel_requested": False,
        "pinned": False,
        "label": label,
        "owner": owner,
        "source": config.source,
        "executor": options.executor,
        "workers": options.workers,
        "comparability_key": comparability_key,
        "status_text": "",
        "last_seq": 0,
        "time_fraction": 0.0,
    }
    connection.execute(_ADD, row)
    documents = {"config": dump(config), "options": dump(options)}
    work = None if expected_work is None else dump_work(expected_work)
    connection.execute(_ADD_DOCUMENTS, {"run_id": run_id, **documents, "expected_work": work})


# Columns that an attempt sets and that are cleared for the next one.
_CLEARED: dict[str, object] = {
    "started_at": None,
    "finished_at": None,
    "heartbeat_at": None,
    "worker_id": None,
    "host": None,
    "version": None,
    "cancel_requested": False,
    "outcome": None,
    "status_text": "",
    "error_code": None,
    "error_message": None,
    "eta_error": None,
    "gap_seconds": None,
    "total_seconds": None,
    "universe_loading_seconds": None,
    "data_fetching_seconds": None,
    "symbol_scanning_seconds": None,
    "finalization_seconds": None,
    "symbols_in_universe": None,
    "symbols_scanned": None,
    "symbols_returned": None,
    "symbols_per_second": None,
    "cache_hit_rate": None,
    "cache_state": None,
    "universe_bucket": None,
    **{f"predicted_{moment}": None for moment, _ in PREDICTION_MOMENTS},
}


def _digest(config: ScanConfig, options: RunOptions, label: str | None, study: StudyTerms | None) -> str:
    """Return the digest of the request, of its version 0 documents, so that keys of release 0.1.0 remain valid."""
    texts = [json.dumps(asked, separators=(",", ":")) for asked in (identity_of(config), to_dict(options))]
    more = [] if study is None else [config.criteria, json.dumps(to_dict(study), separators=(",", ":"))]
    return hashlib.sha256(json.dumps([*texts, label, *more], separators=(",", ":")).encode()).hexdigest()


def _lock_status(connection: Connection, run_id: str) -> RunStatus:
    """Return the run's status, locked until the transaction ends; RunNotFoundError."""
    status = connection.execute(
        select(runs.c.status).where(runs.c.run_id == run_id).with_for_update()
    ).scalar_one_or_none()
    if status is None:
        raise no_such_run(run_id)
    return known_status(run_id, status)
