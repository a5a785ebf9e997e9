"""Data as each revision of the schema would have held it, written in SQL so that later code cannot change it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, text

from technic_scanner.adapters.stores.documents import dump_failures, dump_table
from technic_scanner.runs.serialization import event_to_dict, metrics_to_dict
from technic_scanner.testing.stores.samples import event, metrics, table

DONE = "01KDZHV1J0F8TJNS8TRYWHVNR0"
QUEUED = "01KDZHV1J0F8TJNS8TRYWHVNR1"
_AT = int(datetime(2026, 1, 2, tzinfo=UTC).timestamp()) * 1_000_000


def _insert(connection: Connection, table_name: str, **values: Any) -> None:
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    connection.execute(text(f"INSERT INTO {table_name} ({names}) VALUES ({marks})"), values)


def _run(run_id: str, status: str, **values: Any) -> dict[str, Any]:
    common = {
        "run_id": run_id,
        "status": status,
        "attempt": 1,
        "created_at": _AT,
        "queued_at": _AT,
        "cancel_requested": False,
        "pinned": False,
        "source": "sample",
        "executor": "local",
        "status_text": "",
        "last_seq": 0,
        "time_fraction": 0.0,
    }
    return common | values


def seed_0001(connection: Connection) -> None:
    """One finished run with everything on it, one queued run, one preset."""
    _insert(connection, "runs", **_run(QUEUED, "queued"))
    _insert(connection, "run_documents", run_id=QUEUED, config='{"sectors":["Energy"]}', options="{}")
    done = _run(
        DONE,
        "succeeded",
        label="old one",
        last_seq=2,
        time_fraction=1.0,
        outcome="complete",
        universe_loading_seconds=1.0,
        data_fetching_seconds=2.0,
        symbol_scanning_seconds=4.5,
        finalization_seconds=0.5,
        gap_seconds=0.25,
        total_seconds=8.25,
        symbols_scanned=398,
        symbols_returned=2,
    )
    _insert(connection, "runs", **done)
    _insert(
        connection,
        "run_documents",
        run_id=DONE,
        config="{}",
        options="{}",
        metrics=json.dumps(metrics_to_dict(metrics())),
    )
    for seq in (1, 2):
        payload = json.dumps(event_to_dict(event(DONE, seq)))
        _insert(connection, "events", run_id=DONE, seq=seq, attempt=1, kind="advanced", payload=payload)
    _insert(
        connection,
        "results",
        run_id=DONE,
        outcome="complete",
        status_text="fine",
        source_label="old data",
        context='{"regime_trend":"up","regime_volatility":"low","market_regime":"up-low","facts":[],"notes":[]}',
        notes="[]",
        failures=dump_failures(()),
        picks_table=dump_table(table((1, "XOM", 80.0, 50.0), (2, "CVX", 70.0, 50.0))),
    )
    _insert(connection, "picks", run_id=DONE, rank=1, symbol="XOM", signal="Long", tier="core", tech_rating=80.0)
    _insert(
        connection,
        "presets",
        name="mine",
        version=3,
        description="",
        config='{"min_price":5.0}',
        options="{}",
        updated_at=_AT,
    )


SEEDS: dict[str, Callable[[Connection], None]] = dict.fromkeys(
    ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011"), seed_0001
)
