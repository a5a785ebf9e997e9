"""Build the earlier API's dict of one stage."""

from __future__ import annotations

from typing import Any

from technic_scanner.progress.stage_record import StageRecord


def stage_dict(record: StageRecord, now: float) -> dict[str, Any]:
    """Return the earlier API's dict of one stage; ``progress_pct`` is 0-100, times are seconds, None is unknown."""
    elapsed, remaining = record.elapsed(now), record.eta(now)
    return {
        "current": record.current,
        "total": record.total,
        "progress_pct": record.fraction * 100,
        "elapsed_time": elapsed,
        "estimated_remaining": remaining,
        "estimated_total": None if remaining is None else elapsed + remaining,
        "throughput": record.throughput(now),
        "stage": record.name,
    }
