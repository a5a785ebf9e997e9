"""Lists and statistics over many runs, from their narrow rows."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, literal, or_, select, tuple_

from technic_scanner.adapters.stores.database import Room, reading
from technic_scanner.adapters.stores.rows import PREDICTION_MOMENTS, select_records, to_predictions, to_record
from technic_scanner.adapters.stores.schema import UtcTime, from_micros, runs, to_micros
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.domain.stage import Stage
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.runs.model import RunPage, RunQuery, StageSample

_STAGES = tuple(stage.value for stage in Stage)
_SAMPLE_COLUMNS: tuple[ColumnElement[Any], ...] = (
    *(runs.c[f"{stage}_seconds"] for stage in _STAGES),
    runs.c.run_id,
    runs.c.created_at,
    runs.c.status,
    runs.c.source,
    runs.c.comparability_key,
    runs.c.total_seconds,
    runs.c.gap_seconds,
    runs.c.symbols_scanned,
    runs.c.symbols_returned,
    runs.c.symbols_per_second,
    runs.c.cache_hit_rate,
    *(runs.c[f"predicted_{moment}"] for moment, _ in PREDICTION_MOMENTS),
)


class ListingRoom(Room):
    """Questions about many runs."""

    @reading
    def list_runs(self, connection: Connection, query: RunQuery) -> RunPage:
        """Return one page, newest first. Runs that arrive meanwhile do not shift later pages.

        Raises ConfigError for a cursor that did not come from a page.
        """
        statement = (
            select_records()
            .where(*_conditions(query))
            .order_by(runs.c.created_at.desc(), runs.c.run_id.desc())
            .limit(query.limit + 1)
        )
        rows = connection.execute(statement).all()
        records = tuple(to_record(row) for row in rows[: query.limit])
        return RunPage(records, _to_cursor(records[-1]) if len(rows) > query.limit and records else None)

    @reading
    def stage_samples(self, connection: Connection, query: RunQuery) -> tuple[StageSample, ...]:
        """Return timings of ended runs, newest first; ``query.limit`` rows at most."""
        statement = (
            select(*_SAMPLE_COLUMNS)
            .where(*_conditions(query), runs.c.total_seconds.is_not(None))
            .order_by(runs.c.created_at.desc(), runs.c.run_id.desc())
            .limit(query.limit)
        )
        return tuple(_to_sample(row) for row in connection.execute(statement))

    @reading
    def cost_runs(
        self, connection: Connection, source: str, executor: str, workers: int | None, limit: int
    ) -> tuple[RunRecord, ...]:
        """Return the newest SUCCEEDED runs of the same source, executor and workers, for the cost model."""
        statement = (
            select_records()
            .where(
                runs.c.status == RunStatus.SUCCEEDED.value,
                runs.c.source == source,
                runs.c.executor == executor,
                runs.c.workers == workers if workers is not None else runs.c.workers.is_(None),
            )
            .order_by(runs.c.created_at.desc(), runs.c.run_id.desc())
            .limit(limit)
        )
        return tuple(to_record(row) for row in connection.execute(statement))

    @reading
    def count_by_status(self, connection: Connection, owner: str | None = None) -> dict[RunStatus, int]:
        """Return how many runs are in each status, of one owner or of all."""
        statement = select(runs.c.status, func.count()).group_by(runs.c.status)
        if owner is not None:
            statement = statement.where(runs.c.owner == owner)
        counts = dict.fromkeys(RunStatus, 0)
        counts.update({RunStatus(status): count for status, count in connection.execute(statement)})
        return counts


def _conditions(query: RunQuery) -> Iterator[ColumnElement[bool]]:
    if query.statuses:
        yield runs.c.status.in_([status.value for status in query.statuses])
    equal = {
        "source": query.source,
        "comparability_key": query.comparability_key,
        "pinned": query.pinned,
        "owner": query.owner,
    }
    for name, value in equal.items():
        if value is not None:
            yield runs.c[name] == value
    yield from _ranges(query)
    if query.text:
        yield or_(
            runs.c.label.icontains(query.text, autoescape=True),
            runs.c.run_id.icontains(query.text, autoescape=True),
        )
    if query.cursor is not None:
        created_at, run_id = _from_cursor(query.cursor)
        # The type has to be told: inside a tuple SQLAlchemy does not take it from the column.
        mark = tuple_(literal(created_at, UtcTime()), literal(run_id))
        yield tuple_(runs.c.created_at, runs.c.run_id) < mark


def _ranges(query: RunQuery) -> Iterator[ColumnElement[bool]]:
    if query.created_from is not None:
        yield runs.c.created_at >= query.created_from
    if query.created_to is not None:
        yield runs.c.created_at <= query.created_to
    if query.min_seconds is not None:
        yield runs.c.total_seconds >= query.min_seconds
    if query.max_seconds is not None:
        yield runs.c.total_seconds <= query.max_seconds


def _to_sample(row: Any) -> StageSample:
    return StageSample(
        run_id=row.run_id,
        created_at=row.created_at,
        status=RunStatus(row.status),
        source=row.source,
        comparability_key=row.comparability_key,
        total_seconds=row.total_seconds,
        gap_seconds=row.gap_seconds,
        stage_seconds=tuple(zip(_STAGES, row[: len(_STAGES)], strict=True)),
        symbols_scanned=row.symbols_scanned,
        symbols_returned=row.symbols_returned,
        symbols_per_second=row.symbols_per_second,
        cache_hit_rate=row.cache_hit_rate,
        predicted_seconds=to_predictions(row),
    )


def _to_cursor(record: RunRecord) -> str:
    mark = f"{to_micros(record.created_at)}.{record.run_id}"
    return base64.urlsafe_b64encode(mark.encode()).decode().rstrip("=")


def _from_cursor(cursor: str) -> tuple[datetime, str]:
    try:
        mark = base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        micros, _, run_id = mark.partition(".")
        return from_micros(int(micros)), run_id
    except (ValueError, OverflowError, binascii.Error) as error:
        raise ConfigError((FieldProblem("cursor", "is not a mark from a page of this store"),)) from error
