"""Define the metrics of a scan: stage seconds, counts and cache use, with all fields for every kind of end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """COMPLETE: every symbol was evaluated. PARTIAL: some failed, or the run stopped early. EMPTY: no rows."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    EMPTY = "empty"


class FailureKind(StrEnum):
    """Whether a symbol was rejected by a rule or could not be evaluated."""

    REJECTED = "rejected"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class SymbolFailure:
    """Why a symbol is not in the results. ``reason`` is a short stable code, ``detail`` one sentence."""

    symbol: str
    stage: str
    kind: FailureKind
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class StageTiming:
    """Monotonic seconds of one stage, from its start to its end, in the attempt that produced the result.

    ``offset_seconds`` is its start, counted from the attempt's start. ``units`` is the work done in it.
    """

    name: str
    offset_seconds: float
    seconds: float
    units: int


@dataclass(frozen=True, slots=True)
class UnitCost:
    """Observed cost of one class of work: ``units`` done in ``seconds``; ``cv`` is sd/mean of single units' costs.

    ``shape`` are the shares of the seconds (0-1) of equally many units each, from the first units to the last; empty if
    there were too few reports to tell.
    """

    stage: str
    unit_class: str
    units: int
    seconds: float
    cv: float
    shape: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class ScanMetrics:
    """All measurements of a run; ``None`` is unknown, never an estimate.

    ``stage_timings`` has every stage of the plan (0.0 s if it was not reached); their seconds and ``gap_seconds``
    sum to ``total_seconds``. ``baseline_seconds`` is what the scanned symbols take at the pace of the run
    ``baseline_run_id``, the newest cold one on one worker of the same source and reference universe; None where there
    is none. ``speedup`` is baseline_seconds / total_seconds.
    ``cache_hit_rate`` is hits / (hits + misses), None if the cache was not used.
    ``attempt_seconds`` are the wall-clock seconds of each attempt, in order. ``queue_seconds`` passed from the
    submission to the start of the first attempt; None of later attempts. ``warm_worker``: whether the process had its
    kernels loaded when the attempt began; where it had not, the stages contain the loading.
    ``symbols_attempted`` passed the filters on the universe, ``symbols_scanned`` of them were scanned.
    ``symbols_rejected`` were rejected by a rule, before or after the scan, so there can be more of them than scanned
    ones; ``symbols_failed`` could not be evaluated.
    """

    total_seconds: float
    stage_timings: tuple[StageTiming, ...]
    gap_seconds: float
    symbols_in_universe: int
    symbols_attempted: int
    symbols_scanned: int
    symbols_returned: int
    symbols_rejected: int
    symbols_failed: int
    symbols_per_second: float | None = None
    cache_hits: int = 0
    cache_misses: int = 0
    cache_hit_rate: float | None = None
    baseline_seconds: float | None = None
    speedup: float | None = None
    baseline_run_id: str | None = None
    peak_memory_bytes: int | None = None
    attempt_seconds: tuple[float, ...] = ()
    queue_seconds: float | None = None
    warm_worker: bool | None = None
    unit_costs: tuple[UnitCost, ...] = ()
    progress_summary: str = ""

    def stage_seconds(self, name: str) -> float:
        """Return the seconds spent in the named stage; 0.0 if it was not reached."""
        return sum(timing.seconds for timing in self.stage_timings if timing.name == name)
