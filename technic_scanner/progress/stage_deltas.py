"""Say by how much the stages of later runs were slower or faster than those of a first one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# The names of the seconds between stages and of the whole run, where they are listed like a stage.
BETWEEN_STAGES = "between_stages"
TOTAL = "total"


@dataclass(frozen=True, slots=True)
class StageDelta:
    """One stage, ``between_stages`` or ``total`` in all runs: seconds, difference to the first run in s and as a share.

    None if a run has no metrics or did not reach the stage; a share is also None if the first run took no time.
    """

    stage: str
    seconds: tuple[float | None, ...]
    delta_seconds: tuple[float | None, ...]
    delta_fraction: tuple[float | None, ...]


def delta_of(stage: str, seconds: Sequence[float | None]) -> StageDelta:
    """Return how a stage's seconds in each run differ from those in the first one."""
    base = seconds[0]
    deltas = tuple(None if base is None or value is None else value - base for value in seconds)
    shares = tuple(None if not base or delta is None else delta / base for delta in deltas)
    return StageDelta(stage, tuple(seconds), deltas, shares)
