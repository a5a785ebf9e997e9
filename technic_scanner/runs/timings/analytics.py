"""Compute statistics over the timings of many runs: percentiles by stage, trends by day, the accuracy of the ETA."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from statistics import median
from typing import Protocol

import numpy as np

from technic_scanner.domain.run import RunStatus
from technic_scanner.progress.slow_downs import RegressionRule, Verdict
from technic_scanner.progress.stage_deltas import TOTAL
from technic_scanner.runs.model import MOMENTS, DayTrend, StageSample, StageSeconds
from technic_scanner.runs.timings.compare import Comparison, compare_runs
from technic_scanner.runs.timings.regressions import StageCheck, regressions, slower

__all__ = [
    "Comparison",
    "DayTrend",
    "EtaAccuracy",
    "EtaPoint",
    "RegressionRule",
    "StageCheck",
    "StageStatistics",
    "Timing",
    "Verdict",
    "compare_runs",
    "eta_accuracy",
    "eta_points",
    "regressions",
    "slower",
    "stage_statistics",
    "trends",
    "trends_by_day",
]

# An ETA within a fifth of the actual duration counts as accurate.
GOOD_ETA_ERROR = 0.2


@dataclass(frozen=True, slots=True)
class StageStatistics:
    """Seconds of one stage, or of the whole run (``total``), over ``n`` successful runs; None when n is 0.

    Percentiles are interpolated linearly between the sorted values (Hyndman and Fan 1996, type 7).
    """

    stage: str
    n: int
    p5: float | None
    p25: float | None
    p50: float | None
    p75: float | None
    p90: float | None
    p95: float | None
    mean: float | None


class Timing(Protocol):
    """The fields of a run that trends need; a StageSample has them."""

    @property
    def status(self) -> RunStatus: ...

    @property
    def total_seconds(self) -> float: ...

    @property
    def symbols_per_second(self) -> float | None: ...

    @property
    def cache_hit_rate(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class EtaPoint:
    """The duration that was predicted for one successful run at one moment, and the actual one; in seconds."""

    run_id: str
    created_at: datetime
    moment: str
    predicted_seconds: float
    actual_seconds: float

    @property
    def error(self) -> float:
        """predicted ÷ actual - 1: above 0 the prediction was too long."""
        return self.predicted_seconds / self.actual_seconds - 1.0


@dataclass(frozen=True, slots=True)
class EtaAccuracy:
    """The accuracy of the ETA at one moment over ``n`` runs.

    ``median_abs_error`` and ``bias`` (median of the signed error) are shares of the actual seconds; ``within_20pct`` is
    the share of runs whose error was at most a fifth.
    """

    moment: str
    n: int
    median_abs_error: float | None
    bias: float | None
    within_20pct: float | None


def stage_statistics(samples: Iterable[StageSample | StageSeconds]) -> tuple[StageStatistics, ...]:
    """Return statistics of each stage in plan order, then of the total, over successful runs only."""
    seconds: dict[str, list[float]] = {}
    totals: list[float] = []
    for sample in samples:
        if sample.status is RunStatus.SUCCEEDED:
            for stage, value in sample.stage_seconds:
                seconds.setdefault(stage, []).append(value)
            totals.append(sample.total_seconds)
    return tuple(_statistics(stage, values) for stage, values in (*seconds.items(), (TOTAL, totals)))


def trends(samples: Iterable[StageSample]) -> tuple[DayTrend, ...]:
    """Return one row per day that has runs, oldest first."""
    days: dict[date, list[StageSample]] = defaultdict(list)
    for sample in samples:
        days[sample.created_at.astimezone(UTC).date()].append(sample)
    return trends_by_day(days)


def trends_by_day(days: Mapping[date, Sequence[Timing]]) -> tuple[DayTrend, ...]:
    """Return one row per day, oldest first, from runs grouped by their day in UTC."""
    return tuple(_day_trend(day, days[day]) for day in sorted(days))


def eta_points(samples: Iterable[StageSample]) -> tuple[EtaPoint, ...]:
    """Return every known prediction of the successful runs with the actual duration."""
    return tuple(
        EtaPoint(sample.run_id, sample.created_at, moment, predicted, sample.total_seconds)
        for sample in samples
        if sample.status is RunStatus.SUCCEEDED and sample.total_seconds > 0
        for moment, predicted in sample.predicted_seconds
        if predicted is not None
    )


def eta_accuracy(samples: Iterable[StageSample]) -> tuple[EtaAccuracy, ...]:
    """Return the accuracy of the ETA at the start and at 10, 25, 50 and 75 % of the work, over successful runs."""
    errors: dict[str, list[float]] = {moment: [] for moment in MOMENTS}
    for point in eta_points(samples):
        errors.setdefault(point.moment, []).append(point.error)
    return tuple(_accuracy(moment, values) for moment, values in errors.items())


def _statistics(stage: str, values: Sequence[float]) -> StageStatistics:
    if not values:
        return StageStatistics(stage, 0, None, None, None, None, None, None, None)
    p5, p25, p50, p75, p90, p95 = (float(value) for value in np.percentile(values, (5, 25, 50, 75, 90, 95)))
    return StageStatistics(stage, len(values), p5, p25, p50, p75, p90, p95, float(np.mean(values)))


def _day_trend(day: date, samples: Sequence[Timing]) -> DayTrend:
    done = [sample for sample in samples if sample.status is RunStatus.SUCCEEDED]
    return DayTrend(
        day=day,
        runs=len(samples),
        succeeded=len(done),
        total_seconds=_median(sample.total_seconds for sample in done),
        symbols_per_second=_median(sample.symbols_per_second for sample in done),
        cache_hit_rate=_median(sample.cache_hit_rate for sample in done),
    )


def _accuracy(moment: str, errors: Sequence[float]) -> EtaAccuracy:
    if not errors:
        return EtaAccuracy(moment, 0, None, None, None)
    absolute = [abs(error) for error in errors]
    good = sum(error <= GOOD_ETA_ERROR for error in absolute)
    return EtaAccuracy(moment, len(errors), median(absolute), median(errors), good / len(errors))


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
