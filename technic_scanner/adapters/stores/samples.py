"""Timings of many runs for charts and statistics, read quickly from narrow rows."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, select, type_coerce

from technic_scanner.adapters.stores.database import Queries, reading
from technic_scanner.adapters.stores.filters import NEWEST_FIRST, other_filters, status_filter
from technic_scanner.adapters.stores.rows import PREDICTION_MOMENTS, nearest_outcome
from technic_scanner.adapters.stores.schema import from_micros, run_documents, runs
from technic_scanner.domain.run import RunStatus
from technic_scanner.domain.stage import Stage
from technic_scanner.runs.model import RunQuery, StageSample, StageSeconds
from technic_scanner.runs.serialization.stored import without_version
from technic_scanner.runs.timings.analytics import DayTrend, trends_by_day

_UNIVERSE, _FETCHING, _SCANNING, _FINAL = (stage.value for stage in Stage)
_STATUSES = {status.value: status for status in RunStatus}
_DAY_MICROS = 24 * 60 * 60 * 1_000_000

# In the order in which _to_sample unpacks a row; access by name would take three times as long.
_SAMPLE: tuple[ColumnElement[Any], ...] = (
    *(runs.c[f"{stage.value}_seconds"] for stage in Stage),
    *(runs.c[f"predicted_{moment}"] for moment, _ in PREDICTION_MOMENTS),
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
    run_documents.c.config,
    runs.c.outcome,
)


class SampleQueries(Queries):
    """Timings of ended runs."""

    @reading
    def stage_samples(self, connection: Connection, query: RunQuery) -> tuple[StageSample, ...]:
        """Return timings of ended runs, newest first; ``query.limit`` rows at most."""
        statement = _newest(query, *_SAMPLE).join_from(runs, run_documents, run_documents.c.run_id == runs.c.run_id)
        with _without_cycle_search():
            return tuple(_to_sample(row) for row in connection.execute(statement).all())

    @reading
    def day_trends(self, connection: Connection, query: RunQuery) -> tuple[DayTrend, ...]:
        """Return one row per day over the newest ``query.limit`` ended runs; reads five columns of each."""
        statement = _newest(
            query,
            type_coerce(runs.c.created_at, BigInteger),  # a date for each day, not a time for each run
            runs.c.status,
            runs.c.total_seconds,
            runs.c.symbols_per_second,
            runs.c.cache_hit_rate,
        )
        days: dict[int, list[_Timing]] = defaultdict(list)
        with _without_cycle_search():
            for micros, status, total, rate, hits in connection.execute(statement).all():
                days[micros // _DAY_MICROS].append(_Timing(_status(status), total, rate, hits))
        return trends_by_day({from_micros(day * _DAY_MICROS).date(): timings for day, timings in days.items()})

    @reading
    def stage_seconds(self, connection: Connection, query: RunQuery) -> tuple[StageSeconds, ...]:
        """Return status, total and stage seconds of ended runs, newest first; reads six columns of each."""
        statement = _newest(query, runs.c.status, runs.c.total_seconds, *_SAMPLE[: len(Stage)])
        with _without_cycle_search():
            return tuple(
                StageSeconds(
                    _status(status),
                    total,
                    ((_UNIVERSE, loaded), (_FETCHING, fetched), (_SCANNING, scanned), (_FINAL, finished)),
                )
                for status, total, loaded, fetched, scanned, finished in connection.execute(statement).all()
            )


def _status(stored: str) -> RunStatus:
    """Return the status of a run with timings; one that only a newer version knows does not count as success."""
    return _STATUSES.get(stored, RunStatus.INTERRUPTED)


class _Timing(NamedTuple):
    """The columns of a run that ``analytics.trends_by_day`` reads."""

    status: RunStatus
    total_seconds: float
    symbols_per_second: float | None
    cache_hit_rate: float | None


def _newest(query: RunQuery, *columns: ColumnElement[Any]) -> Select[Any]:
    """Return the query of these columns of the newest runs with timings."""
    return (
        select(*columns)
        .where(*status_filter(query), *other_filters(query), runs.c.total_seconds.is_not(None))
        .order_by(*NEWEST_FIRST)
        .limit(query.limit)
    )


def _to_sample(row: Sequence[Any]) -> StageSample:
    # fmt: off
    (loaded, fetched, scanned, finished, start, at_10, at_25, at_50, at_75, run_id, created_at, status, source, key,
     total, gap, symbols_scanned, symbols_returned, rate, hit_rate, config, outcome) = row
    # fmt: on
    return StageSample(
        run_id,
        created_at,
        _status(status),
        source,
        key,
        total,
        gap,
        ((_UNIVERSE, loaded), (_FETCHING, fetched), (_SCANNING, scanned), (_FINAL, finished)),
        symbols_scanned,
        symbols_returned,
        rate,
        hit_rate,
        (("start", start), ("10", at_10), ("25", at_25), ("50", at_50), ("75", at_75)),
        without_version(config),
        None if outcome is None else nearest_outcome(outcome),
    )


@contextmanager
def _without_cycle_search() -> Iterator[None]:
    """Pause the cyclic garbage collector: creating a million tuples without cycles would take a third longer."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
