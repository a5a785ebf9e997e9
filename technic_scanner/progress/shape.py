"""Learn from past runs how the cost of a class of work is spread over its units, as far as they agree on it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from technic_scanner.progress.recency import effective_runs
from technic_scanner.progress.shape_log import PARTS

_SINGLE_PARTS = 2
_LEAST_SHARE = 1e-4  # of a part, so that no part is free


@dataclass(frozen=True, slots=True)
class Shape:
    """The share of a class's cost (0-1) that its first units take.

    ``ends`` are these shares at equal distances, from 0 to 1. ``trust`` is how much of the differences between the
    parts the past runs agree on, 0-1; ``cv`` is that of a unit about its part, as the parts vary from run to run.
    """

    ends: tuple[float, ...] = (0.0, 1.0)
    trust: float = 0.0
    cv: float = 0.0

    def until(self, position: float) -> float:
        """Return the share of the cost of the first ``position`` (0-1) of the units."""
        place = min(1.0, max(0.0, position)) * (len(self.ends) - 1)
        part = min(int(place), len(self.ends) - 2)
        return self.ends[part] + (self.ends[part + 1] - self.ends[part]) * (place - part)

    def between(self, start: float, end: float) -> float:
        """Return the share of the cost of the units from ``start`` to ``end`` (0-1)."""
        return self.until(end) - self.until(start)


FLAT = Shape()


@dataclass(frozen=True, slots=True)
class PastShape:
    """The shape of one past run: its weight, units, unit cv and the share of the cost of each part."""

    weight: float
    units: float
    cv: float
    shares: tuple[float, ...]


def pooled(runs: Sequence[PastShape]) -> Shape:
    """Return the shape that the next run is expected to have; flat without runs that have one.

    A part's cost varies from run to run by v, its mean over the runs therefore by v/k. What the means differ by beyond
    that is believed, the rest is taken for chance: the positive-part James-Stein estimator towards equal parts. v is
    pooled over the parts, and with what the cv of single units says, which counts as two parts.
    """
    runs = [run for run in runs if len(run.shares) == PARTS]
    if not runs:
        return FLAT
    total = math.fsum(run.weight for run in runs)
    effective = effective_runs([run.weight for run in runs])
    levels = [
        max(_LEAST_SHARE, PARTS * math.fsum(run.weight * run.shares[part] for run in runs) / total)
        for part in range(PARTS)
    ]
    single = math.fsum(run.weight * run.cv**2 * PARTS / run.units for run in runs) / total
    squares = math.fsum(
        run.weight * (PARTS * share / level - 1) ** 2
        for run in runs
        for share, level in zip(run.shares, levels, strict=True)
    )
    variance = (_SINGLE_PARTS * single + effective * squares / total) / (_SINGLE_PARTS + PARTS * (effective - 1))
    between = math.fsum((level - 1) ** 2 for level in levels) / PARTS
    trust = max(0.0, 1 - variance / (effective * between)) if between > 0 else 0.0
    if trust == 0:
        return FLAT
    parts = [(1 + trust * (level - 1)) / PARTS for level in levels]
    ends = [0.0, *accumulate(parts)]
    units = total / math.fsum(run.weight / run.units for run in runs)
    return Shape(tuple(end / ends[-1] for end in ends), trust, math.sqrt(variance * units / PARTS))
