"""The earlier API's dict and tuple forms, made from the typed ones: 3-tuple, five-argument callback, metrics dict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from technic_scanner.bootstrap import run_scan, with_stored_baseline
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import ScanMetrics
from technic_scanner.domain.progress import EventKind, ProgressEvent, StageProgress, StageState
from technic_scanner.domain.stage import Stage
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.engine import ScanFailed

_SAID_BY_THE_SCAN = (EventKind.RUN_STARTED, EventKind.MESSAGE, EventKind.RUN_FINISHED)
ProgressCallback = Callable[[str, int, int | None, str, dict[str, Any]], object]


def run_scan_enhanced(
    config: ScanConfig | None = None,
    progress_cb: ProgressCallback | None = None,
    *,
    options: RunOptions | None = None,
    cancel: CancelToken | None = None,
) -> tuple[pd.DataFrame, str, dict[str, Any]]:
    """Scan in this process; return (results, status text, metrics).

    ``progress_cb(stage, current, total, message, metadata)`` is called where the run or a stage begins or ends, at most
    every 0.2 s between, and when there is something to say; ``message`` says what happens in the stage. metadata has
    ``stage_progress_pct`` and ``overall_progress_pct`` (0–100), ``stage_eta``, ``overall_eta`` (seconds or None) and
    ``stage_throughput`` (units per second or None). A stage that raises ends in a status text that says so; results
    and metrics are then those of the part that was done. Raises ConfigError, naming every bad field, before starting.

    ``baseline_time`` is what the scanned symbols take at the pace of the newest stored baseline, which
    ``technic-scanner baseline`` measures; None where there is none, and so is ``speedup``.
    """
    listener = None if progress_cb is None else _Relay(progress_cb)
    try:
        result = run_scan(config, options, listener, cancel=cancel)
    except ScanFailed as failed:
        result = failed.result
    metrics = with_stored_baseline(result.metrics, result.config)
    return result.table.to_pandas(), result.status_text, metrics_dict(metrics)


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
        "scan_stats": _scan_stats(metrics),
        "overall_progress_summary": metrics.progress_summary,
    }


def _scan_stats(metrics: ScanMetrics) -> dict[str, int]:
    """Return the counts of symbols: attempted = kept + rejected + errors, beside those that filters left out before."""
    rejected = metrics.symbols_attempted - metrics.symbols_returned - metrics.symbols_failed
    return {
        "attempted": metrics.symbols_attempted,
        "kept": metrics.symbols_returned,
        "rejected": rejected,
        "errors": metrics.symbols_failed,
        "filtered_out": metrics.symbols_rejected - rejected,
    }


def progress_metadata(event: ProgressEvent, stage: StageProgress) -> dict[str, Any]:
    """Return the earlier API's callback metadata of an event."""
    return {
        "stage_progress_pct": 100.0 * stage.fraction,
        "overall_progress_pct": 100.0 * event.overall_fraction,
        "stage_eta": stage.eta_seconds,
        "overall_eta": event.eta_seconds,
        "stage_throughput": stage.throughput,
    }


def progress_arguments(event: ProgressEvent) -> tuple[str, int, int | None, str, dict[str, Any]]:
    """Return the five arguments of the earlier callback; between stages, those of the stage that worked last.

    Before the first stage they are those of the stage that will be the first.
    """
    stage = _stage_to_report(event)
    return stage.name, stage.completed, stage.total, stage_message(event, stage), progress_metadata(event, stage)


def stage_message(event: ProgressEvent, stage: StageProgress) -> str:
    """Say what happens in a stage, with counts: ``56 of 56 fetched, 0 from the cache``.

    Where the run begins or ends, and where the scan itself has something to say, that is said.
    """
    if event.kind in _SAID_BY_THE_SCAN:
        return event.message
    completed, total = stage.asked_for()
    done = f"{completed:,}" if total is None else f"{completed:,} of {total:,}"
    match stage.name:
        case Stage.UNIVERSE_LOADING:
            return f"{done} steps of loading the universe done{_at_work(stage)}"
        case Stage.DATA_FETCHING:
            return f"{done} fetched, {event.cache_hits:,} from the cache"
        case Stage.SYMBOL_SCANNING:
            return f"{done} symbols scanned"
        case Stage.FINALIZATION:
            return f"{done} row steps of ranking done{_at_work(stage)}"
        case _:
            return f"{done} units of {stage.name} done"


def _at_work(stage: StageProgress) -> str:
    """Name the sub-steps under way."""
    running = [substage.name for substage in stage.substages if substage.state is StageState.RUNNING]
    return f", at work on: {', '.join(running)}" if running else ""


class _Relay:
    """Calls the earlier API's callback with the parts of an event."""

    def __init__(self, callback: ProgressCallback) -> None:
        self._callback = callback

    def __call__(self, event: ProgressEvent) -> None:
        self._callback(*progress_arguments(event))


def _stage_to_report(event: ProgressEvent) -> StageProgress:
    if event.current_stage is not None:
        return event.stage(event.current_stage)
    begun = [stage for stage in event.stages if stage.elapsed_seconds > 0.0 or stage.completed > 0]
    return begun[-1] if begun else event.stages[0]
