"""What there is to scan: sources, universes with live match counts, and where a symbol has turned up."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from technic_scanner.api.dependencies import Service
from technic_scanner.api.derived import Document
from technic_scanner.api.documentation import problems
from technic_scanner.api.requests import TEXT_PATTERN, Name, Request
from technic_scanner.api.submitting import in_query, located
from technic_scanner.domain.universe import SourceInfo
from technic_scanner.runs.model import Appearance
from technic_scanner.runs.requests import request_from_dicts

router = APIRouter(tags=["catalog"])


class SourceDocument(Document, of=SourceInfo):
    """A source of universes and prices; sessions are null when it is open-ended."""


class SourceListDocument(Document):
    """Every source that this installation can scan."""

    sources: list[SourceDocument]


class UniverseFilter(Request):
    """The fields of a config that choose securities, as query parameters."""

    source: Name = "sample"
    universe: Name | None = None
    sectors: list[Name] = Field(default_factory=list)
    industries: list[Name] = Field(default_factory=list)
    subindustries: list[Name] = Field(default_factory=list)
    industry_contains: Name | None = None
    symbols: list[Name] = Field(default_factory=list)
    max_symbols: int = Field(default=6000, ge=1, le=100_000)


class RemovedDocument(Document):
    """How many securities one filter took away."""

    filter: str
    removed: int


class MatchDocument(Document):
    """How many securities of a universe a config would scan, and which filter takes how many away."""

    total: int
    matching: int
    removed: list[RemovedDocument]


class AppearanceDocument(Document, of=Appearance):
    """A symbol in the picks of one run."""


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
    with located(in_query):
        config, _ = request_from_dicts(filters.model_dump())
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
