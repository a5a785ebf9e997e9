"""Build frames of the timings of many runs for tables: seconds, percentiles, ETA accuracy, regression checks."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from technic_scanner.domain.stage import Stage
from technic_scanner.runs.model import StageSample
from technic_scanner.runs.timings import analytics
from technic_scanner.runs.timings.compare import seconds_if_reached
from technic_scanner.ui.history import charts
from technic_scanner.ui.style import theme
from technic_scanner.ui.style.wording import ended_as, short_id


def seconds_frame(samples: Sequence[StageSample]) -> pd.DataFrame:
    """Return the numbers of the stacked chart, in seconds: a row per run, a column per stage; empty if not reached."""
    frame = pd.DataFrame(
        [
            {
                "Run": short_id(sample.run_id),
                "Total": sample.total_seconds,
                **{
                    theme.stage_label(name): seconds_if_reached(sample.status, seconds)
                    for name, seconds in sample.stage_seconds
                },
                "Between stages": sample.gap_seconds,
                "Status": ended_as(sample.status, sample.outcome),
                "Created": sample.created_at,
            }
            for sample in samples
        ]
    )
    # The columns are numeric even if no run reached the stage.
    return frame.astype({theme.stage_label(name): float for name in charts.stage_names(samples)})


def statistics_frame(statistics: Sequence[analytics.StageStatistics]) -> pd.DataFrame:
    """Return n, percentiles and mean of each stage, in seconds."""
    return pd.DataFrame(
        [(theme.stage_label(row.stage), row.n, row.p50, row.p90, row.p95, row.mean) for row in statistics],
        columns=["Stage", "n", "p50", "p90", "p95", "Mean"],
    )


def accuracy_frame(samples: Sequence[StageSample]) -> pd.DataFrame:
    """Return the accuracy of the ETA at each moment, with n; errors as shares of the actual duration."""
    return pd.DataFrame(
        [
            (charts.moment_label(row.moment), row.n, row.median_abs_error, row.bias, row.within_20pct)
            for row in analytics.eta_accuracy(samples)
        ],
        columns=["Prediction", "n", "Median error", "Bias", "Within 20%"],
    )


def checks_frame(checks: Sequence[analytics.StageCheck]) -> pd.DataFrame:
    """Return regression checks as a frame, one row per stage of a run; scanning in ms per symbol, other stages in s."""
    return pd.DataFrame(
        [
            (
                short_id(check.run_id),
                check.created_at,
                theme.stage_label(check.stage),
                f"▲ {check.verdict.value}" if check.verdict is analytics.Verdict.SLOWER else check.verdict.value,
                check.seconds,
                _in_unit(check.cost, check.stage),
                "ms/symbol" if check.stage == Stage.SYMBOL_SCANNING else check.unit,
                _in_unit(check.median, check.stage),
                _in_unit(check.limit, check.stage),
                check.baseline_runs,
            )
            for check in checks
        ],
        columns=["Run", "Created", "Stage", "Verdict", "Seconds", "Cost", "Unit", "Median", "Limit", "Baseline n"],
    )


def _in_unit(cost: float | None, stage: str) -> float | None:
    """Return a cost in the table's unit; a symbol takes microseconds, which would be rounded to 0 in seconds."""
    return cost if cost is None or stage != Stage.SYMBOL_SCANNING else 1000 * cost
