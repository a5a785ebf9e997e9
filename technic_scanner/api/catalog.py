"""What there is to scan: sources, universes with live match counts, and where a symbol has turned up."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Query

from technic_scanner.api.config_route import ConfigRoute
from technic_scanner.api.dependencies import Service
from technic_scanner.api.documentation import problems
from technic_scanner.api.field_schemas import TEXT_PATTERN
from technic_scanner.api.requests import ConfigQuery, ScanRequest, config_query
from technic_scanner.api.schemas import Document
from technic_scanner.api.submitting import IN_QUERY, located, readable
from technic_scanner.runs.requests import Given

router = APIRouter(tags=["catalog"], route_class=ConfigRoute)


class SourceDocument(Document):
    """A source of universes and prices; sessions are null when it is open-ended."""

    name: str
    label: str
    universes: list[str]
    first_session: date | None
    last_session: date | None
    is_market: bool
    notes: list[str]


class SourceListDocument(Document):
    """Every source that this installation can scan."""

    sources: list[SourceDocument]


if TYPE_CHECKING:
    UniverseFilter = ConfigQuery
else:
    UniverseFilter = config_query(
        "UniverseFilter",
        *("source", "universe", "sectors", "industries", "subindustries", "industry_contains", "symbols"),
        "max_symbols",
    )
    UniverseFilter.__doc__ = "The fields of a config that choose securities, as query parameters."


class RemovedDocument(Document):
    """How many securities one filter took away."""

    filter: str
    removed: int


class MatchDocument(Document):
    """How many securities of a universe a config would scan, and which filter takes how many away."""

    total: int
    matching: int
    removed: list[RemovedDocument]


class AppearanceDocument(Document):
    """A symbol in the picks of one run."""

    run_id: str
    created_at: datetime
    as_of: date | None
    symbol: str
    rank: int
    signal: str
    tier: str
    tech_rating: float | None
    alpha_score: float | None


class AppearanceListDocument(Document):
    """The newest runs that picked a symbol."""

    appearances: list[AppearanceDocument]


@router.get("/sources", response_model=SourceListDocument)
def list_sources(service: Service) -> SourceListDocument:
    """List the sources."""
    return SourceListDocument(sources=[SourceDocument.model_validate(source) for source in service.sources()])


@router.get("/universe", response_model=MatchDocument, responses=problems(422, 502, 503))
def count_matches(filters: Annotated[UniverseFilter, Query()], service: Service) -> MatchDocument:
    """Count what a scan with these filters would look at, without scanning."""
    asked = ScanRequest.model_construct(config=filters.given(), options=Given(), preset=None, label=None)
    config, _ = readable(service, asked, IN_QUERY)
    with located(IN_QUERY):
        count = service.match_count(config)
    return MatchDocument(
        total=count.total,
        matching=count.matching,
        removed=[RemovedDocument(filter=name, removed=number) for name, number in count.removed],
    )


@router.get("/symbols/{symbol}/appearances", response_model=AppearanceListDocument, responses=problems(422))
def list_appearances(
    symbol: Annotated[str, Path(min_length=1, max_length=32, pattern=TEXT_PATTERN, examples=["AAPL"])],
    service: Service,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> AppearanceListDocument:
    """List the runs whose picks hold a symbol, newest first."""
    found = service.appearances(symbol, limit)
    return AppearanceListDocument(appearances=[AppearanceDocument.model_validate(item) for item in found])
