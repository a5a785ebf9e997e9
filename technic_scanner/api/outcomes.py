"""Routes for the outcomes of picks after their as-of date: of past runs, of one run, and as a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any

import pyarrow as pa
from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, Field, JsonValue
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from technic_scanner.api.dependencies import AllServices, Answers
from technic_scanner.api.derived import Document
from technic_scanner.api.documentation import file_response, problems
from technic_scanner.api.requests import Name, Request, RunId, not_below
from technic_scanner.api.schemas import known
from technic_scanner.api.shared_answers import SharedAnswers, pieces
from technic_scanner.bootstrap import Services
from technic_scanner.domain.config import DIRECTIONS
from technic_scanner.domain.quoting import quoted
from technic_scanner.runs.exports.export import to_csv
from technic_scanner.runs.performance.performance_query import PerformanceQuery
from technic_scanner.runs.performance.performance_report import Equity, IcPoint, PerformanceReport
from technic_scanner.screening.evidence import Interval, MeanTest
from technic_scanner.screening.pick_returns import HORIZONS

router = APIRouter(tags=["outcomes"])

CSV = "text/csv"
JSON = "application/json"


def _one_of(choices: Sequence[Any]) -> AfterValidator:
    def check(value: Any) -> Any:
        if value not in choices:
            raise ValueError(f"{quoted(value)} is not one of {', '.join(map(str, choices))}")
        return value

    return AfterValidator(check)


Horizon = Annotated[int, _one_of(HORIZONS), Field(json_schema_extra={"enum": list(HORIZONS)})]
Direction = Annotated[str, _one_of(DIRECTIONS), Field(json_schema_extra={"enum": list(DIRECTIONS)})]


class OutcomeFilter(Request):
    """Which picks to include, and how to measure them; omitted filters do not filter."""

    source: Name | None = None
    universe: Name | None = Field(default=None, description="Only runs of this universe of their source.")
    direction: Direction | None = Field(
        default=None, description="Runs of different directions are never pooled: by default that with the most runs."
    )
    profile: list[Name] = Field(default_factory=list)
    sector: list[Name] = Field(default_factory=list)
    tier: list[Name] = Field(default_factory=list)
    regime: list[Name] = Field(default_factory=list)
    since: date | None = Field(default=None, description="First as-of date.")
    until: Annotated[date | None, not_below("since")] = Field(default=None, description="Last as-of date.")
    horizon: Horizon = Field(default=PerformanceQuery().horizon, description="Sessions after the as-of date.")
    top_n: int | None = Field(default=None, ge=1, le=100_000, description="Only the top ranks of each run.")
    cost_bps: float = Field(default=10.0, ge=0, le=10_000, allow_inf_nan=False, description="Trading cost in bps.")
    quantiles: int = Field(default=5, ge=2, le=20, description="Number of groups by score.")

    def query(self) -> PerformanceQuery:
        """Return the query of the outcome service."""
        return PerformanceQuery(
            source=self.source,
            universe=self.universe,
            direction=self.direction,
            profiles=tuple(self.profile),
            sectors=tuple(self.sector),
            tiers=tuple(self.tier),
            regimes=tuple(self.regime),
            since=self.since,
            until=self.until,
            horizon=self.horizon,
            top_n=self.top_n,
            cost_bps=self.cost_bps,
            quantiles=self.quantiles,
        )


class IntervalDocument(Document, of=Interval):
    """An estimate with its n and 95 % confidence interval; null is unknown."""


class MeanTestDocument(Document, of=MeanTest, first=("n", "mean", "low", "high")):
    """A mean over as-of dates; its t-statistic allows for overlap: a date shares sessions with up to `lags` later ones.

    Without enough dates for an interval, standard error, t-statistic and bounds are null.
    """


class IcPointDocument(Document, of=IcPoint):
    """Rank IC of score and forward return on one as-of date."""


class GroupDocument(Document):
    """The picks of one profile, sector, tier or regime."""

    group: str
    value: str
    dates: int
    hit_rate: IntervalDocument
    excess: IntervalDocument


class EquityDocument(Document):
    """Growth of 1 in the picks of the config with the most runs; all lists except `turnover` are as long as `dates`."""

    lineage: str
    profile: str
    dates: list[date]
    picks: list[float | None]
    before_costs: list[float | None]
    universe: list[float | None]
    turnover: list[float | None]

    @classmethod
    def of(cls, equity: Equity) -> EquityDocument:
        """Build the document."""
        curve = equity.curve
        lines = {name: getattr(curve, name) for name in ("picks", "before_costs", "universe", "turnover")}
        plain = {name: [known(value) for value in line.tolist()] for name, line in lines.items()}
        return cls(lineage=equity.lineage, profile=equity.profile, dates=list(equity.dates), **plain)


class OutcomeReportDocument(Document):
    """How the picks of past runs performed. Returns are fractions, `excess` is over the run's equal-weight universe.

    All runs have one `direction`. `judged` of `picks` have a known return at the horizon; `limited` of them, and
    `universe_limited` of the universes, were winsorised. `quantiles` are excess returns by score, lowest scores
    first. `exits` counts the levels that plans reached first. `notes` name biases of the data.
    """

    horizon: int
    direction: str | None
    runs: int
    dates: int
    picks: int
    judged: int
    limited: int
    universe_limited: int
    hit_rate: IntervalDocument
    excess: IntervalDocument
    ic: list[IcPointDocument]
    ic_test: MeanTestDocument
    quantiles: list[IntervalDocument]
    exits: dict[str, int]
    groups: list[GroupDocument]
    equity: EquityDocument | None
    notes: list[str]

    @classmethod
    def of(cls, report: PerformanceReport) -> OutcomeReportDocument:
        """Build the document."""
        return cls(
            horizon=report.query.horizon,
            direction=report.direction,
            runs=report.runs,
            dates=report.dates,
            picks=report.picks.num_rows,
            judged=report.judged,
            limited=report.limited,
            universe_limited=report.universe_limited,
            hit_rate=IntervalDocument.model_validate(report.hit),
            excess=IntervalDocument.model_validate(report.excess),
            ic=[IcPointDocument.model_validate(point) for point in report.ic],
            ic_test=MeanTestDocument.model_validate(report.ic_test),
            quantiles=[IntervalDocument.model_validate(value) for value in report.quantiles],
            exits=dict(report.exits),
            groups=[
                GroupDocument(
                    group=item.group,
                    value=item.value,
                    dates=item.dates,
                    hit_rate=IntervalDocument.model_validate(item.hit),
                    excess=IntervalDocument.model_validate(item.excess),
                )
                for item in report.groups
            ],
            equity=None if report.equity is None else EquityDocument.of(report.equity),
            notes=list(report.notes),
        )


class RunOutcomesDocument(Document):
    """The outcome of each pick of one run, best rank first; null if it lies in the future or has no bars."""

    run_id: str
    picks: list[dict[str, JsonValue]]
    notes: list[str]


@router.get("/outcomes", response_model=OutcomeReportDocument, responses=problems(422, 429, 502))
async def read_outcomes(
    filters: Annotated[OutcomeFilter, Query()], services: AllServices, answers: Answers
) -> Response:
    """Return how the picks of past runs performed after their as-of date, with n and intervals."""

    def compute() -> bytes:
        report = services.outcomes.report(filters.query())
        return OutcomeReportDocument.of(report).model_dump_json().encode()

    return _response(await _answer(services, answers, f"json {filters!r}", compute), JSON)


@router.get(
    "/outcomes.csv",
    response_class=Response,
    responses=file_response(CSV, "One row per pick of each run.") | problems(422, 429, 502),
)
async def read_outcomes_csv(
    filters: Annotated[OutcomeFilter, Query()], services: AllServices, answers: Answers
) -> Response:
    """Return every pick with its outcome as CSV."""

    def compute() -> bytes:
        return to_csv(services.outcomes.report(filters.query()).picks)

    headers = {"Content-Disposition": 'attachment; filename="outcomes.csv"'}
    return _response(await _answer(services, answers, f"csv {filters!r}", compute), CSV, headers)


@router.get("/scans/{run_id}/outcomes", response_model=RunOutcomesDocument, responses=problems(404, 409, 422, 429, 502))
async def read_outcomes_of_run(run_id: RunId, services: AllServices, answers: Answers) -> Response:
    """Return how the picks of one run performed after its as-of date. 409 while there are no results."""

    def compute() -> bytes:
        judged = services.outcomes.of_run(run_id)
        document = RunOutcomesDocument(run_id=run_id, picks=_rows(judged.picks), notes=list(judged.notes))
        return document.model_dump_json().encode()

    return _response(await _answer(services, answers, f"run {run_id}", compute), JSON)


async def _answer(services: Services, answers: SharedAnswers, question: str, compute: Callable[[], bytes]) -> bytes:
    """Return the answer that belongs to the runs and the bars of this moment."""
    runs = await run_in_threadpool(services.store.dated_runs_mark)
    bars = await run_in_threadpool(services.cache.mark)
    return await answers.get(f"{question} {runs} {bars}", compute)


def _response(content: bytes, media_type: str, headers: Mapping[str, str] | None = None) -> Response:
    sent = {"Content-Length": str(len(content))} | dict(headers or {})
    return StreamingResponse(pieces(content), media_type=media_type, headers=sent)


def _rows(picks: pa.Table) -> list[dict[str, Any]]:
    return [{name: _plain(value) for name, value in row.items()} for row in picks.to_pylist()]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else known(value)
