"""Stores and reads results: a run's ranked table, failures and context, and the runs that picked a symbol."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from technic_scanner.adapters.stores.database import Queries, reading
from technic_scanner.adapters.stores.documents import (
    dump_failures,
    dump_notes,
    dump_table,
    load_failures,
    load_table,
    located,
    read_notes,
)
from technic_scanner.adapters.stores.rows import nearest_outcome, nearest_status, no_such_run
from technic_scanner.adapters.stores.schema import picks, results, run_documents, runs
from technic_scanner.domain.config import ScanConfig
from technic_scanner.errors import FieldProblem, ResultsNotReadyError, StoreDataError
from technic_scanner.pipeline.result import MarketContext, ScanResult
from technic_scanner.runs.model import Appearance, StoredResult
from technic_scanner.runs.serialization.stored import dump, read

_PICK_COLUMNS = {
    "rank": "Rank",
    "symbol": "Symbol",
    "signal": "Signal",
    "tier": "Tier",
    "tech_rating": "TechRating",
    "alpha_score": "AlphaScore",
}


class ResultQueries(Queries):
    """Reads the results of runs."""

    @reading
    def result(self, connection: Connection, run_id: str) -> StoredResult:
        """Return the stored result; ResultsNotReadyError while the run has not ended or if it left none.

        An interrupted run still has the partial result of the previous attempt, if there is one. A note names what
        cannot be read beside the table; StoreDataError if the table itself cannot be read.
        """
        row = connection.execute(
            select(runs.c.status, runs.c.finished_at, run_documents.c.config, *results.c)
            .join_from(runs, run_documents, run_documents.c.run_id == runs.c.run_id)
            .outerjoin(results, results.c.run_id == runs.c.run_id)
            .where(runs.c.run_id == run_id)
        ).one_or_none()
        if row is None:
            raise no_such_run(run_id)
        if not nearest_status(row.status, row.finished_at).is_terminal:
            raise ResultsNotReadyError(f"run {run_id} is {row.status}; its results are available after its end")
        if row.outcome is None:
            raise ResultsNotReadyError(f"run {run_id} ended as {row.status} without results")
        return _to_result(row)

    @reading
    def appearances(self, connection: Connection, symbol: str, limit: int) -> tuple[Appearance, ...]:
        """Return the runs that picked the symbol, newest first."""
        rows = connection.execute(
            select(picks, runs.c.created_at, results.c.as_of)
            .join_from(picks, runs, runs.c.run_id == picks.c.run_id)
            .join(results, results.c.run_id == picks.c.run_id)
            .where(picks.c.symbol == symbol)
            .order_by(runs.c.created_at.desc(), runs.c.run_id.desc())
            .limit(limit)
        )
        return tuple(
            Appearance(
                run_id=row.run_id,
                created_at=row.created_at,
                as_of=row.as_of,
                symbol=row.symbol,
                rank=row.rank,
                signal=row.signal,
                tier=row.tier,
                tech_rating=row.tech_rating,
                alpha_score=row.alpha_score,
            )
            for row in rows
        )


def _to_result(row: Row[Any]) -> StoredResult:
    config, context, notes = read(ScanConfig, row.config), read(MarketContext, row.context), read_notes(row.notes)
    problems = [
        *located("config", config.problems),
        *located("context", context.problems),
        *located("notes", notes.problems),
    ]
    try:
        failures = load_failures(row.failures)
    except StoreDataError as error:
        failures = ()
        problems.append(FieldProblem("failures", str(error)))
    return StoredResult(
        run_id=row.run_id,
        config=config.value or ScanConfig(),
        outcome=nearest_outcome(row.outcome),
        status_text=row.status_text,
        table=load_table(row.picks_table),
        failures=failures,
        as_of=row.as_of,
        source_label=row.source_label,
        context=context.value or MarketContext(),
        notes=(*(notes.value or ()), *(f"A part of this result cannot be read: {problem}." for problem in problems)),
        unreadable=tuple(problems),
    )


def insert_result(connection: Connection, run_id: str, result: ScanResult) -> None:
    """Store the result and its picks, replacing those of an earlier attempt."""
    connection.execute(delete(results).where(results.c.run_id == run_id))
    connection.execute(delete(picks).where(picks.c.run_id == run_id))
    connection.execute(
        insert(results).values(
            run_id=run_id,
            outcome=result.outcome.value,
            status_text=result.status_text,
            as_of=result.as_of,
            source_label=result.source_label,
            context=dump(result.context),
            notes=dump_notes(result.notes),
            failures=dump_failures(result.failures),
            picks_table=dump_table(result.table),
        )
    )
    rows = _pick_rows(run_id, result)
    if rows:
        connection.execute(insert(picks), rows)


def _pick_rows(run_id: str, result: ScanResult) -> list[dict[str, Any]]:
    """Return the rows within the config's ``top_n``; the table also holds the other rows that passed the filters."""
    columns = {name: result.table.column(column).to_pylist() for name, column in _PICK_COLUMNS.items()}
    last = result.config.top_n
    return [
        {"run_id": run_id} | {name: _known(value) for name, value in zip(columns, values, strict=True)}
        for values in zip(*columns.values(), strict=True)
        if values[0] is not None and (last is None or values[0] <= last)
    ]


def _known(value: Any) -> Any:
    """Return None for NaN, which SQLite would store as NULL and PostgreSQL would not."""
    return None if value != value else value  # noqa: PLR0124 - only NaN differs from itself
