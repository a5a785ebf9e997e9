"""Flag stages, and gaps between them, that were slower than in comparable runs, by a rule that tolerates noise."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from technic_scanner.domain.run import RunStatus
from technic_scanner.domain.stage import Stage
from technic_scanner.progress.slow_downs import DEFAULT_RULE, RegressionRule, Verdict, judge
from technic_scanner.progress.stage_deltas import BETWEEN_STAGES
from technic_scanner.runs.model import StageSample


@dataclass(frozen=True, slots=True)
class StageCheck:
    """One stage of one run, or its time ``between_stages``, against its baseline of ``baseline_runs`` runs.

    ``cost``, ``median``, ``mad`` and ``limit`` are in ``unit``: seconds, or seconds per symbol for the scanning stage,
    so that a larger universe is no regression. They are None if there is not enough history.
    """

    run_id: str
    created_at: datetime
    stage: str
    verdict: Verdict
    seconds: float
    cost: float
    unit: str
    baseline_runs: int
    median: float | None
    mad: float | None
    limit: float | None


@dataclass(frozen=True, slots=True)
class _Measured:
    """The seconds of one stage and the cost that is compared."""

    stage: str
    seconds: float
    cost: float


def regressions(samples: Sequence[StageSample], rule: RegressionRule = DEFAULT_RULE) -> tuple[StageCheck, ...]:
    """Check every stage of every successful run of ``samples`` against the runs before it; newest run first.

    The time between a run's stages is checked after them like a stage, so that all of its time is checked.
    The order of ``samples`` does not matter. A run without a comparability key has no baseline.
    """
    baselines: dict[tuple[str, str], deque[float]] = defaultdict(lambda: deque(maxlen=rule.history))
    checks = [
        _check_run(sample, sample.comparability_key, baselines, rule)
        for sample in sorted(samples, key=lambda sample: (sample.created_at, sample.run_id))
        if sample.status is RunStatus.SUCCEEDED and sample.comparability_key is not None
    ]
    return tuple(check for run in reversed(checks) for check in run)


def slower(checks: Sequence[StageCheck]) -> tuple[StageCheck, ...]:
    """Return the checks that found a stage slower."""
    return tuple(check for check in checks if check.verdict is Verdict.SLOWER)


def _check_run(
    sample: StageSample, key: str, baselines: dict[tuple[str, str], deque[float]], rule: RegressionRule
) -> tuple[StageCheck, ...]:
    """Check each stage, then add the run to the baselines of the runs after it."""
    checks = []
    for stage, seconds in (*sample.stage_seconds, (BETWEEN_STAGES, sample.gap_seconds)):
        cost = _cost(stage, seconds, sample.symbols_scanned)
        if cost is None:
            continue
        baseline = baselines[key, stage]
        checks.append(_check(sample, _Measured(stage, seconds, cost), tuple(baseline), rule))
        baseline.append(cost)
    return tuple(checks)


def _cost(stage: str, seconds: float, symbols: int) -> float | None:
    """Return the comparable cost of a stage; None if nothing was scanned in the scanning stage."""
    if stage != Stage.SYMBOL_SCANNING:
        return seconds
    return seconds / symbols if symbols > 0 else None


def _check(sample: StageSample, measured: _Measured, baseline: tuple[float, ...], rule: RegressionRule) -> StageCheck:
    found = judge(measured.cost, measured.seconds, baseline, rule)
    return StageCheck(
        run_id=sample.run_id,
        created_at=sample.created_at,
        stage=measured.stage,
        verdict=found.verdict,
        seconds=measured.seconds,
        cost=measured.cost,
        unit="s/symbol" if measured.stage == Stage.SYMBOL_SCANNING else "s",
        baseline_runs=len(baseline),
        median=found.median,
        mad=found.mad,
        limit=found.limit,
    )
