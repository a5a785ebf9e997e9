"""Count what was tried: studies of a universe, the variants of one family, and holdouts that were opened."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from technic_scanner.criteria import Criteria

_NUMBER = re.compile(r'(?<![\w."])\d+(\.\d+)?(%|k|m|bn)?(?![\w"])')


@dataclass(frozen=True, slots=True)
class Trial:
    """One study of a universe; ``first`` and ``last`` are the sessions asked for as ISO days, empty where open.

    ``family`` is the criteria's text without its numbers. ``holdout``: whether it opened sessions that were held out.
    """

    source: str
    universe: str
    family: str
    criteria: str
    entry: str
    first: str = ""
    last: str = ""
    holdout: bool = False
    entries: int = 0
    times: int = 1
    first_at: datetime | None = None
    last_at: datetime | None = None

    @property
    def key(self) -> str:
        """A digest of what was asked."""
        asked = (self.source, self.universe, self.criteria, self.entry, self.first, self.last, self.holdout)
        return hashlib.sha256(repr(asked).encode()).hexdigest()[:32]

    @property
    def variant(self) -> tuple[str, str]:
        """What makes it another variant than others: the criteria, and what counts as an entry."""
        return self.criteria, self.entry


class TrialStore(Protocol):
    """Keeps what was studied."""

    def study_answer(self, run_id: str) -> dict[str, Any] | None:
        """Return what a parameter study found, None before its end. RunNotFoundError for a run that is none."""
        ...

    def record_trial(self, trial: Trial) -> Trial:
        """Insert the trial, or count the same one once more; return what is stored."""
        ...

    def trials(self, source: str, universe: str) -> tuple[Trial, ...]:
        """Return the trials of a universe, the first ones first."""
        ...


@dataclass(frozen=True, slots=True)
class TrialCount:
    """How many ``variants`` of one ``family`` were tried on a universe, and how many of ``all`` families."""

    family: str
    variants: int
    all: int
    opened: tuple[Trial, ...] = ()


def family_of(criteria: Criteria) -> str:
    """Return the canonical text with each number of it replaced: variants of one idea have the same."""
    return family_of_text(criteria.canonical)


def family_of_text(canonical: str) -> str:
    """Return the same of a canonical text."""
    return _NUMBER.sub("#", canonical)


def trials_of(answer: Mapping[str, Any]) -> tuple[Trial, ...]:
    """Return one trial for each variant of a parameter study, from its document."""
    asked = answer["asked"]
    return tuple(
        Trial(
            answer["source"],
            answer["universe"],
            family_of_text(variant["criteria"]),
            variant["criteria"],
            answer["entry"],
            asked["from"] or "",
            asked["to"] or "",
            entries=variant["entries"],
        )
        for variant in answer["variants"]
    )


def count_trials(trials: Iterable[Trial], family: str) -> TrialCount:
    """Count the distinct variants among the trials of a universe; ``opened`` are the family's opened holdouts."""
    found = tuple(trials)
    own = tuple(trial for trial in found if trial.family == family)
    opened = tuple(trial for trial in own if trial.holdout)
    return TrialCount(family, len({trial.variant for trial in own}), len({trial.variant for trial in found}), opened)
