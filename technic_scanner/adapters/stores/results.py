"""Stores and reads results: a run's ranked table, failures and context, and the runs that picked a symbol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

import pyarrow as pa
from sqlalchemy import Column, Connection, Row, bindparam, delete, insert, select

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
from technic_scanner.pipeline.completed import all_rows, split_rows
from technic_scanner.pipeline.result import MarketContext, ScanResult
from technic_scanner.runs.model import Appearance, Rows, StoredResult
from technic_scanner.runs.serialization.stored import dump, read

_PICK_COLUMNS = {
    "rank": "Rank",
    "symbol": "Symbol",
    "signal": "Signal",
    "tier": "Tier",
    "tech_rating": "TechRating",
    "alpha_score": "AlphaScore",
}


# Built once: to build them takes as long as to run them.
_CLEAR = tuple(delete(table).where(table.c.run_id == bindparam("id")) for table in (results, picks))
_ADD, _ADD_PICKS = insert(results), insert(picks)


class ResultQueries(Queries):
    """Reads the results of runs."""

    @reading
    def result(self, connection: Connection, run_id: str, rows: Rows = Rows.PICKS) -> StoredResult:
        """Return the stored result; ResultsNotReadyError while the run has not ended or if it left none.

        With ``Rows.ALL`` its table has every scanned row and not the picks alone.

        An interrupted run still has the partial result of the previous attempt, if there is one. A note names what
        cannot be read beside the table; StoreDataError if the table itself cannot be read.
        """
        row = connection.execute(
            select(runs.c.status, runs.c.finished_at, run_documents.c.config, *_columns(rows))
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
        return _to_result(row, rows)

    @reading
    def sessions_of(self, connection: Connection, run_ids: Sequence[str]) -> dict[str, date]:
        """Return the session that the result of each of these runs is of; without those that have none."""
        dated = select(results.c.run_id, results.c.as_of).where(results.c.run_id.in_(list(run_ids)))
        return {row.run_id: row.as_of for row in connection.execute(dated) if row.as_of is not None}

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


def _columns(rows: Rows) -> list[Column[Any]]:
    """Return the columns of a result; the other rows are large and only read if they are asked for."""
    return [column for column in results.c if rows == Rows.ALL or column is not results.c.other_rows]


def _to_result(row: Row[Any], rows: Rows) -> StoredResult:
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
    picked, others = split_rows(load_table(row.picks_table))
    if rows == Rows.ALL:
        others = others if row.other_rows is None else load_table(row.other_rows)
        picked = all_rows(picked, others, failures, config.value)
    return StoredResult(
        run_id=row.run_id,
        config=config.value or ScanConfig(),
        outcome=nearest_outcome(row.outcome),
        status_text=row.status_text,
        table=picked,
        failures=failures,
        as_of=row.as_of,
        source_label=row.source_label,
        context=context.value or MarketContext(),
        notes=(*(notes.value or ()), *(f"A part of this result cannot be read: {problem}." for problem in problems)),
        unreadable=tuple(problems),
    )


@dataclass(frozen=True, slots=True)
class EncodedResult:
    """A result with its rows, made before the transaction that stores them: it holds up every other writer."""

    result: ScanResult
    row: dict[str, Any]
    picks: list[dict[str, Any]]

    @classmethod
    def of(cls, run_id: str, result: ScanResult) -> Self:
        """Encode a result."""
        row = {
            "run_id": run_id,
            "outcome": result.outcome.value,
            "status_text": result.status_text,
            "as_of": result.as_of,
            "source_label": result.source_label,
            "context": dump(result.context),
            "notes": dump_notes(result.notes),
            "failures": dump_failures(result.failures, _flags(result.others)),
            "picks_table": dump_table(result.table),
            "other_rows": dump_table(result.others),
        }
        return cls(result, row, _pick_rows(run_id, result))


def insert_result(connection: Connection, encoded: EncodedResult) -> None:
    """Store the result and its picks, replacing those of an earlier attempt."""
    for statement in _CLEAR:
        connection.execute(statement, {"id": encoded.row["run_id"]})
    connection.execute(_ADD, encoded.row)
    if encoded.picks:
        connection.execute(_ADD_PICKS, encoded.picks)


def _flags(rows: pa.Table) -> dict[str, str] | None:
    """Return the flags of the rows that have some, by symbol; None of a table that has no such column."""
    if "Flags" not in rows.column_names:
        return None
    pairs = zip(rows["Symbol"].to_pylist(), rows["Flags"].to_pylist(), strict=True)
    return {symbol: flags for symbol, flags in pairs if flags}


def _pick_rows(run_id: str, result: ScanResult) -> list[dict[str, Any]]:
    columns = {name: result.table.column(column).to_pylist() for name, column in _PICK_COLUMNS.items()}
    return [
        {"run_id": run_id} | {name: _known(value) for name, value in zip(columns, values, strict=True)}
        for values in zip(*columns.values(), strict=True)
        if values[0] is not None
    ]


def _known(value: Any) -> Any:
    """Return None for NaN, which SQLite would store as NULL and PostgreSQL would not."""
    return None if value != value else value  # noqa: PLR0124 - only NaN differs from itself
