"""Reads run rows: the query of a whole record, and the conversion of a row, readable or not, to a RunRecord."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, case, func, select, tuple_

from technic_scanner.adapters.stores.documents import located, read_asked, read_terms
from technic_scanner.adapters.stores.schema import run_documents, runs
from technic_scanner.adapters.stores.schema_trials import run_studies
from technic_scanner.domain.metrics import Outcome, ScanMetrics
from technic_scanner.domain.run import RunError, RunRecord, RunStatus
from technic_scanner.errors import FieldProblem, RunNotFoundError, RunStateError
from technic_scanner.runs.model import MOMENTS
from technic_scanner.runs.serialization.stored import Reading, read

# Moments of a run whose prediction is stored, with the share of the work from which each counts.
PREDICTION_MOMENTS: tuple[tuple[str, float], ...] = tuple(zip(MOMENTS, (0.0, 0.10, 0.25, 0.50, 0.75), strict=True))

_ahead = runs.alias("ahead")
_queue_position = case(
    (
        runs.c.status == RunStatus.QUEUED.value,
        select(func.count())
        .select_from(_ahead)
        .where(
            _ahead.c.status == RunStatus.QUEUED.value,
            tuple_(_ahead.c.queued_at, _ahead.c.run_id) <= tuple_(runs.c.queued_at, runs.c.run_id),
        )
        .scalar_subquery(),
    ),
    else_=None,
).label("queue_position")


def select_records() -> Select[Any]:
    """Return the query of whole records; filter and order it by ``runs``."""
    return (
        select(
            runs,
            run_documents.c.config,
            run_documents.c.options,
            run_documents.c.metrics,
            run_studies.c.terms,
            _queue_position,
        )
        .join_from(runs, run_documents, run_documents.c.run_id == runs.c.run_id)
        .outerjoin(run_studies, run_studies.c.run_id == runs.c.run_id)
    )


# Built once: to build it takes as long as to run it.
_RECORD = select_records().where(runs.c.run_id == bindparam("id"))
_RECORDS = select_records().where(runs.c.run_id.in_(bindparam("ids", expanding=True)))


def fetch_record(connection: Connection, run_id: str) -> RunRecord:
    """Return one run's record; RunNotFoundError if it does not exist."""
    row = connection.execute(_RECORD, {"id": run_id}).one_or_none()
    if row is None:
        raise no_such_run(run_id)
    return to_record(row)


def fetch_records(connection: Connection, run_ids: Sequence[str]) -> tuple[RunRecord, ...]:
    """Return the records of runs that exist, in the order of their ids."""
    found = {row.run_id: row for row in connection.execute(_RECORDS, {"ids": list(dict.fromkeys(run_ids))})}
    return tuple(to_record(found[run_id]) for run_id in run_ids)


def no_such_run(run_id: str) -> RunNotFoundError:
    """Return the error for an id that no run has."""
    return RunNotFoundError(f"there is no run {run_id}")


def to_record(row: Row[Any]) -> RunRecord:
    """Return the record of one row of ``select_records``; it names the fields that cannot be read."""
    asked = read_asked(row.config, row.options)
    # The source has its own column, so it is known even if the config is unreadable.
    config = replace(asked.config, source=row.source) if asked.problems else asked.config
    study = read_terms(row.terms)
    metrics: Reading[ScanMetrics] = Reading(None) if row.metrics is None else read(ScanMetrics, row.metrics)
    return RunRecord(
        run_id=row.run_id,
        status=nearest_status(row.status, row.finished_at),
        config=config,
        options=asked.options,
        created_at=row.created_at,
        attempt=row.attempt,
        started_at=row.started_at,
        finished_at=row.finished_at,
        heartbeat_at=row.heartbeat_at,
        worker_id=row.worker_id,
        host=row.host,
        version=row.version,
        cancel_requested=row.cancel_requested,
        pinned=row.pinned,
        label=row.label,
        owner=row.owner,
        queue_position=row.queue_position,
        outcome=nearest_outcome(row.outcome) if row.outcome else None,
        status_text=row.status_text,
        error=RunError(row.error_code, row.error_message or "") if row.error_code else None,
        metrics=metrics.value,
        last_seq=row.last_seq,
        time_fraction=row.time_fraction,
        comparability_key=row.comparability_key,
        predicted_seconds=to_predictions(row),
        study=study.value,
        unreadable=(
            *_unknown_words(row),
            *asked.problems,
            *located("options", study.problems),
            *located("metrics", metrics.problems),
        ),
        unknown_fields=(*asked.unknown, *study.unknown),
    )


def nearest_status(stored: str, finished_at: datetime | None) -> RunStatus:
    """Return a stored status; one that only a newer version knows becomes RUNNING or an ended status."""
    return _STATUSES.get(stored) or (RunStatus.RUNNING if finished_at is None else RunStatus.INTERRUPTED)


def known_status(run_id: str, stored: str) -> RunStatus:
    """Return the status of a run that is to be changed; RunStateError if only a newer version knows it."""
    status = _STATUSES.get(stored)
    if status is None:
        raise RunStateError(f"run {run_id} is {stored!r}, which this version of technic-scanner does not know")
    return status


def nearest_outcome(stored: str) -> Outcome:
    """Return a stored outcome; one that only a newer version knows is not known to be complete."""
    return _OUTCOMES.get(stored, Outcome.PARTIAL)


_STATUSES = {status.value: status for status in RunStatus}
_OUTCOMES = {outcome.value: outcome for outcome in Outcome}


def _unknown_words(row: Row[Any]) -> Iterator[FieldProblem]:
    known: tuple[tuple[str, str | None, Container[str]], ...] = (
        ("status", row.status, _STATUSES),
        ("outcome", row.outcome, _OUTCOMES),
    )
    for name, stored, words in known:
        if stored is not None and stored not in words:
            yield FieldProblem(name, f"is {stored!r}, which this version does not know")


def to_predictions(row: Row[Any]) -> tuple[tuple[str, float | None], ...]:
    """Return (moment, promised total seconds) of a row that holds the ``predicted_...`` columns."""
    return (
        ("start", row.predicted_start),
        ("10", row.predicted_10),
        ("25", row.predicted_25),
        ("50", row.predicted_50),
        ("75", row.predicted_75),
    )


# Condition of statements without a preceding check: they match no row unless this attempt still runs.
RUNNING_ATTEMPT = (
    runs.c.run_id == bindparam("id"),
    runs.c.status == RunStatus.RUNNING.value,
    runs.c.attempt == bindparam("number"),
)

# Built once: a worker runs it several times a second.
_FENCE = (
    select(
        runs.c.run_id,
        runs.c.status,
        runs.c.attempt,
        runs.c.worker_id,
        runs.c.last_seq,
        runs.c.time_fraction,
        *(runs.c[f"predicted_{moment}"] for moment, _ in PREDICTION_MOMENTS),
    )
    .where(runs.c.run_id == bindparam("id"))
    .with_for_update(key_share=True)
)


def lock_attempt(connection: Connection, run_id: str, attempt: int, worker_id: str | None = None) -> Row[Any]:
    """Return the run's row, locked until the transaction ends, if this attempt still runs.

    This keeps out late workers: a worker whose run was interrupted, cancelled, requeued or given to another worker gets
    RunStateError here and can no longer write. RunNotFoundError if the run was deleted.
    """
    row = connection.execute(_FENCE, {"id": run_id}).one_or_none()
    if row is None:
        raise no_such_run(run_id)
    if row.status != RunStatus.RUNNING.value or row.attempt != attempt or worker_id not in (None, row.worker_id):
        raise lost_attempt(row, attempt, worker_id)
    return row


def lost_attempt(row: Row[Any], attempt: int, worker_id: str | None) -> RunStateError:
    """Return the error for a worker whose attempt is over or not its own."""
    who = f"attempt {attempt}" if worker_id is None else f"attempt {attempt} of worker {worker_id}"
    return RunStateError(
        f"{who} may no longer write to run {row.run_id}: it is {row.status} in attempt {row.attempt}"
        + (f" with worker {row.worker_id}" if row.worker_id else "")
    )
