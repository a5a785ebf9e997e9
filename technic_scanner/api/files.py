"""Route for the report on the user's own price files."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from technic_scanner.api.config_route import ConfigRoute
from technic_scanner.api.dependencies import AllServices
from technic_scanner.api.derived import Document
from technic_scanner.api.documentation import problems
from technic_scanner.api.field_schemas import TEXT_PATTERN
from technic_scanner.api.submitting import IN_QUERY, located
from technic_scanner.errors import NotFoundError

router = APIRouter(tags=["catalog"], route_class=ConfigRoute)


class SeriesDocument(Document):
    """First and last bar of one symbol."""

    symbol: str
    first: date
    last: date
    bars: int
    first_open: float
    first_high: float
    first_low: float
    first_close: float
    first_volume: float
    last_open: float
    last_high: float
    last_low: float
    last_close: float
    last_volume: float


class FileDocument(Document):
    """What one file is read as; `symbols` is empty where a folder has too many to list them by file."""

    path: str
    read: bool
    refused: str | None = Field(description="Why the file is not read, as a sentence.")
    frame: Literal["day", "minute", "week", "month"]
    decimal_mark: Literal[".", ","] | None
    date_order: str | None = Field(description="`ymd`, `dmy`, `mdy` or `ydm`; null if no order was to be found.")
    time_zone: str | None
    adjusted: str | None
    symbol_column: str | None
    columns: str
    roles: dict[str, str]
    rows: int
    bars: int
    left_out: int
    repaired: int
    symbol_count: int
    first: date | None
    last: date | None
    notes: list[str]
    symbols: list[SeriesDocument]


class FilesReportDocument(Document):
    """What the files of a folder are read as, and the symbols after they are put together."""

    folder: str
    files: list[FileDocument]
    symbols: dict[str, SeriesDocument]
    notes: list[str]
    newest_session: date | None


@router.get("/sources/files/report", response_model=FilesReportDocument, responses=problems(404, 422, 502))
def report_files(
    services: AllServices,
    universe: Annotated[str | None, Query(max_length=200, pattern=TEXT_PATTERN)] = None,
) -> dict[str, Any]:
    """Report what each file of the source `files` is read as; `universe` is a folder or a file of it.

    404 where the server has no folder of files.
    """
    if (reason := services.catalog.unreadable_here("files")) is not None:
        raise NotFoundError(f"no price files are read here: {reason}")
    with located(IN_QUERY):
        return services.files_report(universe)
