"""Create the ScanMetrics of a scan from its counts and timings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from technic_scanner.domain.metrics import ScanMetrics
from technic_scanner.domain.stage import Stage
from technic_scanner.pipeline.context import ScanContext


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of symbols."""

    in_universe: int
    attempted: int
    scanned: int
    returned: int
    rejected: int
    failed: int


def collect_metrics(context: ScanContext, earlier_seconds: Sequence[float], tally: Tally) -> ScanMetrics:
    """Return all metrics; ``earlier_seconds`` are the seconds of earlier attempts.

    ``symbols_per_second`` is the number of symbols scanned in this attempt ÷ its seconds of the scanning stage; symbols
    of earlier attempts are reused at no cost. A baseline is a stored run, which a scan alone does not know.
    """
    reporter = context.reporter
    event = reporter.snapshot()
    total = reporter.total_seconds
    asked = event.cache_hits + event.cache_misses
    return ScanMetrics(
        total_seconds=total,
        stage_timings=reporter.timings(),
        gap_seconds=reporter.gap_seconds,
        symbols_in_universe=tally.in_universe,
        symbols_attempted=tally.attempted,
        symbols_scanned=tally.scanned,
        symbols_returned=tally.returned,
        symbols_rejected=tally.rejected,
        symbols_failed=tally.failed,
        symbols_per_second=event.stage(Stage.SYMBOL_SCANNING).throughput,
        cache_hits=event.cache_hits,
        cache_misses=event.cache_misses,
        cache_hit_rate=event.cache_hits / asked if asked else None,
        baseline_seconds=None,
        speedup=None,
        peak_memory_bytes=context.ports.peak_memory_bytes(),
        attempt_seconds=(*earlier_seconds, total),
        warm_worker=context.warm_worker,
        unit_costs=reporter.unit_costs(),
        progress_summary=_summary(context, tally),
    )


def _summary(context: ScanContext, tally: Tally) -> str:
    event = context.reporter.snapshot()
    return (
        f"{event.overall_fraction:.1%} after {context.reporter.total_seconds:.2f} s: "
        f"{tally.scanned} of {tally.attempted} symbols scanned, {tally.returned} returned"
    )
