"""Submit, watch, end and read runs: the service behind all interfaces."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from technic_scanner.clock import Clock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.execution import ExecutorInfo
from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.domain.study_terms import StudyTerms
from technic_scanner.domain.universe import SourceInfo
from technic_scanner.errors import FieldProblem, RunStateError
from technic_scanner.progress.costs import Estimate
from technic_scanner.runs.exports.report import run_report
from technic_scanner.runs.model import (
    Appearance,
    Preset,
    PrunePolicy,
    PruneReport,
    Rows,
    RunPage,
    RunQuery,
    StageSample,
    StageSeconds,
    StoredEvent,
    StoredResult,
    WorkerInfo,
)
from technic_scanner.runs.ports import Catalog, Coverage, Launcher, Store
from technic_scanner.runs.service.presets import Presets
from technic_scanner.runs.service.readable_result import readable_result
from technic_scanner.runs.service.resolving import Requests
from technic_scanner.runs.service.rules import ServiceRules
from technic_scanner.runs.service.scan_preview import ScanPreview
from technic_scanner.runs.service.submitting import Submitting, Wanted
from technic_scanner.runs.service.upkeep import Upkeep
from technic_scanner.runs.service.validation import fit_label
from technic_scanner.runs.timings.analytics import DayTrend
from technic_scanner.runs.timings.compare import Comparison, compare_runs
from technic_scanner.runs.timings.estimates import MatchCount
from technic_scanner.runs.timings.regressions import StageCheck
from technic_scanner.runs.timings.slowdowns import slowdowns


class RunService:
    """All operations of the Python API, CLI, REST, streams and dashboard; thread-safe.

    Every read first marks the runs of terminated workers INTERRUPTED (at most once per second) and ensures that queued
    runs have a worker (at most every five seconds). ``tell`` gets the record of each run that is marked so or is
    cancelled while queued. Errors are those of the store and the ones named at each method.
    """

    def __init__(
        self,
        store: Store,
        catalog: Catalog,
        launcher: Launcher,
        clock: Clock,
        *,
        coverage: Coverage | None = None,
        rules: ServiceRules | None = None,
        tell: Callable[[RunRecord], None] = lambda _: None,
        deleted: Callable[[Sequence[str]], None] = lambda _run_ids: None,
    ) -> None:
        """Wire the service; ``deleted`` is told the ids of runs that are deleted, after they are gone."""
        self._store = store
        self._catalog = catalog
        self._clock = clock
        self._rules = rules or ServiceRules()
        self._upkeep = Upkeep(store, launcher, clock, self._rules.stale_after_seconds, tell)
        self._preview = ScanPreview(store, catalog, clock, coverage, self._rules.stale_after_seconds)
        self._presets = Presets(store, clock, catalog)
        self._requests = Requests(store, catalog)
        most = self._rules.max_queued_per_owner
        self._submitting = Submitting(store, self._requests, self._preview, self._upkeep, most)
        self._deleted = deleted

    def submit(
        self,
        config: ScanConfig,
        options: RunOptions | None = None,
        *,
        owner: str | None = None,
        label: str | None = None,
        idempotency_key: str | None = None,
        study: StudyTerms | None = None,
    ) -> RunRecord:
        """Queue a run and ensure that a worker takes it; with ``study`` it is a parameter study.

        Raises ConfigError with every bad field; LimitError for too many queued runs of the owner; IdempotencyError.
        """
        wanted = Wanted(config, label, idempotency_key)
        return self._submitting.submit([wanted], options or RunOptions(), owner=owner, study=study)[0]

    def submit_all(
        self, wanted: Sequence[Wanted], options: RunOptions, *, owner: str | None = None
    ) -> tuple[RunRecord, ...]:
        """Queue many runs together, in this order; nothing is queued if one of them is wrong.

        Raises as ``submit``, with every bad field of the first wrong one; after LimitError those before stay queued.
        """
        return self._submitting.submit(wanted, options, owner=owner)

    def problems(self, config: ScanConfig, options: RunOptions) -> tuple[FieldProblem, ...]:
        """Return every problem for which ``submit`` would raise ConfigError."""
        return self._requests.problems(config, options)

    def get(self, run_id: str) -> RunRecord:
        """Return a run; RunNotFoundError."""
        self._upkeep.refresh()
        return self._store.get_run(run_id)

    def list(self, query: RunQuery | None = None) -> RunPage:
        """Return a page of runs, newest first."""
        self._upkeep.refresh()
        return self._store.list_runs(query or RunQuery())

    def events(self, run_id: str, after_seq: int = 0, limit: int = 500) -> tuple[ProgressEvent, ...]:
        """Return events numbered above ``after_seq``, oldest first."""
        self._upkeep.refresh()
        return self._store.events(run_id, after_seq, limit)

    def stored_events(self, run_id: str, after_seq: int = 0, limit: int = 500) -> tuple[StoredEvent, ...]:
        """Return those events as they are stored, for streams that pass them on."""
        self._upkeep.refresh()
        return self._store.stored_events(run_id, after_seq, limit)

    def latest_event(self, run_id: str) -> ProgressEvent | None:
        """Return the newest event of a run, None before its first."""
        self._upkeep.refresh()
        return self._store.latest_event(run_id)

    def cancel(self, run_id: str) -> RunRecord:
        """Cancel a run; an ended run is not changed."""
        self._upkeep.refresh()
        return self._upkeep.cancel(run_id)

    def resume(self, run_id: str) -> RunRecord:
        """Queue another attempt of a failed, cancelled or interrupted run; RunStateError for any other."""
        self._upkeep.refresh()
        run = self._store.requeue(run_id)
        self._upkeep.ensure_worker()
        return run

    def rerun(self, run_id: str, *, owner: str | None = None) -> RunRecord:
        """Queue a new run with the config, options and label of an old one, and the symbols its watchlists had then.

        Raises as ``submit``, and RunStateError for a run whose config this version cannot read in full.
        """
        old = self._store.get_run(run_id)
        if old.request_fault is not None:
            raise RunStateError(f"run {run_id} cannot be run again: {old.request_fault}")
        return self.submit(
            self._requests.again(old), old.options, owner=owner or old.owner, label=old.label, study=old.study
        )

    def delete(self, run_id: str) -> None:
        """Delete a finished run with all its data; RunStateError while it is queued or running."""
        self._upkeep.refresh()
        self._store.delete_run(run_id)
        self._deleted((run_id,))

    def pin(self, run_id: str, pinned: bool = True) -> RunRecord:
        """Protect a run from pruning, or remove the protection."""
        return self._store.set_pinned(run_id, pinned)

    def label(self, run_id: str, text: str | None) -> RunRecord:
        """Set the label of a run; None or blank text removes it."""
        return self._store.set_label(run_id, fit_label(text))

    def result(self, run_id: str, rows: Rows = Rows.PICKS) -> StoredResult:
        """Return a run's result with its picks, or all scanned rows; ResultsNotReadyError while there is none."""
        self._upkeep.refresh()
        return self._store.result(run_id, rows)

    def samples(self, query: RunQuery | None = None) -> tuple[StageSample, ...]:
        """Return the timings of ended runs, newest first, for ``timings.analytics`` and ``exports.export``."""
        self._upkeep.refresh()
        return self._store.stage_samples(query or RunQuery())

    def day_trends(self, query: RunQuery | None = None) -> tuple[DayTrend, ...]:
        """Return the same as ``analytics.trends`` of those samples, several times faster."""
        self._upkeep.refresh()
        return self._store.day_trends(query or RunQuery())

    def stage_seconds(self, query: RunQuery | None = None) -> tuple[StageSeconds, ...]:
        """Return only the seconds of those samples, several times faster."""
        self._upkeep.refresh()
        return self._store.stage_seconds(query or RunQuery())

    def slowdowns(self, query: RunQuery | None = None) -> tuple[StageCheck, ...]:
        """Check the stages of those samples against all earlier comparable runs, whether or not they pass the query."""
        return slowdowns(self.samples(query), self._store.stage_samples)

    def compare(self, run_ids: Sequence[str]) -> Comparison:
        """Compare runs with the first one. Raises ValueError for fewer than two runs, RunNotFoundError."""
        self._upkeep.refresh()
        return compare_runs([(self._store.get_run(run_id), readable_result(self._store, run_id)) for run_id in run_ids])

    def report(self, run_id: str) -> str:
        """Return a run as one self-contained HTML page."""
        self._upkeep.refresh()
        return run_report(self._store.get_run(run_id), readable_result(self._store, run_id), self._clock.now())

    def appearances(self, symbol: str, limit: int = 50) -> tuple[Appearance, ...]:
        """Return the runs that picked a symbol, newest first."""
        return self._store.appearances(symbol.strip().upper(), limit)

    def sessions_of(self, run_ids: Sequence[str]) -> Mapping[str, date]:
        """Return the session that the result of each run is of; without those that have none."""
        return self._store.sessions_of(run_ids)

    def statuses_of(self, run_ids: Sequence[str]) -> Mapping[str, RunStatus]:
        """Return the status of each of these runs; without those that do not exist."""
        self._upkeep.refresh()
        return self._store.statuses_of(run_ids)

    def sources(self) -> tuple[SourceInfo, ...]:
        """Describe the available sources."""
        return self._catalog.sources()

    def executors(self) -> tuple[ExecutorInfo, ...]:
        """Describe the executors that a run may name."""
        return self._catalog.executors()

    def match_count(self, config: ScanConfig) -> MatchCount:
        """Return how many symbols a config matches, and how many each filter removes. ConfigError, SourceError."""
        return self._preview.match_count(config)

    def estimate(self, config: ScanConfig, options: RunOptions | None = None) -> Estimate:
        """Return the expected duration of a scan, from the costs of comparable runs. ConfigError, SourceError."""
        return self._preview.estimate(config, options or RunOptions())

    def prune(self, policy: PrunePolicy, dry_run: bool = True) -> PruneReport:
        """Delete the runs that the policy does not keep; with ``dry_run`` only report them."""
        report = self._store.prune(policy, dry_run=dry_run)
        if not dry_run:
            self._deleted(report.run_ids)
        return report

    def workers(self) -> tuple[WorkerInfo, ...]:
        """Return the workers with a recent heartbeat."""
        return self._store.workers(self._clock.now() - timedelta(seconds=self._rules.stale_after_seconds))

    def count_by_status(self, owner: str | None = None) -> dict[RunStatus, int]:
        """Return the number of runs by status, of one owner or of all."""
        self._upkeep.refresh()
        return self._store.count_by_status(owner)

    def ping(self) -> None:
        """Raise StoreUnavailableError unless the store is reachable."""
        self._store.ping()

    def presets(self) -> tuple[Preset, ...]:
        """Return shipped and saved presets."""
        return self._presets.all()

    def preset(self, name: str) -> Preset:
        """Return a preset; PresetNotFoundError."""
        return self._presets.get(name)

    def usable_preset(self, name: str) -> Preset:
        """Return a preset to scan with; ConfigError if this version cannot read it in full, PresetNotFoundError."""
        return self._presets.usable(name)

    def preset_problems(self, config: ScanConfig, options: RunOptions) -> tuple[FieldProblem, ...]:
        """Return every fault of what a preset would ask for, without asking its source."""
        return self._presets.problems(config, options)

    def save_preset(self, preset: Preset, expected_version: int | None = None) -> Preset:
        """Save a new preset, or the next version of one. Raises ConfigError, PresetConflictError."""
        return self._presets.save(preset, expected_version)

    def delete_preset(self, name: str) -> None:
        """Delete a saved preset. Raises PresetNotFoundError, PresetConflictError for a shipped one."""
        self._presets.delete(name)

    def export_preset(self, name: str) -> str:
        """Return a preset as JSON text."""
        return self._presets.export(name)

    def import_preset(self, text: str) -> Preset:
        """Save the preset of a JSON text. Raises ConfigError, PresetConflictError."""
        return self._presets.load(text)
