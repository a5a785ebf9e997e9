"""Routes for studies: what criteria would have found in every past session, as a document and as a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import ConfigDict, Field, JsonValue
from starlette.concurrency import run_in_threadpool

from technic_scanner.api.dependencies import AllServices, Answers
from technic_scanner.api.derived import Document
from technic_scanner.api.documentation import file_response, problems
from technic_scanner.api.outcomes import CSV, JSON
from technic_scanner.api.requests import Name, Request
from technic_scanner.api.shared_answers import SharedAnswers
from technic_scanner.bootstrap import Services
from technic_scanner.domain.config import ScanConfig
from technic_scanner.runs.exports.export import to_csv
from technic_scanner.runs.studies.service import readable
from technic_scanner.studies.deflation import Thresholds
from technic_scanner.studies.document import entries_table
from technic_scanner.studies.groups import GroupResult
from technic_scanner.studies.request import StudyRequest
from technic_scanner.studies.result import COST_BPS

router = APIRouter(tags=["studies"])
_LONGEST = 20_000
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_EXAMPLE: dict[str, JsonValue] = {
    "where": "close > sma(close, 50) and rsi(14) < 40",
    "source": "sample",
    "from": "2010-01-04",
}


class StudyAsked(Request):
    """What to study. Without minimums there are none: adjusted prices of the past are not those of then."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    where: str = Field(max_length=_LONGEST, description="The criteria.")
    source: Name = ScanConfig().source
    universe: Name | None = Field(default=None, description="Null: the source's default one.")
    first: date | None = Field(default=None, alias="from", description="First session; null: the first stored.")
    last: date | None = Field(default=None, alias="to", description="Last session; null: the newest.")
    entry: Literal["first", "every"] = Field(
        default="first", description="Where the criteria become true, or every session in which they are."
    )
    min_price: Amount = 0.0
    min_dollar_volume: Amount = 0.0
    min_bars: int = Field(default=1, ge=1, le=20_000, description="Bars so far; a scan asks for 20.")
    cost_bps: float = Field(default=COST_BPS, ge=0, le=10_000, allow_inf_nan=False, description="Of one trade.")

    holdout_months: int | None = Field(default=None, ge=1, le=600, description="Newest months that are held out.")
    open_holdout: bool = Field(default=False, description="Study these months alone, which is remembered.")

    def request(self) -> StudyRequest:
        """Return the request of the service. Raises CriteriaError."""
        readable(self.where)
        return StudyRequest(
            where=self.where,
            source=self.source,
            universe=self.universe,
            start=self.first,
            end=self.last,
            entry=self.entry,
            min_price=self.min_price,
            min_dollar_volume=self.min_dollar_volume,
            min_bars=self.min_bars,
            cost_bps=self.cost_bps,
            holdout_months=self.holdout_months,
            open_holdout=self.open_holdout,
        )


class StudyGroupResultDocument(Document, of=GroupResult):
    """What followed the entries of a group after one horizon."""


class StudyHorizonDocument(Document):
    """What followed the entries after one horizon; returns are fractions.

    `mean_excess` is the mean over dates of each date's mean, before costs, with its 95 % interval `low` to `high`.
    `n` entries on `n_dates` dates are judged; `hit_rate`, `median` and `quantiles` are over entries.
    """

    mean_excess: float | None
    low: float | None
    high: float | None
    hit_rate: float | None
    median: float | None
    n: int
    n_dates: int
    date_hit_rate: float | None
    date_hit_low: float | None
    date_hit_high: float | None
    quantiles: dict[str, float]
    mean_forward_return: float | None
    winsorised: int
    universe_winsorised: int
    round_trip_cost_bps: float
    net_mean_excess: float | None
    break_even_bps: float | None
    turnover_per_year: float
    cost_per_year_bps: float
    mean_open: float
    overlap: float | None


class StudyGroupDocument(Document):
    """The entries of one year, sector or regime, with what followed by horizon."""

    entries: int
    dates: int
    horizons: dict[str, StudyGroupResultDocument]


class StudyIcDocument(Document):
    """The mean rank IC of `rank by` over dates."""

    mean: float | None
    low: float | None
    high: float | None
    n_dates: int


class DecayPointDocument(Document):
    """The mean excess price change from the entry's session to `offset` sessions later."""

    offset: int
    mean_excess: float | None
    n: int
    n_dates: int


class ThresholdsDocument(Document, of=Thresholds):
    """The mean excess above which it says something: as the only study, and as the best of all variants tried."""


class TrialsDocument(Document):
    """How many variants of this family were tried on this universe, of all families, and what that asks for."""

    family: str
    variants: int
    all_variants: int
    thresholds: dict[str, ThresholdsDocument | None]


class HoldoutDocument(Document):
    """The newest months that are held out, or alone studied where `opened`; when the family's were first opened."""

    months: int
    first: date = Field(alias="from")
    opened: bool
    first_opened_at: datetime | None
    variants_opened: int


class StudyDocument(Document):
    """What criteria would have found, and what followed, by horizon in sessions.

    `share_of_sessions` of the `sessions_with_rows` have an entry. Excess is the return less the mean over all eligible
    rows of the date. `best` and `worst` are entries by their excess after 21 sessions.
    """

    source: str
    universe: str
    criteria: str
    entry: str
    first: date | None = Field(alias="from")
    last: date | None = Field(alias="to")
    symbols: int
    sessions: int
    sessions_with_rows: int
    entries: int
    dates: int
    share_of_sessions: float | None
    horizons: dict[str, StudyHorizonDocument]
    ic: dict[str, StudyIcDocument] | None
    by_year: dict[str, StudyGroupDocument]
    by_sector: dict[str, StudyGroupDocument]
    by_regime: dict[str, StudyGroupDocument]
    per_month: dict[str, int]
    decay: list[DecayPointDocument]
    best: list[dict[str, str | float | None]]
    worst: list[dict[str, str | float | None]]
    winsorised_above: float
    cost_bps: float
    notes: list[str]
    trials: TrialsDocument
    holdout: HoldoutDocument | None


@router.post("/studies", response_model=StudyDocument, responses=problems(413, 422, 429, 502))
async def run_study(asked: StudyAsked, services: AllServices, answers: Answers) -> Response:
    """Return what criteria would have found in every past session, and what followed, with intervals."""
    request = asked.request()

    def compute() -> bytes:
        document: dict[str, Any] = services.studies.run(request).document()
        return StudyDocument.model_validate(document).model_dump_json(by_alias=True).encode()

    return Response(await _answer(services, answers, f"study {request!r}", compute), media_type=JSON)


@router.post(
    "/studies.csv",
    response_class=Response,
    responses=file_response(CSV, "One row an entry.") | problems(413, 422, 429, 502),
)
async def run_study_csv(asked: StudyAsked, services: AllServices, answers: Answers) -> Response:
    """Return every entry of a study as CSV: symbol, session, forward return and excess of each horizon."""
    request = asked.request()

    def compute() -> bytes:
        return to_csv(entries_table(services.studies.run(request).study))

    content = await _answer(services, answers, f"study csv {request!r}", compute)
    return Response(content, media_type=CSV, headers={"Content-Disposition": 'attachment; filename="study.csv"'})


async def _answer(services: Services, answers: SharedAnswers, question: str, compute: Callable[[], bytes]) -> bytes:
    """Return the answer that belongs to the bars of this moment."""
    bars = await run_in_threadpool(services.cache.mark)
    return await answers.get(f"{question} {bars}", compute)
