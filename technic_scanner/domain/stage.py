"""Define the four stages of a scan and their weights in the overall fraction."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from technic_scanner.domain.quoting import quoted
from technic_scanner.errors import ConfigError, FieldProblem

WEIGHT_SUM_TOLERANCE = 1e-9


class Stage(StrEnum):
    """The stages in the order in which they run."""

    UNIVERSE_LOADING = "universe_loading"
    DATA_FETCHING = "data_fetching"
    SYMBOL_SCANNING = "symbol_scanning"
    FINALIZATION = "finalization"

    @property
    def label(self) -> str:
        """Display name: ``Universe loading``."""
        return self.value.replace("_", " ").capitalize()


_UNITS: dict[str, str] = {
    Stage.UNIVERSE_LOADING: "steps",
    Stage.DATA_FETCHING: "symbols",
    Stage.SYMBOL_SCANNING: "symbols",
    Stage.FINALIZATION: "row steps",  # each of its steps processes each row once
}


def unit_of(stage: str) -> str:
    """Return the unit that a stage counts, in the plural; ``units`` for a stage that is not one of these four."""
    return _UNITS.get(stage, "units")


DEFAULT_WEIGHTS: tuple[tuple[str, float], ...] = (
    (Stage.UNIVERSE_LOADING.value, 0.05),
    (Stage.DATA_FETCHING.value, 0.20),
    (Stage.SYMBOL_SCANNING.value, 0.70),
    (Stage.FINALIZATION.value, 0.05),
)


@dataclass(frozen=True, slots=True)
class StagePlan:
    """Stage names in order, each with its weight; weights are > 0 and sum to 1.

    Raises ConfigError that names every problem.
    """

    weights: tuple[tuple[str, float], ...] = DEFAULT_WEIGHTS

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", tuple((str(name), weight) for name, weight in self.weights))
        problems = weight_problems(self.weights)
        if problems:
            raise ConfigError(problems)

    @classmethod
    def from_mapping(cls, weights: Mapping[str, float]) -> StagePlan:
        """Build a plan from ``{stage name: weight}``, in the mapping's order."""
        return cls(tuple(weights.items()))

    @property
    def names(self) -> tuple[str, ...]:
        """Stage names in order."""
        return tuple(name for name, _ in self.weights)


def weight_problems(weights: tuple[tuple[str, float], ...]) -> tuple[FieldProblem, ...]:
    """Return all problems of a list of stage weights."""
    if not weights:
        return (FieldProblem("stage_weights", "at least one stage is required"),)
    problems = [
        FieldProblem(f"stage_weights.{name}", f"must be a number above 0, not {quoted(weight)}")
        for name, weight in weights
        if not _is_positive_number(weight)
    ]
    doubled = sorted(name for name, times in Counter(name for name, _ in weights).items() if times > 1)
    problems += [FieldProblem(f"stage_weights.{name}", "is named more than once") for name in doubled]
    if not any(problem.message.startswith("must be a number") for problem in problems):
        # Not math.fsum: it raises where weights are too large to be added up.
        total = sum(float(weight) for _, weight in weights)
        if abs(total - 1.0) > WEIGHT_SUM_TOLERANCE:
            problems.append(FieldProblem("stage_weights", f"must sum to 1, not {total:.12g}"))
    return tuple(problems)


def _is_positive_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 < value <= sys.float_info.max
