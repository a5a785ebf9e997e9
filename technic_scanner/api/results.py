"""Routes for results: the ranked table as JSON and as files, the symbols that are not in it, and timings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

import pyarrow as pa
from fastapi import APIRouter, Query, Response
from pydantic import Field

from technic_scanner import criteria
from technic_scanner.api.criteria import CriteriaText
from technic_scanner.api.dependencies import AllServices, Service
from technic_scanner.api.derived import Document
from technic_scanner.api.documentation import file_response, problems
from technic_scanner.api.field_schemas import TEXT_PATTERN
from technic_scanner.api.requests import HistoryFilter, RunId
from technic_scanner.api.schemas import (
    RUN_ID_PATTERN,
    ColumnDocument,
    ContextDocument,
    FailureDocument,
    FailureListDocument,
    MatchesDocument,
    ResultDocument,
    known,
)
from technic_scanner.bootstrap import Services
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.pipeline.columns import COLUMN_BY_NAME, Column, Kind
from technic_scanner.runs.changes.service import changes_to_dict
from technic_scanner.runs.criteria_facts import matches_document
from technic_scanner.runs.exports import export
from technic_scanner.runs.exports.what_is_new import with_what_is_new
from technic_scanner.runs.exports.workbook import Sheet
from technic_scanner.runs.model import Rows, StoredResult
from technic_scanner.runs.plan_sums import plan_sums

router = APIRouter(tags=["results"])


class LeftDocument(Document):
    """One symbol that is not in the list any more, and why."""

    symbol: str
    why: str


class MovedDocument(Document):
    """One pick with another rank than before."""

    symbol: str
    rank_before: int
    rank: int


class ChangedPickDocument(Document):
    """One pick; `rank_before` is null for one that is new or if there is nothing to compare with."""

    symbol: str
    rank: int
    rank_before: int | None
    score_change: float | None = Field(description="CompositeScore now minus before.")
    sessions: int = Field(description="Sessions in a row in the list, this one included.")


class WhatIsNewDocument(Document):
    """What is new in a run; `against` is null, and `notes` say why, if there is nothing to compare with."""

    run_id: str
    as_of: date | None
    against: str | None
    against_as_of: date | None
    entered: list[str]
    left: list[LeftDocument]
    moved: list[MovedDocument]
    stayed: list[str]
    picks: list[ChangedPickDocument]
    revised: list[LeftDocument] = Field(description="Symbols whose price history was revised; they have not left.")
    notes: list[str]


CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"
HTML = "text/html"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Offset = Annotated[int, Query(ge=0, le=10_000_000)]
PageSize = Annotated[int, Query(ge=1, le=1000)]
Columns = Annotated[
    list[Annotated[str, Query(max_length=100, pattern=TEXT_PATTERN)]],
    Query(default_factory=list, description="Columns to return, in this order; all if omitted."),
]
ChangesAsked = Annotated[
    bool,
    Query(description="Add the columns New, RanksUp, ScoreChange and Sessions: what is new since the session before."),
]
RowsAsked = Annotated[
    Rows, Query(description="`picks`, or `all` scanned rows, of which `Picked` says which are picks.")
]


@router.get("/scans/{run_id}/results", response_model=ResultDocument, responses=problems(404, 409, 422))
def read_results(
    run_id: RunId,
    column: Columns,
    service: Service,
    offset: Offset = 0,
    limit: PageSize = 100,
    rows: RowsAsked = Rows.PICKS,
) -> ResultDocument:
    """Return one page of the ranked picks, or of all scanned rows. 409 while there are no results."""
    stored = service.result(run_id, rows)
    table, sums = _select(stored.table, column), plan_sums(stored.table, stored.context.account_currency)
    return ResultDocument(
        run_id=stored.run_id,
        outcome=stored.outcome,
        status_text=stored.status_text,
        as_of=stored.as_of,
        source_label=stored.source_label,
        context=ContextDocument.model_validate(stored.context),
        notes=list(stored.notes),
        columns=[ColumnDocument.model_validate(_column(field)) for field in table.schema],
        rows=_rows(table.slice(offset, limit)),
        total=table.num_rows,
        next_offset=_next_offset(offset, limit, table.num_rows),
        failures=len(stored.failures),
        position_value_sum=None if sums is None else sums.position_value,
        risk_sum=None if sums is None else sums.risk,
    )


@router.post("/scans/{run_id}/matches", response_model=MatchesDocument, responses=problems(404, 409, 422, 502))
def match_rows(run_id: RunId, asked: CriteriaText, services: AllServices) -> MatchesDocument:
    """Return which of a run's scanned rows meet criteria, on the bars that it judged; no scan is made.

    422 with the place of every fault in the text.
    """
    wanted = criteria.compile(asked.text)
    found = services.scanning.judge_run(services.service.result(run_id, Rows.ALL), wanted)
    return MatchesDocument.model_validate(matches_document(found))


@router.get("/scans/{run_id}/failures", response_model=FailureListDocument, responses=problems(404, 409, 422))
def read_failures(run_id: RunId, service: Service, offset: Offset = 0, limit: PageSize = 1000) -> FailureListDocument:
    """Return one page of the symbols that are no picks, with reasons."""
    failures = service.result(run_id).failures
    return FailureListDocument(
        failures=[FailureDocument.model_validate(failure) for failure in failures[offset : offset + limit]],
        total=len(failures),
        next_offset=_next_offset(offset, limit, len(failures)),
    )


@router.get("/scans/{run_id}/new", response_model=WhatIsNewDocument, responses=problems(404, 409, 422))
def read_new(
    run_id: RunId,
    services: AllServices,
    against: Annotated[
        str | None,
        Query(pattern=RUN_ID_PATTERN, description="Compare with this run instead of the session before."),
    ] = None,
) -> WhatIsNewDocument:
    """Say what is new since the last session for which the same criteria ran: entered, left and why, moved, stayed."""
    return WhatIsNewDocument.model_validate(changes_to_dict(services.changes.what_is_new(run_id, against)))


@router.get(
    "/scans/{run_id}/results.csv",
    response_class=Response,
    responses=file_response(CSV, "The whole table.") | problems(404, 409, 422),
)
def read_csv(
    run_id: RunId, services: AllServices, rows: RowsAsked = Rows.PICKS, changes: ChangesAsked = False
) -> Response:
    """Return the table as CSV, byte-identical to that of the dashboard and the command line."""
    return _file(_stored(services, run_id, rows, changes)[0], "csv", CSV, lambda stored: export.to_csv(stored.table))


@router.get(
    "/scans/{run_id}/results.parquet",
    response_class=Response,
    responses=file_response(PARQUET, "The whole table.") | problems(404, 409, 422),
)
def read_parquet(
    run_id: RunId, services: AllServices, rows: RowsAsked = Rows.PICKS, changes: ChangesAsked = False
) -> Response:
    """Return the table as Parquet, with unchanged values."""
    stored, _ = _stored(services, run_id, rows, changes)
    return _file(stored, "parquet", PARQUET, lambda result: export.to_parquet(result.table))


@router.get(
    "/scans/{run_id}/results.xlsx",
    response_class=Response,
    responses=file_response(XLSX, "A workbook: results, config, failures.") | problems(404, 409, 422, 501),
)
def read_excel(
    run_id: RunId, column: Columns, services: AllServices, rows: RowsAsked = Rows.PICKS, changes: ChangesAsked = False
) -> Response:
    """Return the table as an Excel workbook with typed numbers, with all columns or a selection."""
    stored, sheets = _stored(services, run_id, rows, changes)
    _check_columns(stored.table, column)
    return _file(stored, "xlsx", XLSX, lambda result: export.to_excel(result, column or None, sheets))


@router.get(
    "/scans/{run_id}/report.html",
    response_class=Response,
    responses=file_response(HTML, "A self-contained page.") | problems(404, 422),
)
def read_report(run_id: RunId, service: Service) -> Response:
    """Return a run as one self-contained HTML page."""
    content = service.report(run_id)
    return Response(content, media_type=HTML, headers=_attachment(f"scan-{run_id}.html"))


@router.get(
    "/timings.csv", response_class=Response, responses=file_response(CSV, "One row per ended run.") | problems(422)
)
def read_timings(service: Service, filters: Annotated[HistoryFilter, Query()]) -> Response:
    """Return the stage seconds of ended runs as CSV, newest first, in full precision."""
    content = export.timings_csv(service.samples(filters.query()))
    return Response(content, media_type=CSV, headers=_attachment("timings.csv"))


def _stored(services: Services, run_id: str, rows: Rows, changes: bool) -> tuple[StoredResult, tuple[Sheet, ...]]:
    """Return a result, and with ``changes`` what is new: columns of its table, and a sheet of a workbook."""
    stored = services.service.result(run_id, rows)
    if not changes:
        return stored, ()
    return with_what_is_new(stored, services.changes.what_is_new(run_id))


def _file(stored: StoredResult, ending: str, media_type: str, make: Callable[[StoredResult], bytes]) -> Response:
    return Response(make(stored), media_type=media_type, headers=_attachment(f"scan-{stored.run_id}.{ending}"))


def _attachment(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _select(table: pa.Table, columns: list[str]) -> pa.Table:
    _check_columns(table, columns)
    return table.select(list(dict.fromkeys(columns))) if columns else table


def _check_columns(table: pa.Table, columns: list[str]) -> None:
    unknown = [name for name in columns if name not in table.column_names]
    if unknown:
        raise ConfigError(FieldProblem("query.column", f"{name!r} is not a column of this table") for name in unknown)


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    return [{name: known(value) for name, value in row.items()} for row in table.to_pylist()]


def _column(field: pa.Field) -> Column:
    """Return what is known of a column; of one that a newer version added, its name and what it holds."""
    is_kind = {Kind.INTEGER: pa.types.is_integer, Kind.NUMBER: pa.types.is_floating, Kind.FLAG: pa.types.is_boolean}
    kind = next((kind for kind, is_it in is_kind.items() if is_it(field.type)), Kind.TEXT)
    return COLUMN_BY_NAME.get(field.name) or Column(field.name, kind, "", "", "")


def _next_offset(offset: int, limit: int, total: int) -> int | None:
    return offset + limit if offset + limit < total else None
