"""Weigh past runs: newer ones say more about the next."""

from __future__ import annotations

import math
from collections.abc import Sequence

RECENCY = 0.8  # weight of a run relative to the next newer one


def effective_runs(weights: Sequence[float]) -> float:
    """Return how many runs of equal weight would say as much as runs of these weights."""
    return math.fsum(weights) ** 2 / math.fsum(weight**2 for weight in weights)
