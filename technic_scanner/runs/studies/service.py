"""Answer studies: read the bars of a universe, study the criteria over them, and name the biases of the data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from technic_scanner.criteria import Criteria
from technic_scanner.criteria import compile as compile_criteria
from technic_scanner.domain.universe import SourceInfo
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.study_bars import StudyBars
from technic_scanner.runs.performance.performance_service import ENDING_SHARE, endings, only_survivors
from technic_scanner.studies import Study, document_of, study
from technic_scanner.studies.refused import check_readable
from technic_scanner.studies.request import StudyRequest


@dataclass(frozen=True, slots=True, eq=False)
class StudyAnswer:
    """A study, what it was asked for, and notes on its data."""

    request: StudyRequest
    study: Study
    universe: str
    notes: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """Return the study as JSON types."""
        about = {"source": self.request.source, "universe": self.universe}
        return about | document_of(self.study, self.notes)


class StudyService:
    """Answers studies over all stored bars of a universe."""

    def __init__(
        self,
        read: Callable[[StudyRequest, CancelToken], tuple[StudyBars, SourceInfo]],
    ) -> None:
        """Wire the service; ``read`` opens the source and reads the bars of a request."""
        self._read = read

    def run(self, request: StudyRequest, cancel: CancelToken | None = None) -> StudyAnswer:
        """Return the study. Raises CriteriaError, ConfigError, SourceError, CancelledError."""
        criteria = readable(request.where)
        bars, info = self._read(request, cancel or CancelToken())
        found = study(
            criteria,
            bars.panel,
            entry=request.entry,
            start=request.start,
            end=request.end,
            minimums=request.minimums,
            cost_bps=request.cost_bps,
        )
        return StudyAnswer(request, found, bars.universe.name, (*_biases(bars, info), *bars.notes))


def readable(where: str) -> Criteria:
    """Return the criteria of a text that a study can answer. Raises CriteriaError with every fault."""
    criteria = compile_criteria(where)
    check_readable(criteria)
    return criteria


_MISSING = "companies that dropped out are missing, so that returns look better than they were."


def _biases(bars: StudyBars, info: SourceInfo) -> list[str]:
    """Return notes on what makes the returns look better than they were, or meaningless."""
    if not info.is_market:
        return ["The prices are generated, so these numbers have no meaning for real markets."]
    if bars.universe.survivorship_biased:
        return [f"The universe contains only companies that were members at its end; {_MISSING}"]
    prices = bars.panel.bars
    if not prices.symbols:
        return []
    ended, years = endings(prices, prices.sessions[-1:].repeat(len(prices.symbols)))
    if not only_survivors(ended, years):
        return []
    share = f"{ended:,} of {len(prices.symbols):,} symbols stopped trading, {ended / years:.1%} a year"
    return [f"{share}, where of a real market about {ENDING_SHARE:.0%} do; {_MISSING}"]
