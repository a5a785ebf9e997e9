"""The one service behind every door: submitting, watching, ending and reading runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from technic_scanner.clock import Clock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.domain.universe import SourceInfo
from technic_scanner.errors import (
    LimitError,
    ResultsNotReadyError,
    RunStateError,
    StoreDataError,
)
from technic_scanner.progress.costs import Estimate
from technic_scanner.runs.exports.report import run_report
from technic_scanner.runs.model import (
    Appearance,
    Preset,
    PrunePolicy,
    PruneReport,
    RunPage,
    RunQuery,
    StageSample,
    StageSeconds,
    StoredEvent,
    StoredResult,
    WorkerInfo,
)
from technic_scanner.runs.ports import Catalog, Coverage, Launcher, Store
from technic_scanner.runs.service.forecast import Forecast
from technic_scanner.runs.service.presets import Presets
from technic_scanner.runs.service.upkeep import Upkeep
from technic_scanner.runs.service.validation import check_request
from technic_scanner.runs.timings.analytics import DayTrend
from technic_scanner.runs.timings.comparability import config_hash
from technic_scanner.runs.timings.compare import Comparison, compare_runs
from technic_scanner.runs.timings.estimates import MatchCount
from technic_scanner.runs.timings.regressions import StageCheck
from technic_scanner.runs.timings.slowdowns import slowdowns

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ServiceRules:
    """``stale_after_seconds``: age of a heartbeat at which a run is INTERRUPTED, and a worker counts as gone.

    ``max_queued_per_owner``: how many runs one owner may have waiting (None: no limit).
    """

    stale_after_seconds: float = 10.0
    max_queued_per_owner: int | None = None


class RunService:
    """Everything that Python, CLI, REST, streams and the dashboard ask; thread-safe.

    Every read first marks the runs of dead workers INTERRUPTED (at most once a second), and sees to it that queued
    runs have a worker (at most every five). Errors are those of the store, and the ones named at each method.
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
        deleted: Callable[[Sequence[str]], None] = lambda _run_ids: None,
    ) -> None:
        """Wire the service; ``deleted`` is told the ids of runs that are deleted, after they are gone."""
        self._store = store
        self._catalog = catalog
        self._clock = clock
        self._rules = rules or ServiceRules()
        self._upkeep = Upkeep(store, launcher, clock, self._rules.stale_after_seconds)
        self._forecast = Forecast(store, catalog, clock, coverage)
        self._presets = Presets(store, clock)
        self._deleted = deleted

    def submit(
        self,
        config: ScanConfig,
        options: RunOptions | None = None,
        *,
        owner: str | None = None,
        label: str | None = None,
        idempotency_key: str | None = None,
    ) -> RunRecord:
        """Queue a run and see to a worker for it.

        Raises ConfigError with every bad field of config, options, source and universe; LimitError if the owner has
        too many runs waiting; IdempotencyError if the key was used for another request.
        """
        options = options or RunOptions()
        check_request(config, options, self._catalog)
        if idempotency_key is None or not self._store.knows_key(owner, idempotency_key):
            self._check_limit(owner)
        run = self._store.add_run(
            config,
            options,
            owner=owner,
            label=label,
            idempotency_key=idempotency_key,
            comparability_key=config_hash(config, options),
            expected_work=self._forecast.work(config, options),
        )
        self._upkeep.see_to_worker()
        return run

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
        """Ask a run to stop; an ended run stays as it is."""
        self._upkeep.refresh()
        return self._store.request_cancel(run_id)

    def resume(self, run_id: str) -> RunRecord:
        """Queue another attempt of a failed, cancelled or interrupted run; RunStateError for any other."""
        self._upkeep.refresh()
        run = self._store.requeue(run_id)
        self._upkeep.see_to_worker()
        return run

    def rerun(self, run_id: str, *, owner: str | None = None) -> RunRecord:
        """Queue a new run with the config, options and label of an old one.

        Raises as ``submit``, and RunStateError for a run whose config this version cannot read in full.
        """
        old = self._store.get_run(run_id)
        if old.request_fault is not None:
            raise RunStateError(f"run {run_id} cannot be run again: {old.request_fault}")
        return self.submit(old.config, old.options, owner=owner or old.owner, label=old.label)

    def delete(self, run_id: str) -> None:
        """Delete an ended run with all that hangs on it; RunStateError while it is queued or running."""
        self._upkeep.refresh()
        self._store.delete_run(run_id)
        self._deleted((run_id,))

    def pin(self, run_id: str, pinned: bool = True) -> RunRecord:
        """Keep a run from being pruned, or no longer."""
        return self._store.set_pinned(run_id, pinned)

    def label(self, run_id: str, text: str | None) -> RunRecord:
        """Give a run a name for people; None or blank text takes it away."""
        return self._store.set_label(run_id, (text or "").strip() or None)

    def result(self, run_id: str) -> StoredResult:
        """Return what a run left to read; ResultsNotReadyError while there is nothing."""
        self._upkeep.refresh()
        return self._store.result(run_id)

    def samples(self, query: RunQuery | None = None) -> tuple[StageSample, ...]:
        """Return the timings of ended runs, newest first, for ``runs.analytics`` and ``runs.export``."""
        self._upkeep.refresh()
        return self._store.stage_samples(query or RunQuery())

    def day_trends(self, query: RunQuery | None = None) -> tuple[DayTrend, ...]:
        """Return what ``analytics.trends`` makes of those samples, several times as quickly."""
        self._upkeep.refresh()
        return self._store.day_trends(query or RunQuery())

    def stage_seconds(self, query: RunQuery | None = None) -> tuple[StageSeconds, ...]:
        """Return the seconds of those samples alone, several times as quickly."""
        self._upkeep.refresh()
        return self._store.stage_seconds(query or RunQuery())

    def slowdowns(self, query: RunQuery | None = None) -> tuple[StageCheck, ...]:
        """Check the stages of those samples against the comparable runs before each, also against those left out."""
        return slowdowns(self.samples(query), self._store.stage_samples)

    def compare(self, run_ids: Sequence[str]) -> Comparison:
        """Compare runs with the first of them. Raises ValueError for fewer than two, RunNotFoundError."""
        self._upkeep.refresh()
        return compare_runs([(self._store.get_run(run_id), self._result_or_none(run_id)) for run_id in run_ids])

    def report(self, run_id: str) -> str:
        """Return a run as one self-contained HTML page."""
        self._upkeep.refresh()
        return run_report(self._store.get_run(run_id), self._result_or_none(run_id), self._clock.now())

    def appearances(self, symbol: str, limit: int = 50) -> tuple[Appearance, ...]:
        """Return the runs whose picks hold a symbol, newest first."""
        return self._store.appearances(symbol.strip().upper(), limit)

    def sources(self) -> tuple[SourceInfo, ...]:
        """Describe the sources that a config may name."""
        return self._catalog.sources()

    def match_count(self, config: ScanConfig) -> MatchCount:
        """Return how many symbols a config would scan, and which filter removes what. ConfigError, SourceError."""
        return self._forecast.match_count(config)

    def estimate(self, config: ScanConfig, options: RunOptions | None = None) -> Estimate:
        """Return how long a scan will take, from what comparable runs cost. Raises ConfigError, SourceError."""
        return self._forecast.estimate(config, options or RunOptions())

    def prune(self, policy: PrunePolicy, dry_run: bool = True) -> PruneReport:
        """Delete what the policy does not keep, or only say what that would be."""
        report = self._store.prune(policy, dry_run=dry_run)
        if not dry_run:
            self._deleted(report.run_ids)
        return report

    def workers(self) -> tuple[WorkerInfo, ...]:
        """Return the workers heard of lately."""
        return self._store.workers(self._clock.now() - timedelta(seconds=self._rules.stale_after_seconds))

    def count_by_status(self, owner: str | None = None) -> dict[RunStatus, int]:
        """Return how many runs there are by status, of one owner or of all."""
        self._upkeep.refresh()
        return self._store.count_by_status(owner)

    def ping(self) -> None:
        """Raise StoreUnavailableError unless the store answers."""
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

    def _check_limit(self, owner: str | None) -> None:
        limit = self._rules.max_queued_per_owner
        if owner is None or limit is None:
            return
        if self._store.count_by_status(owner).get(RunStatus.QUEUED, 0) >= limit:
            raise LimitError(f"{limit} runs of yours are waiting already; let some start, or cancel some")

    def _result_or_none(self, run_id: str) -> StoredResult | None:
        """Return what a run left to read, None if that is nothing, or nothing that can be read."""
        try:
            return self._store.result(run_id)
        except ResultsNotReadyError:
            return None
        except StoreDataError as error:
            _log.warning("the result of run %s is left out: %s", run_id, error)
            return None
