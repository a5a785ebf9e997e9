"""Events, records, samples and bars for tests of the dashboard, with plausible values where a test names none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import ScanMetrics, StageTiming
from technic_scanner.domain.progress import EventKind, ProgressEvent, StageProgress, StageState
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.pipeline.columns import COLUMNS, Kind
from technic_scanner.runs.model import StageSample
from technic_scanner.screening.bars import Panel

START = datetime(2026, 1, 2, 14, 30, tzinfo=UTC)
STAGES = ("universe_loading", "data_fetching", "symbol_scanning", "finalization")
WEIGHTS = (0.05, 0.20, 0.70, 0.05)


def stage(name: str, **fields: Any) -> StageProgress:
    values: dict[str, Any] = {
        "name": name,
        "state": StageState.PENDING,
        "weight": dict(zip(STAGES, WEIGHTS, strict=True)).get(name, 0.25),
        "completed": 0,
        "total": None,
        "fraction": 0.0,
        "elapsed_seconds": 0.0,
        "throughput": None,
        "eta_seconds": None,
    }
    return StageProgress(**(values | fields))


def event(seq: int = 1, **fields: Any) -> ProgressEvent:
    values: dict[str, Any] = {
        "run_id": "01RUN",
        "seq": seq,
        "attempt": 1,
        "kind": EventKind.ADVANCED,
        "at": START,
        "current_stage": "symbol_scanning",
        "stages": tuple(stage(name) for name in STAGES),
        "overall_fraction": 0.5,
        "time_fraction": 0.5,
        "elapsed_seconds": 10.0,
        "earlier_seconds": 0.0,
        "eta_seconds": 10.0,
        "eta_low_seconds": 8.0,
        "eta_high_seconds": 13.0,
        "message": "",
        "cache_hits": 3,
        "cache_misses": 1,
    }
    return ProgressEvent(**(values | fields))


def metrics(**fields: Any) -> ScanMetrics:
    timings = tuple(
        StageTiming(name, offset, seconds, 100)
        for name, offset, seconds in zip(STAGES, (0.0, 0.5, 2.5, 9.5), (0.5, 2.0, 7.0, 0.4), strict=True)
    )
    values: dict[str, Any] = {
        "total_seconds": 10.0,
        "stage_timings": timings,
        "gap_seconds": 0.1,
        "symbols_in_universe": 524,
        "symbols_attempted": 524,
        "symbols_scanned": 500,
        "symbols_returned": 25,
        "symbols_rejected": 20,
        "symbols_failed": 4,
        "symbols_per_second": 71.4,
        "cache_hits": 3,
        "cache_misses": 1,
        "cache_hit_rate": 0.75,
        "baseline_seconds": None,
        "speedup": None,
        "peak_memory_bytes": None,
        "attempt_seconds": (10.0,),
        "unit_costs": (),
        "progress_summary": "done",
    }
    return ScanMetrics(**(values | fields))


def record(run_id: str = "01RUN0000000000000000000A1", **fields: Any) -> RunRecord:
    values: dict[str, Any] = {
        "run_id": run_id,
        "status": RunStatus.SUCCEEDED,
        "config": ScanConfig(),
        "options": RunOptions(),
        "created_at": START,
        "started_at": START + timedelta(seconds=0.5),
        "finished_at": START + timedelta(seconds=10.5),
        "metrics": metrics(),
        "time_fraction": 1.0,
    }
    return RunRecord(**(values | fields))


def sample(
    run_id: str, minutes: int = 0, seconds: tuple[float, ...] = (0.5, 2.0, 7.0, 0.4), **fields: Any
) -> StageSample:
    values: dict[str, Any] = {
        "run_id": run_id,
        "created_at": START + timedelta(minutes=minutes),
        "status": RunStatus.SUCCEEDED,
        "source": "sample",
        "comparability_key": "k1",
        "total_seconds": sum(seconds) + 0.1,
        "gap_seconds": 0.1,
        "stage_seconds": tuple(zip(STAGES, seconds, strict=True)),
        "symbols_scanned": 500,
        "symbols_returned": 25,
        "symbols_per_second": 71.4,
        "cache_hit_rate": 0.75,
        "predicted_seconds": (("start", 12.0), ("10", 11.0), ("25", None), ("50", 10.2), ("75", 10.1)),
    }
    return StageSample(**(values | fields))


def panel(symbol: str = "AAA", bars: int = 245) -> Panel:
    rng = np.random.default_rng(7)
    close = 50 * np.exp(np.cumsum(rng.normal(0, 0.01, bars)))[None]
    opened = close * (1 + rng.normal(0, 0.004, bars))
    return Panel(
        (symbol,),
        np.datetime64("2009-08-21") + np.arange(bars),
        opened,
        np.maximum(opened, close) * 1.004,
        np.minimum(opened, close) * 0.996,
        close,
        np.full((1, bars), 1e6),
    )


def result_rows(symbols: tuple[str, ...] = ("AAA", "BBB", "CCC")) -> pd.DataFrame:
    rows = []
    for index, symbol in enumerate(symbols):
        made = {Kind.TEXT: "text", Kind.INTEGER: index + 1, Kind.NUMBER: 50.0 + index, Kind.FLAG: True}
        row: dict[str, Any] = {column.name: made[column.kind] for column in COLUMNS}
        row |= {
            "Rank": index + 1,
            "Symbol": symbol,
            "Sector": ("Energy", "Utilities")[index % 2],
            "Name": f"{symbol} Inc",
        }
        rows.append(row)
    return pd.DataFrame(rows)
