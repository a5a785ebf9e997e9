"""Estimate the duration of a run before its start from the costs of comparable runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from technic_scanner.progress.cost_history import Cell, CostHistory
from technic_scanner.progress.estimator import Estimator
from technic_scanner.progress.stage_view import StageView

__all__ = ["UNKNOWN_ESTIMATE", "Cell", "CostHistory", "Estimate", "estimate_before_start"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """The expected seconds of a run with their 80 % band, learned from ``runs`` runs; None is unknown.

    ``queue_seconds`` is how long such runs waited for a worker before.
    """

    seconds: float | None
    low_seconds: float | None
    high_seconds: float | None
    runs: int
    queue_seconds: float | None = None


UNKNOWN_ESTIMATE = Estimate(None, None, None, 0)


def estimate_before_start(history: CostHistory | None, work: Mapping[Cell, float]) -> Estimate:
    """Return the expected duration of a run of ``work`` units by (stage, class), from past runs.

    Stages that are not in ``work`` are assumed to have as much work as before. The result is unknown without past runs,
    or if they have no costs of a stage that has work.
    """
    if history is None or not history.cells:
        return UNKNOWN_ESTIMATE
    names = list(dict.fromkeys([stage for stage, _ in work] + [stage for stage, _ in history.cells]))
    views = []
    for name in names:
        left = {unit_class: float(units) for (stage, unit_class), units in work.items() if stage == name}
        if any(left.values()) and not history.cells_of(name):
            return UNKNOWN_ESTIMATE
        views.append(StageView(name, 1 / len(names), ended=False, left=left or None))
    forecast = Estimator(history).forecast(views)
    return Estimate(forecast.seconds, forecast.low_seconds, forecast.high_seconds, len(history.runs))
