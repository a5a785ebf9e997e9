"""Routes for statistics over many runs: seconds by stage, regressions, trends, ETA accuracy, comparisons."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field, JsonValue

from technic_scanner.api.dependencies import Service
from technic_scanner.api.derived import Document
from technic_scanner.api.documentation import problems
from technic_scanner.api.requests import HistoryFilter
from technic_scanner.api.schemas import EXAMPLE_RUN_ID, RUN_ID_PATTERN
from technic_scanner.progress.stage_deltas import StageDelta
from technic_scanner.runs.timings import analytics
from technic_scanner.runs.timings.analytics import DayTrend, EtaAccuracy, StageCheck, StageStatistics
from technic_scanner.runs.timings.compare import Comparison, FieldDifference, Move, SymbolChanges

router = APIRouter(tags=["analytics"])

Filters = Annotated[HistoryFilter, Query()]
MIN_COMPARED = 2
MAX_COMPARED = 20


class StageStatisticsDocument(Document, of=StageStatistics, without=("p5", "p25", "p75")):
    """Seconds of one stage, or of whole runs (`total`), over n successful runs; null when n is 0."""


class StageStatisticsListDocument(Document):
    """Stages in plan order, then `total`."""

    stages: list[StageStatisticsDocument]


class StageCheckDocument(Document, of=StageCheck):
    """One stage of one run, or its `between_stages`, compared with earlier comparable runs.

    Values are null if there are too few of them.
    """


class RegressionListDocument(Document):
    """Every checked stage, newest run first; `slower` counts the flagged ones."""

    checks: list[StageCheckDocument]
    slower: int


class EtaAccuracyDocument(Document, of=EtaAccuracy):
    """The accuracy of the ETA at one moment; errors are shares of the actual seconds."""


class EtaAccuracyListDocument(Document):
    """The accuracy of the ETA at the start and at 10, 25, 50 and 75 % of the work."""

    moments: list[EtaAccuracyDocument]


class DayTrendDocument(Document, of=DayTrend):
    """The runs of one day in UTC, with medians over the successful ones."""


class TrendListDocument(Document):
    """Days that have runs, oldest first."""

    days: list[DayTrendDocument]


class FieldDifferenceDocument(Document, of=FieldDifference):
    """A field of config or options that differs between the runs, with its values in the order of the runs."""

    values: list[JsonValue]


class StageDeltaDocument(Document, of=StageDelta):
    """One stage in all runs, with the differences to the first run."""


class MoveDocument(Document, of=Move):
    """A symbol that is in both results with different ranks."""


class SymbolChangesDocument(Document, of=SymbolChanges):
    """Symbols that entered, left or moved between the first run and this one; pairs are [symbol, rank]."""


class ComparisonDocument(Document, of=Comparison):
    """Runs compared with the first one; `symbols` has one entry per later run, null without results."""


@router.get("/analytics/stages", response_model=StageStatisticsListDocument, responses=problems(422))
def stage_statistics(filters: Filters, service: Service) -> StageStatisticsListDocument:
    """Return percentiles of stage seconds over the newest runs that pass the filters."""
    found = analytics.stage_statistics(service.stage_seconds(filters.query()))
    return StageStatisticsListDocument(stages=[StageStatisticsDocument.model_validate(item) for item in found])


@router.get("/analytics/regressions", response_model=RegressionListDocument, responses=problems(422))
def regressions(
    filters: Filters,
    service: Service,
) -> RegressionListDocument:
    """Check each run's stages against the 20 comparable successful runs before it, including filtered ones."""
    checks = service.slowdowns(filters.query())
    return RegressionListDocument(
        checks=[StageCheckDocument.model_validate(check) for check in checks], slower=len(analytics.slower(checks))
    )


@router.get("/analytics/eta", response_model=EtaAccuracyListDocument, responses=problems(422))
def eta_accuracy(filters: Filters, service: Service) -> EtaAccuracyListDocument:
    """Return the accuracy of the ETA."""
    found = analytics.eta_accuracy(service.samples(filters.query()))
    return EtaAccuracyListDocument(moments=[EtaAccuracyDocument.model_validate(item) for item in found])


@router.get("/analytics/trends", response_model=TrendListDocument, responses=problems(422))
def trends(filters: Filters, service: Service) -> TrendListDocument:
    """Return medians by day."""
    found = service.day_trends(filters.query())
    return TrendListDocument(days=[DayTrendDocument.model_validate(item) for item in found])


@router.get("/compare", response_model=ComparisonDocument, responses=problems(404, 422))
def compare(
    service: Service,
    runs: Annotated[
        list[Annotated[str, Field(pattern=RUN_ID_PATTERN)]],
        Query(
            min_length=MIN_COMPARED,
            max_length=MAX_COMPARED,
            description="Run ids; the first is the baseline.",
            examples=[[EXAMPLE_RUN_ID, "01JCXM0Q7D4N8B2S6F1H9GZKXA"]],
        ),
    ],
) -> ComparisonDocument:
    """Compare two or more runs: differences in config, stage seconds and symbols in the results."""
    return ComparisonDocument.model_validate(service.compare(runs))
