"""Reads all that a run store tells through its public methods, as plain JSON values: what golden stores are held to."""

from __future__ import annotations

import hashlib
import json
import math
from datetime import UTC, datetime
from typing import Any

from technic_scanner.adapters.stores import SqlStore
from technic_scanner.domain.renamed import with_old_names
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.errors import ResultsNotReadyError
from technic_scanner.runs.model import Preset, PrunePolicy, Rows, RunQuery, StoredResult
from technic_scanner.runs.serialization import to_dict as to_present_dict

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_PAGE = 7  # less than a golden store has, so that lists are read over several pages
_ALL = 1_000_000
_WHOLE_ROWS = 2


def to_dict(value: Any) -> Any:
    """Return a dataclass as JSON values; renamed fields are under their old names too, as doors tell them."""
    return _named_both_ways(to_present_dict(value))


def _named_both_ways(value: Any) -> Any:
    if isinstance(value, dict):
        return with_old_names({name: _named_both_ways(part) for name, part in value.items()})
    return [_named_both_ways(part) for part in value] if isinstance(value, list) else value


def read_store(store: SqlStore) -> dict[str, Any]:
    """Return what the store tells of runs, journals, results, presets, workers and statistics."""
    records = all_records(store)
    everything = RunQuery(limit=_ALL)
    return {
        "order": [record.run_id for record in records],
        "counts": {status.value: count for status, count in store.count_by_status().items()},
        "owners": {owner: _counts(store, owner) for owner in sorted({r.owner for r in records if r.owner})},
        "runs": {record.run_id: _run(store, record) for record in records},
        "presets": {preset.name: preset_to_dict(preset) for preset in store.list_presets()},
        "workers": {worker.worker_id: to_dict(worker) for worker in store.workers(_LONG_AGO)},
        "prunable": list(store.prune(PrunePolicy(keep_runs=0), dry_run=True).run_ids),
        "costs": {name: [run.run_id for run in runs] for name, runs in sorted(_costs(store, records).items())},
        "samples": [to_dict(sample) for sample in store.stage_samples(everything)],
        "dated": [to_dict(dated) for dated in store.dated_runs(None, _ALL).runs],
        "appearances": {s: [to_dict(seen) for seen in store.appearances(s, _ALL)] for s in _symbols(store, records)},
    }


def all_records(store: SqlStore) -> list[RunRecord]:
    """Return every run, newest first, page by page."""
    records: list[RunRecord] = []
    cursor = None
    while True:
        page = store.list_runs(RunQuery(limit=_PAGE, cursor=cursor))
        records += page.records
        cursor = page.next_cursor
        if cursor is None:
            return records


def record_to_dict(record: RunRecord) -> dict[str, Any]:
    """Return every field of a record as the API and the command line spell it."""
    return to_dict(record) | {"predicted_seconds": dict(record.predicted_seconds)}


def preset_to_dict(preset: Preset) -> dict[str, Any]:
    """Return every field of a preset."""
    return to_dict(preset)


def _run(store: SqlStore, record: RunRecord) -> dict[str, Any]:
    assert store.get_run(record.run_id) == record
    work = store.expected_work(record.run_id)
    return {
        "record": record_to_dict(record),
        "expected_work": None if work is None else sorted([*cell, units] for cell, units in work.items()),
        "events": _events(store, record.run_id),
        "chunks": _chunks(store, record),
        "result": _result(store, record),
    }


def _events(store: SqlStore, run_id: str) -> dict[str, Any]:
    events = [to_dict(event) for event in store.events(run_id, 0, _ALL)]
    latest = store.latest_event(run_id)
    return {
        "count": len(events),
        "first": events[0] if events else None,
        "last": None if latest is None else to_dict(latest),
        "order": [[event["seq"], event["attempt"], event["kind"]] for event in events],
        "all": events,
    }


def _chunks(store: SqlStore, record: RunRecord) -> dict[str, Any]:
    journal = store.journal(record.run_id, record.attempt)
    return {
        stage: {
            "fingerprint": journal.fingerprint(stage),
            "payloads": {str(index): _digest(payload) for index, payload in journal.chunks(stage).items()},
        }
        for stage in ("data_fetching", "symbol_scanning")
    }


def _result(store: SqlStore, record: RunRecord) -> dict[str, Any]:
    try:
        stored: StoredResult = store.result(record.run_id, Rows.ALL)
    except ResultsNotReadyError as error:
        return {"error": error.code}
    failures = [to_dict(failure) for failure in stored.failures]
    rows = [{name: _json_number(value) for name, value in row.items()} for row in stored.table.to_pylist()]
    columns = {
        name: {"type": str(kind), "digest": _digest(json.dumps([row[name] for row in rows]).encode())}
        for name, kind in zip(stored.table.column_names, stored.table.schema.types, strict=True)
    }
    return {
        "outcome": stored.outcome.value,
        "status_text": stored.status_text,
        "as_of": None if stored.as_of is None else stored.as_of.isoformat(),
        "source_label": stored.source_label,
        "context": to_dict(stored.context),
        "notes": list(stored.notes),
        "config": to_dict(stored.config),
        "failures": {"count": len(failures), "first": failures[:3], "digest": _digest(json.dumps(failures).encode())},
        "rows": len(rows),
        "columns": columns,
        "symbols": [row["Symbol"] for row in rows],
        "first_rows": rows[:_WHOLE_ROWS],
    }


def _counts(store: SqlStore, owner: str) -> dict[str, int]:
    return {status.value: count for status, count in store.count_by_status(owner).items()}


def _costs(store: SqlStore, records: list[RunRecord]) -> dict[str, tuple[RunRecord, ...]]:
    """Return the runs whose costs a forecast would take, by what makes them alike."""
    kinds = {
        (record.config.source, record.options.executor, record.options.workers)
        for record in records
        if record.status is RunStatus.SUCCEEDED
    }
    return {"/".join(map(str, kind)): store.cost_runs(*kind, limit=_ALL) for kind in kinds}


def _symbols(store: SqlStore, records: list[RunRecord]) -> list[str]:
    """Return the first symbol of each run's result."""
    firsts: set[str] = set()
    for record in records:
        found = _result(store, record)
        firsts.update(found.get("symbols", [])[:1])
    return sorted(firsts)


def _json_number(value: Any) -> Any:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
