"""Turns what a scan counted and timed into its ScanMetrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from technic_scanner.domain.metrics import ScanMetrics
from technic_scanner.domain.stage import Stage
from technic_scanner.pipeline.context import ScanContext


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of symbols, and the measured baseline to compare the total with, if there is one."""

    in_universe: int
    attempted: int
    scanned: int
    returned: int
    rejected: int
    failed: int
    baseline_seconds: float | None


def collect_metrics(context: ScanContext, earlier_seconds: Sequence[float], tally: Tally) -> ScanMetrics:
    """Return all metrics; ``earlier_seconds`` are the seconds of the attempts before this one.

    ``symbols_per_second`` is symbols scanned ÷ seconds of the scanning stage of this attempt.
    """
    reporter = context.reporter
    event = reporter.snapshot()
    timings = reporter.timings()
    total = reporter.total_seconds
    scan_seconds = sum(timing.seconds for timing in timings if timing.name == Stage.SYMBOL_SCANNING)
    asked = event.cache_hits + event.cache_misses
    baseline = tally.baseline_seconds
    return ScanMetrics(
        total_seconds=total,
        stage_timings=timings,
        gap_seconds=reporter.gap_seconds,
        symbols_in_universe=tally.in_universe,
        symbols_attempted=tally.attempted,
        symbols_scanned=tally.scanned,
        symbols_returned=tally.returned,
        symbols_rejected=tally.rejected,
        symbols_failed=tally.failed,
        symbols_per_second=tally.scanned / scan_seconds if tally.scanned and scan_seconds > 0 else None,
        cache_hits=event.cache_hits,
        cache_misses=event.cache_misses,
        cache_hit_rate=event.cache_hits / asked if asked else None,
        baseline_seconds=baseline,
        speedup=baseline / total if baseline is not None and total > 0 else None,
        peak_memory_bytes=context.ports.peak_memory_bytes(),
        attempt_seconds=(*earlier_seconds, total),
        unit_costs=reporter.unit_costs(),
        progress_summary=_summary(context, tally),
    )


def _summary(context: ScanContext, tally: Tally) -> str:
    event = context.reporter.snapshot()
    return (
        f"{event.overall_fraction:.1%} after {context.reporter.total_seconds:.2f} s: "
        f"{tally.scanned} of {tally.attempted} symbols scanned, {tally.returned} returned"
    )
