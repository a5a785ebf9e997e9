"""Define the input and the output of the estimator: the view of a stage and the forecast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Seen:
    """The measurement of a class in this run: wall-clock ``seconds`` of ``units`` in ``steps`` reports, unit ``cv``.

    ``shifted``: the level has shifted within this run, and only later steps are included. ``units_before`` and
    ``seconds_before`` are those that are not.
    """

    unit_class: str
    units: float
    seconds: float
    cv: float
    steps: int
    shifted: bool = False
    units_before: float = 0.0
    seconds_before: float = 0.0

    def whole(self) -> Seen:
        """Return the measurement of all steps, as if the level had not shifted."""
        units, seconds = self.units_before + self.units, self.seconds_before + self.seconds
        return Seen(self.unit_class, units, seconds, self.cv, self.steps)


@dataclass(frozen=True, slots=True)
class StageView:
    """One stage as the estimator sees it.

    ``left`` are the remaining units by class, None while unknown and after the stage has ended; ``done`` are the
    completed ones by class, measured or restored from an earlier attempt; ``idle_seconds`` are those since the last
    report of a running stage, 0 below the clock's resolution. Equal views have equal forecasts.
    """

    name: str
    weight: float
    ended: bool
    left: Mapping[str, float] | None
    done: Mapping[str, float] = field(default_factory=dict)
    seen: tuple[Seen, ...] = ()
    idle_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Forecast:
    """Seconds left with their 80 % band, in total and by stage; None is unknown, 0.0 is done.

    ``overdue``: the current step has taken much longer than expected. ``is_guess``: the number rests on the weights
    alone, because there are neither past runs nor a finished stage of this run.
    """

    seconds: float | None
    low_seconds: float | None
    high_seconds: float | None
    stages: Mapping[str, float | None] = field(default_factory=dict)
    overdue: bool = False
    is_guess: bool = False

    def without_guess(self) -> Forecast:
        """Return the forecast with its band only if the number is a guess."""
        if not self.is_guess:
            return self
        return replace(self, seconds=None, stages={name: None if left else left for name, left in self.stages.items()})
