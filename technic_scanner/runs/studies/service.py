"""Answer studies: read the bars of a universe, study the criteria over them, and name the biases of the data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from technic_scanner.criteria import Criteria
from technic_scanner.criteria import compile as compile_criteria
from technic_scanner.domain.universe import SourceInfo
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.study_bars import StudyBars
from technic_scanner.runs.performance.performance_service import ENDING_SHARE, endings, only_survivors
from technic_scanner.runs.studies.holdout import Holdout, check_holdout, holdout_of
from technic_scanner.runs.study_trials import Trial, TrialCount, TrialStore, count_trials, family_of
from technic_scanner.studies import Study, document_of, study
from technic_scanner.studies.deflation import thresholds
from technic_scanner.studies.refused import check_readable
from technic_scanner.studies.request import StudyRequest


@dataclass(frozen=True, slots=True, eq=False)
class StudyAnswer:
    """A study, what it was asked for, and notes on its data."""

    request: StudyRequest
    study: Study
    universe: str
    notes: tuple[str, ...]
    trials: TrialCount
    holdout: Holdout | None = None

    def document(self) -> dict[str, Any]:
        """Return the study as JSON types, with the trials so far and the thresholds that they ask for."""
        about = {"source": self.request.source, "universe": self.universe}
        return about | document_of(self.study, self.notes) | {"trials": self._trials(), "holdout": self._holdout()}

    def _trials(self) -> dict[str, Any]:
        found = {
            str(horizon): thresholds(result, self.trials.variants) for horizon, result in self.study.horizons.items()
        }
        limits = {horizon: None if limit is None else asdict(limit) for horizon, limit in found.items()}
        count = self.trials
        return {"family": count.family, "variants": count.variants, "all_variants": count.all, "thresholds": limits}

    def _holdout(self) -> dict[str, Any] | None:
        if self.holdout is None:
            return None
        times = [trial.first_at for trial in self.trials.opened if trial.first_at is not None]
        return {
            "months": self.holdout.months,
            "from": self.holdout.first.isoformat(),
            "opened": self.holdout.opened,
            "first_opened_at": min(times).isoformat() if times else None,
            "variants_opened": len({trial.variant for trial in self.trials.opened}),
        }


class StudyService:
    """Answers studies over all stored bars of a universe, and counts them."""

    def __init__(
        self, read: Callable[[StudyRequest, CancelToken], tuple[StudyBars, SourceInfo]], store: TrialStore
    ) -> None:
        """Wire the service; ``read`` opens the source and reads the bars of a request."""
        self._read = read
        self._store = store

    def run(self, request: StudyRequest, cancel: CancelToken | None = None) -> StudyAnswer:
        """Return the study, which is counted. Raises CriteriaError, ConfigError, SourceError, CancelledError."""
        criteria = readable(request.where)
        check_holdout(request.holdout_months, opened=request.open_holdout)
        bars, info = self._read(request, cancel or CancelToken())
        holdout = holdout_of(bars.panel.bars.last_session, request.holdout_months, opened=request.open_holdout)
        start, end = (request.start, request.end) if holdout is None else holdout.window(request.start, request.end)
        found = study(
            criteria,
            bars.panel,
            entry=request.entry,
            start=start,
            end=end,
            minimums=request.minimums,
            cost_bps=request.cost_bps,
        )
        counted = self._counted(request, bars.universe.name, found, holdout)
        notes = (*_biases(bars, info), *bars.notes, *_tried(counted, holdout))
        return StudyAnswer(request, found, bars.universe.name, notes, counted, holdout)

    def _counted(self, request: StudyRequest, universe: str, found: Study, holdout: Holdout | None) -> TrialCount:
        family = family_of(found.criteria)
        first, last = (day.isoformat() if day else "" for day in (request.start, request.end))
        opened = holdout is not None and holdout.opened
        trial = Trial(
            request.source, universe, family, found.criteria.canonical, request.entry, first, last, opened, len(found)
        )
        self._store.record_trial(trial)
        return count_trials(self._store.trials(request.source, universe), family)


def _tried(count: TrialCount, holdout: Holdout | None) -> list[str]:
    """Return notes on how many variants were tried, and on what was held out."""
    notes = []
    if count.variants > 1:
        notes.append(
            f"{count.variants:,} variants of this family were tried on this universe ({count.all:,} of all families): "
            "the best of them is above the naive threshold by chance more often than once in twenty."
        )
    if holdout is not None and not holdout.opened:
        notes.append(f"Entries from {holdout.first} on are held out; returns of earlier entries may reach into them.")
    if holdout is not None and holdout.opened and count.opened:
        days = [trial.first_at for trial in count.opened if trial.first_at is not None]
        times = sum(trial.times for trial in count.opened)
        first = f"The holdout of this family was opened first on {min(days):%Y-%m-%d}"
        notes.append(f"{first}." if times == 1 else f"{first}, and {times:,} times in all: it is a test no longer.")
    return notes


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
