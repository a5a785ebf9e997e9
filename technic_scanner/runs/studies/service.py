"""Answer studies: read the bars of a universe, study the criteria over them, name the biases, and count the trials."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from technic_scanner.domain.universe import SourceInfo
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.study_bars import StudyBars, biases
from technic_scanner.runs.studies.faults import readable
from technic_scanner.runs.study_trials import Trial, TrialCount, TrialStore, count_trials, family_of_text
from technic_scanner.screening.bars import DateArray
from technic_scanner.studies import Study, document_of, study
from technic_scanner.studies.deflation import thresholds_of
from technic_scanner.studies.holdout import Holdout, check_holdout, holdout_of
from technic_scanner.studies.request import StudyRequest

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class FoundStudy:
    """A study that is not counted yet, what it was asked for, and notes; it may be kept and shared.

    ``notes`` say what the numbers lack, ``data_notes`` how old the source's bars are and what was repaired in them.
    """

    request: StudyRequest
    study: Study
    universe: str
    notes: tuple[str, ...]
    data_notes: tuple[str, ...]
    holdout: Holdout | None = None

    def document(self) -> Document:
        """Return the study as JSON types, without what depends on other studies; ``StudyService.told`` adds that."""
        return document_of(self.study, self.notes, self.data_notes) | self.about()

    def about(self) -> Document:
        """Return the part of the document that it is counted by."""
        return {
            "source": self.request.source,
            "universe": self.universe,
            "criteria": self.study.criteria.canonical,
            "entries": len(self.study),
            "trials": None,
            "holdout": self._holdout(),
        }

    def _holdout(self) -> Document | None:
        if self.holdout is None:
            return None
        first = self.holdout.first.isoformat()
        return {"months": self.holdout.months, "from": first, "opened": self.holdout.opened}


@dataclass(frozen=True, slots=True, eq=False)
class StudyAnswer:
    """A study with its document, after it was counted."""

    found: FoundStudy
    told: Document
    trials: TrialCount

    @property
    def study(self) -> Study:
        """The study."""
        return self.found.study

    def document(self) -> Document:
        """Return the study as JSON types, with the trials so far and the thresholds that they ask for."""
        return self.told


class StudyService:
    """Answers studies over all stored bars of a universe, and counts them.

    What was found can be kept and told again: ``find`` counts nothing, ``count`` counts one question, and ``told`` says
    what was tried up to now. ``run`` does all three.
    """

    def __init__(
        self, read: Callable[[StudyRequest, CancelToken], tuple[StudyBars, SourceInfo]], store: TrialStore
    ) -> None:
        """Wire the service; ``read`` opens the source and reads the bars of a request."""
        self._read = read
        self._store = store

    def run(self, request: StudyRequest, cancel: CancelToken | None = None) -> StudyAnswer:
        """Return the study, which is counted. Raises CriteriaError, ConfigError, SourceError, CancelledError."""
        found = self.find(request, cancel)
        document = found.document()
        self.count(request, document)
        return StudyAnswer(found, self.told(request, document), self._counted(request, document))

    def find(self, request: StudyRequest, cancel: CancelToken | None = None) -> FoundStudy:
        """Return the study without counting it. Raises as ``run``."""
        criteria = readable(request.where)
        check_holdout(request.holdout_months, opened=request.open_holdout)
        bars, info = self._read(request, cancel or CancelToken())
        _check_days(request, bars.panel.bars.sessions)
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
        notes = *biases(bars, info), *bars.notes
        return FoundStudy(request, found, bars.universe.name, notes, bars.universe.notes, holdout)

    def count(self, request: StudyRequest, document: Document, *, once: bool = False) -> None:
        """Count a study that was asked for; with ``once`` only if the same one was never asked for before."""
        trial = _trial(request, document)
        if once and any(known.key == trial.key for known in self._of_place(trial)):
            return
        self._store.record_trial(trial)

    def told(self, request: StudyRequest, document: Document) -> Document:
        """Return a study's document with what was tried up to now, and the thresholds that this asks for."""
        count = self._counted(request, document)
        notes = [*_tried(count, document["holdout"]), *document["notes"]]
        trials = _trials(count, document["horizons"])
        return document | {"notes": notes, "trials": trials, "holdout": _opened(count, document["holdout"])}

    def _counted(self, request: StudyRequest, document: Document) -> TrialCount:
        trial = _trial(request, document)
        return count_trials(self._of_place(trial), trial.family)

    def _of_place(self, trial: Trial) -> tuple[Trial, ...]:
        return self._store.trials(trial.source, trial.universe)


def _check_days(request: StudyRequest, sessions: DateArray) -> None:
    """Raise ConfigError if none of the stored sessions can be between the days that are asked for."""
    if len(sessions) == 0:
        return
    first, last = (session.astype("datetime64[D]").item() for session in (sessions[0], sessions[-1]))
    problems = []
    if request.start is not None and request.start > last:
        problems.append(FieldProblem("from", f"{request.start} is after the newest session, {last}"))
    if request.end is not None and request.end < first:
        problems.append(FieldProblem("to", f"{request.end} is before the first session, {first}"))
    if problems:
        raise ConfigError(problems)


def _trial(request: StudyRequest, document: Document) -> Trial:
    first, last = (day.isoformat() if day else "" for day in (request.start, request.end))
    holdout = document["holdout"]
    return Trial(
        request.source,
        document["universe"],
        family_of_text(document["criteria"]),
        document["criteria"],
        request.entry,
        first,
        last,
        holdout is not None and holdout["opened"],
        document["entries"],
    )


def _trials(count: TrialCount, horizons: Document) -> Document:
    found = {name: thresholds_of(about["standard_error"], count.variants) for name, about in horizons.items()}
    limits = {name: None if limit is None else asdict(limit) for name, limit in found.items()}
    return {"family": count.family, "variants": count.variants, "all_variants": count.all, "thresholds": limits}


def _opened(count: TrialCount, holdout: Document | None) -> Document | None:
    """Return a holdout with when it was first opened for this family, and by how many variants."""
    if holdout is None:
        return None
    times = [trial.first_at for trial in count.opened if trial.first_at is not None]
    return holdout | {
        "first_opened_at": min(times).isoformat() if times else None,
        "variants_opened": len({trial.variant for trial in count.opened}),
    }


def _tried(count: TrialCount, holdout: Document | None) -> list[str]:
    """Return notes on how many variants were tried, and on what was held out."""
    notes = []
    if count.variants > 1:
        notes.append(
            f"{count.variants:,} variants of this family were tried on this universe ({count.all:,} of all families): "
            "the best of them is above the naive threshold by chance more often than once in twenty."
        )
    if holdout is not None and not holdout["opened"]:
        first = holdout["from"]
        notes.append(f"Entries from {first} on are held out; returns of earlier entries may reach into them.")
    if holdout is not None and holdout["opened"] and count.opened:
        days = [trial.first_at for trial in count.opened if trial.first_at is not None]
        times = sum(trial.times for trial in count.opened)
        opened = f"The holdout of this family was opened first on {min(days):%Y-%m-%d}"
        notes.append(f"{opened}." if times == 1 else f"{opened}, and {times:,} times in all: it is a test no longer.")
    return notes
