"""Routes for parameter studies: queued as runs, read when they have ended."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import APIRouter, Response
from pydantic import ConfigDict, Field, JsonValue

from technic_scanner.api.checked_route import CheckedRoute
from technic_scanner.api.dependencies import AllServices, Owner, RootPath
from technic_scanner.api.derived import Document
from technic_scanner.api.documentation import problems
from technic_scanner.api.outcomes import Horizon
from technic_scanner.api.requests import GivenOptions, Name, RunId
from technic_scanner.api.scans import accepted
from technic_scanner.api.schemas import RunDocument
from technic_scanner.api.studies import StudyAsked, in_the_body, placed
from technic_scanner.api.study_documents import FamilyDocument, JudgedDocument, StudiedDocument, ThresholdsDocument
from technic_scanner.api.submitting import unread
from technic_scanner.bootstrap import Services
from technic_scanner.domain.config import RunOptions
from technic_scanner.domain.study_terms import FEW_DATES
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.runs.requests import Given
from technic_scanner.runs.studies.faults import sweep_faults
from technic_scanner.studies.sweep import BEST_HORIZON, Cell
from technic_scanner.studies.terms import MOST_DATES

router = APIRouter(tags=["studies"], route_class=CheckedRoute)
_EXAMPLE: dict[str, JsonValue] = {
    "where": "let n = 50 # 20..80 step 30\nclose > sma(close, n) and rsi(14) < 40",
    "source": "sample",
    "horizon": 21,
}


class SweepAsked(StudyAsked):
    """A study of criteria whose numbers have ranges, `let n = 20 # 10..50 step 5`; a holdout cannot be opened by it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    horizon: Horizon = Field(default=BEST_HORIZON, description="Sessions after the entry that the best is chosen by.")
    min_dates: int = Field(default=FEW_DATES, ge=1, le=MOST_DATES, description="With entries that the best must have.")
    options: GivenOptions = Field(default_factory=Given)
    label: Name | None = None

    def faults(self, services: Services) -> Iterable[FieldProblem]:
        """Return everything that is wrong with what is asked."""
        found = sweep_faults(
            services.service, self.request(), self.options.over(RunOptions()), self.horizon, self.min_dates
        )
        return [*unread(Given(), self.options), *map(placed, found)]


class CellDocument(Document, of=Cell):
    """What followed the entries of a variant after one horizon."""


class RangeDocument(Document):
    """The values of a name."""

    name: str
    values: list[str]


class VariantDocument(Document):
    """One variant: its values in the order of the ranges, its criteria, and what followed by horizon."""

    values: list[str]
    criteria: str
    entries: int
    horizons: dict[str, CellDocument]


class BestOfHorizonDocument(Document):
    """The number of the variant with the largest mean excess, beside the variants one step away."""

    variant: int
    mean_excess: float | None
    neighbours: int
    neighbours_median: float | None


class BestDocument(BestOfHorizonDocument, JudgedDocument):
    """The same of the judged horizon, with the interval of its own study."""


class SweepTrialsDocument(FamilyDocument):
    """How many variants were tried, and what the best must exceed."""

    thresholds: ThresholdsDocument | None


class SweepDocument(StudiedDocument):
    """What the variants of a parameter study would have found; the last range's values change first.

    The best one has entries on at least `min_dates` dates; null where none has.
    """

    run_id: str
    text: str
    ranges: list[RangeDocument]
    variants: list[VariantDocument]
    horizon: int
    min_dates: int
    best: BestDocument | None
    by_horizon: dict[str, BestOfHorizonDocument | None]
    trials: SweepTrialsDocument


@router.post("/sweeps", status_code=202, response_model=RunDocument, responses=problems(413, 422, 429))
def start_sweep(
    asked: SweepAsked, response: Response, services: AllServices, owner: Owner, root_path: RootPath
) -> RunDocument:
    """Queue a parameter study. It is followed, cancelled and resumed as any run, under /scans."""
    options = asked.options.over(RunOptions())
    about = {"owner": owner, "label": asked.label}
    with in_the_body(asked, services):
        if found := unread(Given(), asked.options):
            raise ConfigError(found)
        run = services.sweeps.submit(asked.request(), asked.horizon, options, min_dates=asked.min_dates, **about)
    return accepted(run, response, root_path)


@router.get("/sweeps/{run_id}", response_model=SweepDocument, responses=problems(404, 409, 422))
def show_sweep(run_id: RunId, services: AllServices) -> SweepDocument:
    """Return what a parameter study found."""
    return SweepDocument.model_validate(services.sweeps.answer(run_id))
