"""Changes what a store holds of one run or preset, as another version, a bug or a bad disk might."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Table, update

from technic_scanner.adapters.stores import SqlStore
from technic_scanner.adapters.stores import engine as modes
from technic_scanner.adapters.stores.schema import events, presets, results, run_documents, runs

TABLES = {table.name: table for table in (runs, run_documents, events, results, presets)}
WAYS = ("broken JSON", "no object", "empty", "wrong type")
_WRONG_TYPES = {
    "config": '{"v":1,"max_symbols":"many"}',
    "options": '{"v":1,"workers":"all"}',
    "metrics": '{"v":1,"total_seconds":"long"}',
    "context": '{"v":1,"regime_trend":5}',
    "event": '{"v":1,"seq":"first"}',
}


def damaged(part: str, how: str) -> str:
    """Return a document of this part that cannot be read, in one of WAYS."""
    return {"broken JSON": '{"v":1,', "no object": "[1,2]", "empty": "", "wrong type": _WRONG_TYPES[part]}[how]


def put(store: SqlStore, table: str, key: str, **values: Any) -> None:
    """Overwrite columns of the rows of a run, or of the preset of this name."""
    chosen = TABLES[table]
    statement = update(chosen).where(_key(chosen) == key).values(**values)
    store.database.run(modes.WRITE, lambda connection: connection.execute(statement))


def put_event(store: SqlStore, run_id: str, seq: int, payload: str) -> None:
    """Overwrite the document of one event."""
    statement = update(events).where(events.c.run_id == run_id, events.c.seq == seq).values(payload=payload)
    store.database.run(modes.WRITE, lambda connection: connection.execute(statement))


def change(text: str, *without: str, **values: Any) -> str:
    """Return a document with some fields replaced or added, and without others."""
    changed = json.loads(text) | values
    return json.dumps({name: value for name, value in changed.items() if name not in without})


def _key(table: Table) -> Any:
    return table.c.name if table is presets else table.c.run_id
