"""A run store in memory that obeys the same rules as the SQL one, and fails on request."""

from __future__ import annotations

import functools
import json
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pyarrow as pa

from technic_scanner.clock import Clock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.progress import EventKind, ProgressEvent
from technic_scanner.domain.run import RunRecord, RunStatus, check_move
from technic_scanner.errors import (
    IdempotencyError,
    PresetConflictError,
    PresetNotFoundError,
    ResultsNotReadyError,
    RunNotFoundError,
    RunStateError,
)
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.runs.model import (
    Appearance,
    DatedRun,
    DatedRuns,
    PickTable,
    Preset,
    PrunePolicy,
    PruneReport,
    RunEnd,
    RunPage,
    RunQuery,
    StageSample,
    StageSeconds,
    StoredEvent,
    StoredResult,
    Work,
    WorkerInfo,
)
from technic_scanner.runs.serialization import config_to_dict
from technic_scanner.runs.serialization.stored import dump
from technic_scanner.runs.timings import comparability
from technic_scanner.runs.timings.analytics import DayTrend, trends

_FAILED = ("symbol", "stage")
F = TypeVar("F", bound=Callable[..., Any])


def transaction(method: F) -> F:
    """Run a method under the store's lock, after the fault that was asked for, if any."""

    @functools.wraps(method)
    def guarded(self: FakeStore, *args: Any, **kwargs: Any) -> Any:
        with self.lock:
            self.calls.append(method.__name__)
            self._fail(method.__name__)
            return method(self, *args, **kwargs)

    return guarded  # type: ignore[return-value]


@dataclass
class FakeJournal:
    store: FakeStore
    run_id: str
    attempt: int

    def fingerprint(self, stage: str) -> str | None:
        return self.store.fingerprints.get((self.run_id, stage))

    def start_over(self, stage: str, fingerprint: str) -> None:
        self.store.fence(self.run_id, self.attempt)
        self.store.fingerprints[self.run_id, stage] = fingerprint
        self.store.chunk_rows[self.run_id, stage].clear()

    def chunks(self, stage: str) -> dict[int, bytes]:
        return dict(self.store.chunk_rows[self.run_id, stage])

    def record(self, stage: str, index: int, payload: bytes) -> None:
        with self.store.lock:
            self.store.calls.append("record")
            self.store._fail("record")
            self.store.fence(self.run_id, self.attempt)
            self.store.chunk_rows[self.run_id, stage][index] = payload


@dataclass
class FakeStore:
    """``fail(name, error, times)`` makes the next calls of a method raise; ``down`` makes every call raise."""

    clock: Clock
    lock: threading.RLock = field(default_factory=threading.RLock)
    calls: list[str] = field(default_factory=list)
    down: Exception | None = None
    faults: dict[str, list[Exception]] = field(default_factory=lambda: defaultdict(list))
    runs: dict[str, RunRecord] = field(default_factory=dict)
    journal_events: dict[str, list[ProgressEvent]] = field(default_factory=lambda: defaultdict(list))
    results: dict[str, StoredResult] = field(default_factory=dict)
    keys: dict[tuple[str | None, str], tuple[str, object]] = field(default_factory=dict)
    works: dict[str, Work | None] = field(default_factory=dict)
    fingerprints: dict[tuple[str, str], str] = field(default_factory=dict)
    chunk_rows: dict[tuple[str, str], dict[int, bytes]] = field(default_factory=lambda: defaultdict(dict))
    worker_rows: dict[str, WorkerInfo] = field(default_factory=dict)
    preset_rows: dict[str, Preset] = field(default_factory=dict)

    def fail(self, name: str, error: Exception, times: int = 1) -> None:
        self.faults[name] += [error] * times

    def _fail(self, name: str) -> None:
        if self.down is not None:
            raise self.down
        if self.faults[name]:
            raise self.faults[name].pop(0)

    def fence(self, run_id: str, attempt: int, worker_id: str | None = None) -> RunRecord:
        run = self._run(run_id)
        if run.status is not RunStatus.RUNNING or run.attempt != attempt or worker_id not in (None, run.worker_id):
            raise RunStateError(f"attempt {attempt} of {run_id} is over")
        return run

    def _run(self, run_id: str) -> RunRecord:
        if run_id not in self.runs:
            raise RunNotFoundError(f"there is no run {run_id}")
        run = self.runs[run_id]
        if run.status is not RunStatus.QUEUED:
            return replace(run, queue_position=None)
        queued = [other.run_id for other in self.runs.values() if other.status is RunStatus.QUEUED]
        return replace(run, queue_position=queued.index(run_id) + 1)

    def _move(self, run_id: str, status: RunStatus, **changes: Any) -> RunRecord:
        check_move(run_id, self.runs[run_id].status, status)
        self.runs[run_id] = replace(self.runs[run_id], status=status, **changes)
        return self._run(run_id)

    @transaction
    def add_run(
        self,
        config: ScanConfig,
        options: RunOptions,
        *,
        owner: str | None,
        label: str | None,
        idempotency_key: str | None,
        comparability_key: str,
        expected_work: Work | None = None,
    ) -> RunRecord:
        payload = (config, options, label)
        if idempotency_key is not None and (owner, idempotency_key) in self.keys:
            run_id, known = self.keys[owner, idempotency_key]
            if known != payload:
                raise IdempotencyError("the key was used for another request")
            return self._run(run_id)
        run_id = f"run-{len(self.runs) + 1:04d}"
        self.runs[run_id] = RunRecord(
            run_id,
            RunStatus.QUEUED,
            config,
            options,
            self.clock.now(),
            owner=owner,
            label=label,
            comparability_key=comparability_key,
        )
        self.works[run_id] = expected_work
        if idempotency_key is not None:
            self.keys[owner, idempotency_key] = (run_id, payload)
        return self._run(run_id)

    @transaction
    def knows_key(self, owner: str | None, idempotency_key: str) -> bool:
        return (owner, idempotency_key) in self.keys

    @transaction
    def expected_work(self, run_id: str) -> Work | None:
        return self.works[self._run(run_id).run_id]

    @transaction
    def get_run(self, run_id: str) -> RunRecord:
        return self._run(run_id)

    @transaction
    def list_runs(self, query: RunQuery) -> RunPage:
        chosen = [run for run in reversed(self.runs.values()) if _matches(run, query)]
        start = int(query.cursor or 0)
        more = len(chosen) > start + query.limit
        page = tuple(self._run(run.run_id) for run in chosen[start : start + query.limit])
        return RunPage(page, str(start + query.limit) if more else None)

    @transaction
    def claim(self, worker_id: str, host: str, version: str, max_running: int | None) -> RunRecord | None:
        running = sum(run.status is RunStatus.RUNNING for run in self.runs.values())
        queued = [run for run in self.runs.values() if run.status is RunStatus.QUEUED]
        if not queued or (max_running is not None and running >= max_running):
            return None
        now = self.clock.now()
        return self._move(
            queued[0].run_id,
            RunStatus.RUNNING,
            worker_id=worker_id,
            host=host,
            version=version,
            started_at=now,
            heartbeat_at=now,
        )

    @transaction
    def heartbeat(self, run_id: str, worker_id: str, attempt: int) -> bool:
        run = self.fence(run_id, attempt, worker_id)
        self.runs[run_id] = replace(run, heartbeat_at=self.clock.now())
        return run.cancel_requested

    @transaction
    def request_cancel(self, run_id: str) -> RunRecord:
        run = self._run(run_id)
        if run.status is RunStatus.QUEUED:
            return self._move(run_id, RunStatus.CANCELLED, cancel_requested=True, finished_at=self.clock.now())
        if run.status is RunStatus.RUNNING:
            self.runs[run_id] = replace(run, cancel_requested=True)
        return self._run(run_id)

    @transaction
    def requeue(self, run_id: str) -> RunRecord:
        run = self._run(run_id)
        return self._move(
            run_id, RunStatus.QUEUED, attempt=run.attempt + 1, cancel_requested=False, error=None, worker_id=None
        )

    @transaction
    def interrupt_stale(self, older_than: timedelta) -> tuple[str, ...]:
        limit = self.clock.now() - older_than
        stale = [
            run.run_id
            for run in self.runs.values()
            if run.status is RunStatus.RUNNING and run.heartbeat_at is not None and run.heartbeat_at < limit
        ]
        for run_id in stale:
            self._move(run_id, RunStatus.INTERRUPTED, finished_at=self.runs[run_id].heartbeat_at)
        return tuple(stale)

    @transaction
    def finish(self, run_id: str, worker_id: str, attempt: int, end: RunEnd, result: ScanResult | None) -> RunRecord:
        run = self.fence(run_id, attempt, worker_id)
        if end.last_event is not None:
            self.append_events(run_id, attempt, (end.last_event,))
        changes: dict[str, Any] = {"error": end.error, "finished_at": self.clock.now()}
        if result is not None:
            self.results[run_id] = _stored(run_id, result)
            key = comparability.key(run.config, run.options, result.metrics, run.version or "")
            changes |= {
                "metrics": result.metrics,
                "outcome": result.outcome,
                "status_text": result.status_text,
                "comparability_key": key,
            }
        return self._move(run_id, end.status, **changes)

    @transaction
    def delete_run(self, run_id: str) -> None:
        if not self._run(run_id).status.is_terminal:
            raise RunStateError("the run has not ended")
        self._forget(run_id)

    def _forget(self, run_id: str) -> None:
        del self.runs[run_id]
        self.journal_events.pop(run_id, None)
        self.results.pop(run_id, None)

    @transaction
    def set_pinned(self, run_id: str, pinned: bool) -> RunRecord:
        self.runs[run_id] = replace(self._run(run_id), pinned=pinned)
        return self._run(run_id)

    @transaction
    def set_label(self, run_id: str, label: str | None) -> RunRecord:
        self.runs[run_id] = replace(self._run(run_id), label=label)
        return self._run(run_id)

    @transaction
    def prune(self, policy: PrunePolicy, *, dry_run: bool) -> PruneReport:
        ended = [run for run in reversed(self.runs.values()) if run.status.is_terminal and not run.pinned]
        doomed = ended[policy.keep_runs :] if policy.keep_runs is not None else []
        for run in [] if dry_run else doomed:
            self._forget(run.run_id)
        return PruneReport(tuple(run.run_id for run in doomed), dry_run)

    @transaction
    def append_events(self, run_id: str, attempt: int, events: Sequence[ProgressEvent]) -> None:
        run = self.fence(run_id, attempt)
        fresh = [event for event in events if event.seq > run.last_seq]
        for offset, event in enumerate(fresh, start=1):
            if event.seq != run.last_seq + offset:
                raise RunStateError(f"event {event.seq} does not follow {run.last_seq}")
        self.journal_events[run_id] += fresh
        if fresh:
            self.runs[run_id] = replace(run, last_seq=fresh[-1].seq, time_fraction=fresh[-1].time_fraction)

    @transaction
    def events(self, run_id: str, after_seq: int, limit: int) -> tuple[ProgressEvent, ...]:
        self._run(run_id)
        return tuple(event for event in self.journal_events[run_id] if event.seq > after_seq)[:limit]

    @transaction
    def stored_events(self, run_id: str, after_seq: int, limit: int) -> tuple[StoredEvent, ...]:
        found = [event for event in self.journal_events[self._run(run_id).run_id] if event.seq > after_seq]
        return tuple(StoredEvent(run_id, event.seq, event.kind, dump(event)) for event in found[:limit])

    @transaction
    def latest_event(self, run_id: str) -> ProgressEvent | None:
        self._run(run_id)
        return self.journal_events[run_id][-1] if self.journal_events[run_id] else None

    @transaction
    def thin_events(self, run_id: str, keep: int) -> int:
        events = self.journal_events[run_id]
        ends = set({event.attempt: event.seq for event in events}.values())
        advances = [event for event in events if event.kind is EventKind.ADVANCED and event.seq not in ends]
        room = max(0, keep - (len(events) - len(advances)))
        step = max(1, -(-len(advances) // room)) if room else len(advances) + 1
        kept = {event.seq for event in advances[::step]} if room else set()
        dropped = {event.seq for event in advances} - kept
        self.journal_events[run_id] = [event for event in events if event.seq not in dropped]
        return len(events) - len(self.journal_events[run_id])

    def journal(self, run_id: str, attempt: int) -> FakeJournal:
        return FakeJournal(self, run_id, attempt)

    @transaction
    def result(self, run_id: str) -> StoredResult:
        self._run(run_id)
        if run_id not in self.results:
            raise ResultsNotReadyError(f"run {run_id} has no results yet")
        return self.results[run_id]

    @transaction
    def dated_runs(self, source: str | None, limit: int) -> DatedRuns:
        wanted = RunQuery(statuses=(RunStatus.SUCCEEDED,), source=source)
        found = [run for run in reversed(self.runs.values()) if _matches(run, wanted)]
        dated = [self.results[run.run_id] for run in found[:limit] if run.run_id in self.results]
        return DatedRuns(
            tuple(DatedRun(item.run_id, item.config, item.as_of) for item in dated if item.as_of is not None),
            more=len(found) > limit,
        )

    @transaction
    def pick_tables(self, run_ids: Sequence[str], columns: Sequence[str]) -> tuple[PickTable, ...]:
        return tuple(pick_table(self.results[run_id], columns) for run_id in run_ids if run_id in self.results)

    @transaction
    def stage_samples(self, query: RunQuery) -> tuple[StageSample, ...]:
        chosen = [run for run in reversed(self.runs.values()) if run.metrics is not None and _matches(run, query)]
        return tuple(_sample(run) for run in chosen[: query.limit])

    def stage_seconds(self, query: RunQuery) -> tuple[StageSeconds, ...]:
        found = self.stage_samples(query)
        return tuple(StageSeconds(sample.status, sample.total_seconds, sample.stage_seconds) for sample in found)

    def day_trends(self, query: RunQuery) -> tuple[DayTrend, ...]:
        return trends(self.stage_samples(query))

    @transaction
    def cost_runs(self, source: str, executor: str, workers: int | None, limit: int) -> tuple[RunRecord, ...]:
        wanted = (RunStatus.SUCCEEDED, source, executor, workers)
        return tuple(
            run
            for run in reversed(self.runs.values())
            if (run.status, run.config.source, run.options.executor, run.options.workers) == wanted
        )[:limit]

    @transaction
    def appearances(self, symbol: str, limit: int) -> tuple[Appearance, ...]:
        found = []
        for run_id, result in reversed(self.results.items()):
            for row in result.table.to_pylist():
                if row["Symbol"] == symbol:
                    created = self.runs[run_id].created_at
                    rest = (row["Signal"], row["Tier"], row["TechRating"], row["AlphaScore"])
                    found.append(Appearance(run_id, created, result.as_of, symbol, row["Rank"], *rest))
        return tuple(found[:limit])

    @transaction
    def count_by_status(self, owner: str | None = None) -> dict[RunStatus, int]:
        counts = dict.fromkeys(RunStatus, 0)
        for run in self.runs.values():
            if owner in (None, run.owner):
                counts[run.status] += 1
        return counts

    @transaction
    def stamp_worker(self, worker: WorkerInfo) -> None:
        self.worker_rows[worker.worker_id] = worker

    @transaction
    def remove_worker(self, worker_id: str) -> None:
        self.worker_rows.pop(worker_id, None)

    @transaction
    def workers(self, alive_since: datetime) -> tuple[WorkerInfo, ...]:
        return tuple(worker for worker in self.worker_rows.values() if worker.heartbeat_at >= alive_since)

    @transaction
    def ping(self) -> None:
        pass

    @transaction
    def list_presets(self) -> tuple[Preset, ...]:
        return tuple(self.preset_rows.values())

    @transaction
    def get_preset(self, name: str) -> Preset:
        if name not in self.preset_rows:
            raise PresetNotFoundError(f"there is no preset {name}")
        return self.preset_rows[name]

    @transaction
    def save_preset(self, preset: Preset, *, expected_version: int | None) -> Preset:
        known = self.preset_rows.get(preset.name)
        if (known.version if known else None) != expected_version:
            raise PresetConflictError("saved by someone else")
        self.preset_rows[preset.name] = replace(preset, version=(expected_version or 0) + 1)
        return self.preset_rows[preset.name]

    @transaction
    def delete_preset(self, name: str) -> None:
        self.get_preset(name)
        del self.preset_rows[name]


def _matches(run: RunRecord, query: RunQuery) -> bool:
    return (
        (not query.statuses or run.status in query.statuses)
        and query.source in (None, run.config.source)
        and query.comparability_key in (None, run.comparability_key)
        and (query.same_config_as is None or (run.comparability_key or "").startswith(query.same_config_as))
        and query.owner in (None, run.owner)
    )


def _stored(run_id: str, result: ScanResult) -> StoredResult:
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


def pick_table(result: StoredResult, columns: Sequence[str]) -> PickTable:
    """What a store hands out of a result for judging."""
    failed = {name: pa.array([getattr(item, name) for item in result.failures], pa.string()) for name in _FAILED}
    return PickTable(result.run_id, result.table.select(list(columns)), pa.table(failed))


def _sample(run: RunRecord) -> StageSample:
    metrics = run.metrics
    assert metrics is not None
    return StageSample(
        run.run_id,
        run.created_at,
        run.status,
        run.config.source,
        run.comparability_key,
        metrics.total_seconds,
        metrics.gap_seconds,
        tuple((timing.name, timing.seconds) for timing in metrics.stage_timings),
        metrics.symbols_scanned,
        metrics.symbols_returned,
        metrics.symbols_per_second,
        metrics.cache_hit_rate,
        run.predicted_seconds,
        json.dumps(config_to_dict(run.config)),
    )
