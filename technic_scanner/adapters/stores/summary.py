"""The columns of the summary row of a finished scan, so that the history reads no documents."""

from __future__ import annotations

import math
from typing import Any

from sqlalchemy import Row

from technic_scanner.adapters.stores.rows import to_predictions
from technic_scanner.domain.run import RunStatus
from technic_scanner.domain.stage import Stage
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.runs.timings.comparability import cache_state, size_bucket


def summary_columns(row: Row[Any], status: RunStatus, result: ScanResult) -> dict[str, Any]:
    """Return the summary columns of an attempt that ended in ``status``; ``row`` holds the ETA's predictions."""
    metrics = result.metrics
    columns: dict[str, Any] = {
        "outcome": result.outcome.value,
        "status_text": result.status_text,
        "gap_seconds": metrics.gap_seconds,
        "total_seconds": metrics.total_seconds,
        "symbols_in_universe": metrics.symbols_in_universe,
        "symbols_scanned": metrics.symbols_scanned,
        "symbols_returned": metrics.symbols_returned,
        "symbols_per_second": metrics.symbols_per_second,
        "cache_hit_rate": metrics.cache_hit_rate,
        "cache_state": cache_state(metrics.cache_hit_rate),
        "universe_bucket": size_bucket(metrics.symbols_attempted),
    }
    columns |= {f"{stage.value}_seconds": metrics.stage_seconds(stage.value) for stage in Stage}
    if status is RunStatus.SUCCEEDED:
        columns["eta_error"] = eta_error(to_predictions(row), metrics.total_seconds)
        columns["time_fraction"] = 1.0
    return columns


def eta_error(predictions: tuple[tuple[str, float | None], ...], total_seconds: float) -> float | None:
    """Return the mean of |predicted − actual| ÷ actual over the moments that have a prediction; None without one."""
    promised = [seconds for _, seconds in predictions if seconds is not None]
    if not promised or total_seconds <= 0:
        return None
    return math.fsum(abs(seconds - total_seconds) for seconds in promised) / len(promised) / total_seconds
