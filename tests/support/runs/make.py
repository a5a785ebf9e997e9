"""Small pieces that the tests of runs are built from."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.metrics import FailureKind, Outcome, ScanMetrics, StageTiming, SymbolFailure, UnitCost
from technic_scanner.domain.progress import EventKind, ProgressEvent, StageProgress, StageState
from technic_scanner.domain.run import RunStatus
from technic_scanner.domain.stage import Stage
from technic_scanner.pipeline.columns import SCHEMA
from technic_scanner.pipeline.result import MarketContext, ScanResult
from technic_scanner.runs.model import StageSample, StoredResult

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
STAGES = tuple(stage.value for stage in Stage)


def event(seq: int = 1, kind: EventKind = EventKind.ADVANCED, **changes: Any) -> ProgressEvent:
    """An event at half of the work, 10 s in."""
    stage = StageProgress("symbol_scanning", StageState.RUNNING, 0.7, 50, 100, 0.5, 5.0, 10.0, 5.0)
    base = ProgressEvent(
        run_id="run-0001",
        seq=seq,
        attempt=1,
        kind=kind,
        at=NOON,
        current_stage="symbol_scanning",
        stages=(stage,),
        overall_fraction=0.5,
        time_fraction=0.5,
        elapsed_seconds=10.0,
        earlier_seconds=0.0,
        eta_seconds=10.0,
        eta_low_seconds=8.0,
        eta_high_seconds=12.0,
        message="",
        cache_hits=0,
        cache_misses=0,
    )
    return replace(base, **changes)


def metrics(seconds: tuple[float, ...] = (0.5, 2.0, 7.0, 0.5), **changes: Any) -> ScanMetrics:
    """Metrics of a run of four stages, one after the other, without gaps."""
    starts = [sum(seconds[:index]) for index in range(len(seconds))]
    timings = tuple(
        StageTiming(name, start, spent, 100) for name, start, spent in zip(STAGES, starts, seconds, strict=True)
    )
    base = ScanMetrics(
        total_seconds=sum(seconds),
        stage_timings=timings,
        gap_seconds=0.0,
        symbols_in_universe=120,
        symbols_attempted=100,
        symbols_scanned=100,
        symbols_returned=2,
        symbols_rejected=97,
        symbols_failed=1,
        symbols_per_second=100 / seconds[2] if seconds[2] else None,
        cache_hits=0,
        cache_misses=100,
        cache_hit_rate=0.0,
        baseline_seconds=None,
        speedup=None,
        peak_memory_bytes=None,
        attempt_seconds=(sum(seconds),),
        unit_costs=(
            UnitCost("universe_loading", "load", 1, seconds[0], 0.0),
            UnitCost("data_fetching", "miss", 100, seconds[1], 0.1),
            UnitCost("symbol_scanning", "symbol", 100, seconds[2], 0.1),
            *(UnitCost("finalization", step, 100, seconds[3] / 2, 0.1) for step in ("blend", "plan")),
        ),
        progress_summary="100 % after 10 s",
    )
    return replace(base, **changes)


def result_table(*rows: dict[str, Any]) -> pa.Table:
    """A result table with every column; what a row does not name is unknown, its Rank is its place."""
    columns = {
        field.name: pa.array([{"Rank": rank, **row}.get(field.name) for rank, row in enumerate(rows, 1)], field.type)
        for field in SCHEMA
    }
    return pa.table(columns, schema=SCHEMA)


def picks(*symbols: str) -> pa.Table:
    """A result table of symbols, best first."""
    return result_table(*({"Symbol": symbol, "Signal": "Long", "Tier": "core"} for symbol in symbols))


FAILURES = (
    SymbolFailure("XRX", "data_fetching", FailureKind.ERROR, "no_bars", "the source has no bars of this symbol"),
    SymbolFailure("T", "finalization", FailureKind.REJECTED, "below_min_rating", "TechRating 41 is below 60"),
)


def scan_result(**changes: Any) -> ScanResult:
    """A complete result of two picks."""
    base = ScanResult(
        config=ScanConfig(),
        outcome=Outcome.COMPLETE,
        status_text="Scan complete.",
        table=picks("AAPL", "MSFT"),
        failures=FAILURES,
        metrics=metrics(),
        as_of=date(2010, 8, 20),
        source_label="S&P 500, Aug 2009 – Aug 2010",
        context=MarketContext("up", "low", "calm rise", (("share above SMA 200", 0.63), ("VIX", None)), ("note 1",)),
        notes=("volume was in hundreds",),
    )
    return replace(base, **changes)


def stored_result(run_id: str = "run-0001", **changes: Any) -> StoredResult:
    """The same as the store hands it out."""
    result = scan_result(**changes)
    return StoredResult(
        run_id,
        result.config,
        result.outcome,
        result.status_text,
        result.table,
        result.failures,
        result.as_of,
        result.source_label,
        result.context,
        result.notes,
    )


def sample(number: int = 0, seconds: tuple[float, ...] = (0.5, 2.0, 7.0, 0.5), **changes: Any) -> StageSample:
    """The timing of one successful run; ``number`` is its hour."""
    total = sum(seconds)
    base = StageSample(
        run_id=f"run-{number:04d}",
        created_at=NOON + timedelta(hours=number),
        status=RunStatus.SUCCEEDED,
        source="sample",
        comparability_key="key",
        total_seconds=total,
        gap_seconds=0.0,
        stage_seconds=tuple(zip(STAGES, seconds, strict=True)),
        symbols_scanned=100,
        symbols_returned=2,
        symbols_per_second=100 / seconds[2] if seconds[2] else None,
        cache_hit_rate=1.0,
        predicted_seconds=(("start", None), ("10", total), ("25", total), ("50", total), ("75", total)),
    )
    return replace(base, **changes)
