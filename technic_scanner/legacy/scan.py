"""The earlier API's dict and tuple forms, made from the typed ones: 3-tuple, five-argument callback, metrics dict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from technic_scanner.bootstrap import run_scan
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import ScanMetrics
from technic_scanner.domain.progress import ProgressEvent, StageProgress
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.engine import ScanFailed

ProgressCallback = Callable[[str, int, int | None, str, dict[str, Any]], object]


def run_scan_enhanced(
    config: ScanConfig | None = None,
    progress_cb: ProgressCallback | None = None,
    *,
    options: RunOptions | None = None,
    cancel: CancelToken | None = None,
) -> tuple[pd.DataFrame, str, dict[str, Any]]:
    """Scan in this process; return (results, status text, metrics).

    ``progress_cb(stage, current, total, message, metadata)`` is called for every event; metadata has
    ``stage_progress_pct`` and ``overall_progress_pct`` (0–100), ``stage_eta``, ``overall_eta`` (seconds or None) and
    ``stage_throughput`` (units per second or None). A stage that raises ends in a status text that says so; results
    and metrics are then those of the part that was done. Raises ConfigError, naming every bad field, before starting.
    """
    listener = None if progress_cb is None else _Relay(progress_cb)
    try:
        result = run_scan(config, options, listener, cancel=cancel)
    except ScanFailed as failed:
        result = failed.result
    return result.table.to_pandas(), result.status_text, metrics_dict(result.metrics)


def metrics_dict(metrics: ScanMetrics) -> dict[str, Any]:
    """Return the earlier API's metrics; every key is there on every path."""
    return {
        "total_seconds": metrics.total_seconds,
        "symbols_scanned": metrics.symbols_scanned,
        "symbols_returned": metrics.symbols_returned,
        "symbols_per_second": metrics.symbols_per_second,
        "speedup": metrics.speedup,
        "baseline_time": metrics.baseline_seconds,
        "stage_timings": {f"{timing.name}_seconds": timing.seconds for timing in metrics.stage_timings},
        "cache_stats": {
            "cache_hits": metrics.cache_hits,
            "cache_misses": metrics.cache_misses,
            "cache_hit_rate": metrics.cache_hit_rate,
        },
        "scan_stats": {
            "attempted": metrics.symbols_attempted,
            "kept": metrics.symbols_returned,
            "rejected": metrics.symbols_rejected,
            "errors": metrics.symbols_failed,
        },
        "overall_progress_summary": metrics.progress_summary,
    }


def progress_metadata(event: ProgressEvent, stage: StageProgress | None) -> dict[str, Any]:
    """Return the earlier API's callback metadata of an event."""
    return {
        "stage_progress_pct": 0.0 if stage is None else 100.0 * stage.fraction,
        "overall_progress_pct": 100.0 * event.overall_fraction,
        "stage_eta": None if stage is None else stage.eta_seconds,
        "overall_eta": event.eta_seconds,
        "stage_throughput": None if stage is None else stage.throughput,
    }


def progress_arguments(event: ProgressEvent) -> tuple[str, int, int | None, str, dict[str, Any]]:
    """Return the five arguments of the earlier callback; between stages, those of the stage that worked last."""
    stage = _stage_to_report(event)
    if stage is None:
        return "", 0, None, event.message, progress_metadata(event, None)
    return stage.name, stage.completed, stage.total, event.message, progress_metadata(event, stage)


class _Relay:
    """Calls the earlier API's callback with the parts of an event."""

    def __init__(self, callback: ProgressCallback) -> None:
        self._callback = callback

    def __call__(self, event: ProgressEvent) -> None:
        self._callback(*progress_arguments(event))


def _stage_to_report(event: ProgressEvent) -> StageProgress | None:
    if event.current_stage is not None:
        return event.stage(event.current_stage)
    begun = [stage for stage in event.stages if stage.elapsed_seconds > 0.0 or stage.completed > 0]
    return begun[-1] if begun else None
