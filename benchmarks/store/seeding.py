"""Fills a store with finished runs, quickly, by the columns that ``finish`` would have written."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from technic_scanner.adapters.stores import SqlStore
from technic_scanner.adapters.stores import engine as modes
from technic_scanner.adapters.stores.schema import run_documents, runs
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import ScanMetrics, StageTiming, UnitCost
from technic_scanner.domain.stage import Stage
from technic_scanner.runs.serialization.stored import dump

_BATCH = 5_000
_START = datetime(2024, 1, 1, tzinfo=UTC)
_STATUSES = ("succeeded",) * 17 + ("failed", "cancelled", "interrupted")
_SHARES = (0.04, 0.3, 0.61, 0.05)


def seed_runs(store: SqlStore, count: int) -> None:
    """Add ``count`` ended runs, ten minutes apart, of 40 comparable kinds, with documents of a usual size."""
    rows = _run_rows(count, random.Random(7))
    for start in range(0, count, _BATCH):
        batch = [next(rows) for _ in range(min(_BATCH, count - start))]
        store.database.run(modes.WRITE, lambda connection, batch=batch: _insert(connection, batch))


def _insert(connection: Connection, batch: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    connection.execute(insert(runs), [run for run, _ in batch])
    connection.execute(insert(run_documents), [document for _, document in batch])


def _run_rows(count: int, chance: random.Random) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    config = dump(ScanConfig(sectors=("Energy", "Financials"), industries=("Oil & Gas",), top_n=25))
    options = dump(RunOptions(workers=2))
    metrics = dump(_metrics())
    for number in range(count):
        run_id = f"01{number:024d}"
        total = chance.lognormvariate(3, 0.6)
        at = _START + timedelta(minutes=10 * number)
        yield (
            {
                "run_id": run_id,
                "status": chance.choice(_STATUSES),
                "attempt": 1,
                "created_at": at,
                "queued_at": at,
                "started_at": at,
                "finished_at": at + timedelta(seconds=total),
                "heartbeat_at": at + timedelta(seconds=total),
                "worker_id": f"host-{number % 4}-1234",
                "host": f"host-{number % 4}",
                "version": "0.1.0",
                "cancel_requested": False,
                "pinned": number % 100 == 0,
                "label": f"nightly {number}" if number % 10 == 0 else None,
                "owner": f"analyst-{number % 7}",
                "source": ("sample", "files", "yahoo")[number % 3],
                "executor": "local",
                "workers": 2,
                "comparability_key": f"{number % 40:064x}",
                "outcome": "complete",
                "status_text": "25 of 413 symbols passed",
                "last_seq": 200,
                "time_fraction": 1.0,
                **{f"{stage.value}_seconds": share * total for stage, share in zip(Stage, _SHARES, strict=True)},
                "gap_seconds": 0.0,
                "total_seconds": total,
                "symbols_in_universe": 413,
                "symbols_scanned": 400,
                "symbols_returned": 25,
                "symbols_per_second": 400 / total,
                "cache_hit_rate": chance.random(),
                "cache_state": "warm",
                "universe_bucket": 512,
                **{f"predicted_{moment}": total * chance.uniform(0.7, 1.3) for moment in ("10", "25", "50", "75")},
                "predicted_start": None,
                "eta_error": 0.1,
            },
            {"run_id": run_id, "config": config, "options": options, "metrics": metrics},
        )


def _metrics() -> ScanMetrics:
    return ScanMetrics(
        total_seconds=20.0,
        stage_timings=tuple(StageTiming(stage.value, 1.0, 5.0, 413) for stage in Stage),
        gap_seconds=0.0,
        symbols_in_universe=413,
        symbols_attempted=413,
        symbols_scanned=400,
        symbols_returned=25,
        symbols_rejected=375,
        symbols_failed=13,
        symbols_per_second=20.0,
        cache_hits=300,
        cache_misses=100,
        cache_hit_rate=0.75,
        baseline_seconds=None,
        speedup=None,
        peak_memory_bytes=300_000_000,
        attempt_seconds=(20.0,),
        unit_costs=tuple(UnitCost(stage.value, "symbol", 413, 5.0, 0.5) for stage in Stage),
        progress_summary="four stages in 20 s",
    )
