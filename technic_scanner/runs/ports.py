"""Define the ports of runs: the store (one class implements all its protocols), sources and launcher."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.execution import ExecutorInfo
from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.domain.universe import SourceInfo
from technic_scanner.errors import FieldProblem
from technic_scanner.pipeline.ports import ChunkJournal, Source
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.runs.alert_ports import AlertStore
from technic_scanner.runs.model import (
    Appearance,
    DatedRuns,
    DayTrend,
    NewRun,
    PickTable,
    Preset,
    PrunePolicy,
    PruneReport,
    Rows,
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
from technic_scanner.runs.notes.model import NoteStore
from technic_scanner.runs.saved_criteria.model import CriteriaStore
from technic_scanner.runs.saved_views.model import ViewStore
from technic_scanner.runs.schedule_ports import ScheduleStore
from technic_scanner.runs.study_trials import TrialStore
from technic_scanner.runs.watchlists.model import WatchlistStore
from technic_scanner.screening.bars import Panel


class RunStore(Protocol):
    """Runs, their events, chunks and results. Every method is one transaction; raises StoreError and its subclasses."""

    def add_runs(self, new: Sequence[NewRun]) -> tuple[RunRecord, ...]:
        """Store QUEUED runs, all or none, and return them in this order.

        A repeated key of an owner gives the first run; another payload raises IdempotencyError.
        """
        ...

    def known_keys(self, owner: str | None, idempotency_keys: Collection[str]) -> frozenset[str]:
        """Return with which of these keys this owner has created a run."""
        ...

    def expected_work(self, run_id: str) -> Work | None:
        """Return the work that the run was expected to contain when it was added."""
        ...

    def get_run(self, run_id: str) -> RunRecord:
        """Return the run; RunNotFoundError if it does not exist. Unreadable parts are named in it."""
        ...

    def list_runs(self, query: RunQuery) -> RunPage:
        """Return one page, newest first, from summary rows only."""
        ...

    def claim(
        self, worker_id: str, host: str, version: str, max_running: int | None, can_read: Callable[[str], bool] = ...
    ) -> RunRecord | None:
        """Move the oldest QUEUED run, of a source that ``can_read``, to RUNNING, or return None; two never get one.

        The claim is the run's first heartbeat, and the worker's row, if it has one, names the run.
        """
        ...

    def queued_sources(self) -> Mapping[str, int]:
        """Return how many runs of each source are queued."""
        ...

    def heartbeat(self, run_id: str, worker_id: str, attempt: int) -> bool:
        """Record a heartbeat; return True if cancelling was requested. RunStateError if another worker has the run."""
        ...

    def cancel_queued(self, run_id: str) -> RunRecord | None:
        """Move a QUEUED run to CANCELLED and return it; None, and nothing is changed, if it is not queued."""
        ...

    def request_cancel(self, run_id: str) -> RunRecord:
        """Request cancelling: QUEUED becomes CANCELLED at once; RUNNING gets the flag; ended runs are not changed."""
        ...

    def requeue(self, run_id: str) -> RunRecord:
        """Queue a resumable run for attempt + 1; RunStateError if it cannot be resumed."""
        ...

    def interrupt_stale(self, older_than: timedelta) -> tuple[str, ...]:
        """Mark RUNNING runs whose heartbeat is older as INTERRUPTED; return their ids."""
        ...

    def finish(self, run_id: str, worker_id: str, attempt: int, end: RunEnd, result: ScanResult | None) -> RunRecord:
        """End the attempt: status, summary row, result, picks and the last event's state, all in one transaction."""
        ...

    def delete_run(self, run_id: str) -> None:
        """Delete a finished run with all its data; RunStateError while it is queued or running."""
        ...

    def set_pinned(self, run_id: str, pinned: bool) -> RunRecord: ...

    def set_label(self, run_id: str, label: str | None) -> RunRecord: ...

    def prune(self, policy: PrunePolicy, *, dry_run: bool) -> PruneReport: ...

    def append_events(self, run_id: str, attempt: int, events: Sequence[ProgressEvent]) -> None:
        """Append events; their seq must follow the last stored one."""
        ...

    def events(self, run_id: str, after_seq: int, limit: int) -> tuple[ProgressEvent, ...]:
        """Return events with seq > after_seq, oldest first; those that cannot be read are left out."""
        ...

    def stored_events(self, run_id: str, after_seq: int, limit: int) -> tuple[StoredEvent, ...]:
        """Return those events as they are stored, without reading them."""
        ...

    def latest_event(self, run_id: str) -> ProgressEvent | None:
        """Return the newest readable event, None before the first."""
        ...

    def thin_events(self, run_id: str, keep: int) -> int:
        """Delete advance events of an ended run evenly until ``keep`` events are left; return the number deleted."""
        ...

    def journal(self, run_id: str, attempt: int) -> ChunkJournal:
        """Return the run's chunk journal."""
        ...

    def result(self, run_id: str, rows: Rows = Rows.PICKS) -> StoredResult:
        """Return the stored result with the picks, or with all scanned rows.

        ResultsNotReadyError while there is none, StoreDataError if it is unreadable.
        """
        ...

    def dated_runs(self, source: str | None, limit: int) -> DatedRuns:
        """Return those of the newest ``limit`` SUCCEEDED runs, of one source or all, whose result has an as-of date."""
        ...

    def pick_tables(self, run_ids: Sequence[str], columns: Sequence[str]) -> tuple[PickTable, ...]:
        """Return these columns of the runs' tables, in any order; runs without a readable result are omitted."""
        ...

    def stage_samples(self, query: RunQuery) -> tuple[StageSample, ...]:
        """Return timings of ended runs, newest first, from summary rows; ``query.limit`` rows at most."""
        ...

    def day_trends(self, query: RunQuery) -> tuple[DayTrend, ...]:
        """Return the same as ``analytics.trends`` of those runs, without creating a sample of each."""
        ...

    def stage_seconds(self, query: RunQuery) -> tuple[StageSeconds, ...]:
        """Return only the seconds of those runs, without creating a sample of each."""
        ...

    def cost_runs(self, source: str, executor: str, workers: int | None, limit: int) -> tuple[RunRecord, ...]:
        """Return the newest SUCCEEDED runs of the same source, executor and workers, for the cost model."""
        ...

    def sessions_of(self, run_ids: Sequence[str]) -> Mapping[str, date]:
        """Return the session that the result of each of these runs is of; without those that have none."""
        ...

    def appearances(self, symbol: str, limit: int) -> tuple[Appearance, ...]:
        """Return the runs that picked the symbol, newest first."""
        ...

    def statuses_of(self, run_ids: Sequence[str]) -> Mapping[str, RunStatus]:
        """Return the status of each of these runs; without those that do not exist."""
        ...

    def count_by_status(self, owner: str | None = None) -> dict[RunStatus, int]: ...

    def stamp_worker(self, worker: WorkerInfo) -> None:
        """Insert or refresh a worker's row."""
        ...

    def remove_worker(self, worker_id: str) -> None: ...

    def workers(self, alive_since: datetime) -> tuple[WorkerInfo, ...]: ...

    def ping(self) -> None:
        """Raise StoreUnavailableError unless the store is reachable and its schema is current."""
        ...


class PresetStore(Protocol):
    """Saved presets; shipped ones are not stored here."""

    def list_presets(self) -> tuple[Preset, ...]: ...

    def get_preset(self, name: str) -> Preset: ...

    def save_preset(self, preset: Preset, *, expected_version: int | None) -> Preset:
        """Insert or update; PresetConflictError if the stored version is not the expected one (None: must be new)."""
        ...

    def delete_preset(self, name: str) -> None: ...


class Store(
    RunStore, PresetStore, ScheduleStore, AlertStore, CriteriaStore, WatchlistStore, TrialStore, NoteStore, ViewStore,
    Protocol,
):  # fmt: skip
    """The store that bootstrap opens."""


class Catalog(Protocol):
    """Knows the sources and the executors by name."""

    def sources(self) -> tuple[SourceInfo, ...]:
        """Describe every available source; fast, without network access."""
        ...

    def source(self, name: str, config: ScanConfig) -> Source:
        """Open a source; ConfigError if it does not exist or the config is not valid for it."""
        ...

    def unreadable_here(self, name: str) -> str | None:
        """Say why this host cannot read a source, None if it can: not installed, not set up, without its folder."""
        ...

    def missing(self, name: str) -> str | None:
        """Say what a source needs that is not installed, None if nothing; ConfigError if there is none of this name."""
        ...

    def executors(self) -> tuple[ExecutorInfo, ...]:
        """Describe every executor that a run may name; cheap."""
        ...

    def executor_problems(self, options: RunOptions) -> tuple[FieldProblem, ...]:
        """Return what this host does not allow of a run's options; cheap."""
        ...


class Coverage(Protocol):
    """Counts how many symbols of a scan the price cache can serve."""

    def __call__(self, config: ScanConfig, symbols: Sequence[str]) -> int:
        """Return how many of ``symbols`` need no fetch."""
        ...


class PastBars(Protocol):
    """Provides the bars that have been fetched so far, to measure the outcomes of picks."""

    def __call__(
        self, config: ScanConfig, symbols: Sequence[str], since: date, sessions: int, *, volume: bool = False
    ) -> Panel:
        """Return the cached prices of ``symbols`` from the config's source, fresh or not; symbols may be missing.

        They begin with the newest session on or before ``since`` and cover at least the newest ``sessions``. The
        volume may be omitted, as NaN, unless ``volume`` asks for it.
        """
        ...


class Launcher(Protocol):
    """Starts worker processes."""

    def ensure_worker(self) -> None:
        """Wake a waiting worker, or launch a detached one if a run is queued and none is free.

        Fast, and harmless if called often.
        """
        ...
