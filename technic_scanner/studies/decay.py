"""How the entries of a study moved against the universe around their session, from 20 before to 63 after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from technic_scanner.screening.evidence import PeriodValues
from technic_scanner.studies.result import Study
from technic_scanner.studies.universe_means import universe_means

BEFORE, AFTER = 20, 63


@dataclass(frozen=True, slots=True)
class DecayPoint:
    """The mean over dates of each date's mean excess price change from the entry's session to ``offset`` later.

    For a negative offset it is how much higher or lower the price was then, compared with the universe's.
    """

    offset: int
    mean: float | None
    n: int
    n_dates: int


def decay_curve(study: Study) -> tuple[DecayPoint, ...]:
    """Return the points of all offsets −20 … 63."""
    offsets = tuple(range(-BEFORE, AFTER + 1))
    first, stop = study.window
    means = universe_means(study.panel.bars.close, study.honest, offsets, first, stop)
    points = []
    for offset in offsets:
        excess = study.forward(offset) - means.after(offset)[study.columns]
        values = PeriodValues.of(excess, study.columns)
        if not values.periods:
            points.append(DecayPoint(offset, None, 0, 0))
            continue
        sums = np.bincount(values.places, values.values, values.periods)
        mean = float((sums / np.bincount(values.places, minlength=values.periods)).mean())
        points.append(DecayPoint(offset, mean, len(values.values), values.periods))
    return tuple(points)
