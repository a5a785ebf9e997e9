"""Routes for sources, for match counts of universes, and for the runs that picked a symbol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Query

from technic_scanner.api.config_route import ConfigRoute
from technic_scanner.api.dependencies import Plugins, Service
from technic_scanner.api.derived import Document
from technic_scanner.api.documentation import problems
from technic_scanner.api.field_schemas import TEXT_PATTERN
from technic_scanner.api.requests import ConfigQuery, ScanRequest, config_query
from technic_scanner.api.submitting import IN_QUERY, located, readable
from technic_scanner.domain.universe import SourceInfo
from technic_scanner.pipeline.universe import CHOOSING_FIELDS
from technic_scanner.plugins.registry import FaultKind
from technic_scanner.runs.model import Appearance
from technic_scanner.runs.requests import Given

router = APIRouter(tags=["catalog"], route_class=ConfigRoute)


class SourceDocument(Document, of=SourceInfo):
    """A source of universes and prices; sessions are null if its period is open-ended."""


class UnavailableSourceDocument(Document):
    """A source that is installed and is not offered; `origin` is the package that brings it."""

    name: str
    origin: str
    kind: FaultKind
    reason: str


class SourceListDocument(Document):
    """All sources that can be scanned, and the installed ones that cannot be used, with the reason."""

    sources: list[SourceDocument]
    unavailable: list[UnavailableSourceDocument]


if TYPE_CHECKING:
    UniverseFilter = ConfigQuery
else:
    UniverseFilter = config_query("UniverseFilter", *CHOOSING_FIELDS)
    UniverseFilter.__doc__ = "The fields of a config that select symbols, as query parameters."


class RemovedDocument(Document):
    """The number of symbols that one filter removes."""

    filter: str
    removed: int


class MatchDocument(Document):
    """The number of symbols of a universe that a config matches, and the number that each filter removes."""

    total: int
    matching: int
    removed: list[RemovedDocument]


class AppearanceDocument(Document, of=Appearance):
    """A run that picked a symbol."""


class AppearanceListDocument(Document):
    """The newest runs that picked a symbol."""

    appearances: list[AppearanceDocument]


@router.get("/sources", response_model=SourceListDocument)
def list_sources(service: Service, plugins: Plugins) -> SourceListDocument:
    """List the available sources, and the installed ones that cannot be used."""
    return SourceListDocument(
        sources=[SourceDocument.model_validate(source) for source in service.sources()],
        unavailable=[UnavailableSourceDocument.model_validate(fault) for fault in plugins.source_faults()],
    )


@router.get("/universe", response_model=MatchDocument, responses=problems(422, 502, 503))
def count_matches(filters: Annotated[UniverseFilter, Query()], service: Service) -> MatchDocument:
    """Count the symbols that a scan with these filters would include, without scanning."""
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
    """List the runs that picked a symbol, newest first."""
    found = service.appearances(symbol, limit)
    return AppearanceListDocument(appearances=[AppearanceDocument.model_validate(item) for item in found])
