"""Runs, events and results for tests of a store; small, complete, and different wherever a mix-up could hide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import (
    FailureKind,
    Outcome,
    ScanMetrics,
    StageTiming,
    SymbolFailure,
    UnitCost,
)
from technic_scanner.domain.progress import EventKind, ProgressEvent, StageProgress, StageState, SubstageProgress
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.domain.stage import Stage
from technic_scanner.pipeline.columns import SCHEMA
from technic_scanner.pipeline.completed import WRITTEN
from technic_scanner.pipeline.result import MarketContext, ScanResult
from technic_scanner.runs.model import NewRun, RunEnd
from technic_scanner.runs.ports import Store

START = datetime(2026, 1, 2, 14, 30, tzinfo=UTC)
SUCCEEDED = RunEnd(RunStatus.SUCCEEDED)


def add(store: Store, config: ScanConfig | None = None, **changes: object) -> RunRecord:
    """Store a queued run; ``changes`` are options, owner, label, idempotency_key, comparability_key."""
    wanted: dict[str, object] = {
        "owner": None,
        "label": None,
        "idempotency_key": None,
        "comparability_key": "same",
    } | changes
    options = wanted.pop("options", RunOptions())
    return store.add_runs([NewRun(config or ScanConfig(), options, **wanted)])[0]  # type: ignore[arg-type]


def claimed(store: Store, worker_id: str = "w1") -> RunRecord:
    """Claim the next run, which must be there."""
    record = store.claim(worker_id, "host-a", "1.2.3", None)
    assert record is not None
    return record


def running(store: Store, worker_id: str = "w1", **changes: Any) -> RunRecord:
    """Store a run and claim it."""
    added = add(store, **changes)
    record = claimed(store, worker_id)
    assert record.run_id == added.run_id
    return record


def succeeded(store: Store, result: ScanResult | None = None, **changes: Any) -> RunRecord:
    """Store a run and take it to its end."""
    record = running(store, **changes)
    ended = result or scan_result(config=record.config)
    return store.finish(record.run_id, "w1", record.attempt, SUCCEEDED, ended)


def event(run_id: str, seq: int, fraction: float = 0.0, **changes: object) -> ProgressEvent:
    """A complete event; ``fraction`` is both fractions."""
    made = ProgressEvent(
        run_id=run_id,
        seq=seq,
        attempt=1,
        kind=EventKind.ADVANCED,
        at=START + timedelta(seconds=seq, microseconds=7),
        current_stage="data_fetching",
        stages=(
            StageProgress("universe_loading", StageState.DONE, 0.05, 413, 413, 1.0, 0.25, 1652.0, 0.0),
            StageProgress(
                "data_fetching",
                StageState.RUNNING,
                0.2,
                seq,
                None,
                fraction,
                1 / 3,
                None,
                None,
                (SubstageProgress("prices", StageState.RUNNING, seq, None, fraction, 0.1),),
            ),
        ),
        overall_fraction=fraction,
        time_fraction=fraction,
        elapsed_seconds=float(seq),
        earlier_seconds=0.0,
        eta_seconds=None,
        eta_low_seconds=None,
        eta_high_seconds=None,
        message="fetched “AAPL”",
        cache_hits=seq,
        cache_misses=1,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def metrics(seconds: Sequence[float] = (1.0, 2.0, 4.5, 0.5), **changes: Any) -> ScanMetrics:
    """Metrics of a scan whose four stages took ``seconds``, with a gap of 0.25 s."""
    total = sum(seconds) + 0.25
    made = ScanMetrics(
        total_seconds=total,
        stage_timings=tuple(
            StageTiming(stage.value, float(index), taken, 10 * index)
            for index, (stage, taken) in enumerate(zip(Stage, seconds, strict=True))
        ),
        gap_seconds=0.25,
        symbols_in_universe=413,
        symbols_attempted=400,
        symbols_scanned=398,
        symbols_returned=2,
        symbols_rejected=396,
        symbols_failed=2,
        symbols_per_second=398 / total,
        cache_hits=300,
        cache_misses=100,
        cache_hit_rate=0.75,
        baseline_seconds=None,
        speedup=None,
        peak_memory_bytes=123_456_789,
        attempt_seconds=(total,),
        unit_costs=(UnitCost("data_fetching", "hit", 300, 0.1, 0.2), UnitCost("data_fetching", "miss", 100, 9.9, 1.1)),
        progress_summary="4 stages in 8.25 s",
    )
    return replace(made, **changes)


def table(*rows: tuple[int | None, str, float | None, float | None]) -> pa.Table:
    """A result table with rows of (rank, symbol, TechRating, AlphaScore)."""
    known = {"Signal": "Long", "Tier": "core", "Sector": "Energy", "Close": 12.5, "Picked": True}
    return pa.Table.from_pylist(
        [
            known | {"Rank": rank, "Symbol": symbol, "TechRating": tech, "AlphaScore": alpha}
            for rank, symbol, tech, alpha in rows
        ],
        schema=SCHEMA,
    )


def scored(rows: pa.Table, *scores: float | None) -> pa.Table:
    """Return a result table with these scores, which rank its rows."""
    at = rows.schema.get_field_index("CompositeScore")
    return rows.set_column(at, rows.schema.field(at), pa.array(scores, pa.float64()))


def other_rows(*rows: tuple[int | None, str, float | None, float | None]) -> pa.Table:
    """A table of scanned rows that are no picks, of (rank, symbol, TechRating, AlphaScore)."""
    known = {"Signal": "Neutral", "Tier": "watch", "Close": 12.5, "Picked": False, "NotPicked": "no_signal"}
    return pa.Table.from_pylist(
        [
            known | {"Rank": rank, "Symbol": symbol, "TechRating": tech, "AlphaScore": alpha}
            for rank, symbol, tech, alpha in rows
        ],
        schema=pa.schema([field for field in SCHEMA if field.name not in WRITTEN]),
    )


def scan_result(**changes: object) -> ScanResult:
    """A complete result with two picks and two failures."""
    made = ScanResult(
        config=ScanConfig(),
        outcome=Outcome.COMPLETE,
        status_text="2 of 413 symbols passed",
        table=table((1, "XOM", 81.5, 60.0), (2, "CVX", 70.25, None)),
        failures=(
            SymbolFailure("AAPL", "symbol_scanning", FailureKind.REJECTED, "min_price", "its price is below 1"),
            SymbolFailure("ÄÖ", "data_fetching", FailureKind.ERROR, "no_bars", "the source has “no” bars"),
        ),
        metrics=metrics(),
        as_of=date(2010, 8, 20),
        source_label="S&P 500, Aug 2009 – Aug 2010",
        context=MarketContext("up", "low", "up-low", (("share above SMA 200", 0.63), ("VIX", None)), ("calm",)),
        notes=("8 splits repaired",),
    )
    return replace(made, **changes)  # type: ignore[arg-type]
