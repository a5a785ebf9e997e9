"""Say before a run starts how long it will take, judged by what comparable runs have cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from technic_scanner.progress.cost_history import Cell, CostHistory
from technic_scanner.progress.estimator import Estimator
from technic_scanner.progress.stage_view import StageView

__all__ = ["UNKNOWN_ESTIMATE", "Cell", "CostHistory", "Estimate", "estimate_before_start"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long a run will take, with its 80 % band, learned from ``runs`` runs; None is unknown."""

    seconds: float | None
    low_seconds: float | None
    high_seconds: float | None
    runs: int


UNKNOWN_ESTIMATE = Estimate(None, None, None, 0)


def estimate_before_start(history: CostHistory | None, work: Mapping[Cell, float]) -> Estimate:
    """Return how long a run of ``work`` units by (stage, class) will take, judged by past runs.

    Stages that ``work`` does not name are taken to have as much work as they had. Unknown when there are no past
    runs, or when they say nothing of a stage that has work.
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
