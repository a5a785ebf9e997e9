"""Find the baseline of a run, a cold run on one worker, and state how many times as fast the run was."""

from __future__ import annotations

from dataclasses import dataclass, replace

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import ScanMetrics
from technic_scanner.domain.run import SCAN, RunRecord, RunStatus
from technic_scanner.runs.model import RunQuery
from technic_scanner.runs.ports import RunStore
from technic_scanner.runs.timings.comparability import COLD, cache_state

EXECUTOR, WORKERS = "local", 1


@dataclass(frozen=True, slots=True)
class Baseline:
    """What one symbol took in the run ``run_id``, in seconds of the whole run."""

    run_id: str
    seconds_per_symbol: float


def as_baseline(run: RunRecord) -> Baseline | None:
    """Return the run as a baseline; None unless it is a scan that succeeded at once, cold, on one local worker."""
    metrics, options = run.metrics, run.options
    if run.status is not RunStatus.SUCCEEDED or run.kind != SCAN or metrics is None or run.unreadable:
        return None
    alone = is_like_baseline(options) and len(metrics.attempt_seconds) <= 1
    if not alone or not metrics.symbols_scanned or cache_state(metrics.cache_hit_rate) != COLD:
        return None
    return Baseline(run.run_id, metrics.total_seconds / metrics.symbols_scanned)


def is_like_baseline(options: RunOptions) -> bool:
    """Return whether a run with these options would be a baseline if it was cold."""
    return options.executor == EXECUTOR and options.workers == WORKERS


def baseline_of(store: RunStore, config: ScanConfig) -> Baseline | None:
    """Return the newest stored baseline of the same source and reference universe; None where there is none."""
    query = RunQuery(statuses=(RunStatus.SUCCEEDED,), source=config.source, cache_state=COLD, workers=WORKERS)
    while True:
        page = store.list_runs(query)
        for run in page.records:
            if run.readable_config is not None and reference_of(run.config) == reference_of(config):
                found = as_baseline(run)
                if found is not None:
                    return found
        if page.next_cursor is None:
            return None
        query = replace(query, cursor=page.next_cursor)


def measured_against(metrics: ScanMetrics, baseline: Baseline | None) -> ScanMetrics:
    """Return the metrics with what the scanned symbols would have taken at the baseline's pace, and the ratio to it.

    A run of several attempts scans some of its symbols before the seconds that are measured, so that it has no ratio.
    """
    if baseline is None or not metrics.symbols_scanned or len(metrics.attempt_seconds) > 1:
        return metrics
    seconds = baseline.seconds_per_symbol * metrics.symbols_scanned
    return replace(
        metrics,
        baseline_seconds=seconds,
        baseline_run_id=baseline.run_id,
        speedup=seconds / metrics.total_seconds if metrics.total_seconds > 0.0 else None,
    )


def speedup_text(metrics: ScanMetrics) -> str | None:
    """Return "3.4 × as fast as run X, whose pace makes 12.30 s"; None without a baseline."""
    if metrics.speedup is None or metrics.baseline_seconds is None:
        return None
    return (
        f"{metrics.speedup:.3g} × as fast as the baseline run {metrics.baseline_run_id}, "
        f"at whose pace it takes {metrics.baseline_seconds:.2f} s"
    )


def worker_text(metrics: ScanMetrics) -> str | None:
    """Return whether the worker was ready or had to load first; None if it is unknown."""
    if metrics.warm_worker is None:
        return None
    return "was ready" if metrics.warm_worker else "loaded its kernels first"


def reference_of(config: ScanConfig) -> str | None:
    """Return the name of the reference universe, None for the default one of the source."""
    return config.reference if config.reference is not None else config.universe
