"""Run the pipeline with this installation's adapters: a stored run, a scan of its own, criteria without a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ulid import ULID

from technic_scanner.adapters.calendars.session_days import exchange_sessions, listed_sessions
from technic_scanner.adapters.market_data.price_cache.cache import ParquetPriceCache
from technic_scanner.adapters.peak_memory import peak_memory_bytes
from technic_scanner.clock import Clock, SystemClock
from technic_scanner.criteria import Criteria
from technic_scanner.criteria.judging import Judgement
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.study_terms import StudyTerms
from technic_scanner.domain.universe import SourceInfo
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.context import NullChunkJournal, ScanContext, ScanPorts
from technic_scanner.pipeline.engine import Attempt
from technic_scanner.pipeline.engine import run_scan as run_pipeline
from technic_scanner.pipeline.newest_bars import read_panel
from technic_scanner.pipeline.past_rows import JudgedRows, PastRows, judge_rows
from technic_scanner.pipeline.ports import ChunkJournal, Listener, Source
from technic_scanner.pipeline.reference_universe import reference_universe
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.pipeline.study_bars import StudyBars, read_study_bars
from technic_scanner.pipeline.universe import fit_securities
from technic_scanner.plugins.catalog import PluginCatalog
from technic_scanner.progress.reporter import ProgressReporter
from technic_scanner.runs.model import StoredResult
from technic_scanner.runs.scan_task import ScanTask
from technic_scanner.runs.service.validation import check_request
from technic_scanner.runs.watchlists.lookup import without_watchlists
from technic_scanner.settings import Settings, load_settings
from technic_scanner.version import VERSION

if TYPE_CHECKING:
    from technic_scanner.studies.request import StudyRequest

_REHEARSAL = ScanConfig(source="synthetic", universe="20x300")
PULSE_SECONDS = 0.5  # between the events of a stored run whose scan has nothing to report


@dataclass(frozen=True, slots=True)
class Scanning:
    """Runs the pipeline with this installation's adapters.

    ``resolved`` gives a config the symbols of its watchlists; stored runs have them already.
    """

    settings: Settings
    clock: Clock
    catalog: PluginCatalog
    cache: ParquetPriceCache
    resolved: Callable[[ScanConfig], ScanConfig] = without_watchlists

    def __call__(self, task: ScanTask) -> ScanResult:
        """Run one attempt of a stored run."""
        attempt = Attempt(
            run_id=task.run.run_id,
            number=task.run.attempt,
            first_seq=task.first_seq,
            earlier_seconds=task.earlier_seconds,
            costs=task.costs,
            previous_event=task.previous_event,
            work=task.work,
        )
        run = task.run
        return self.scan(run.config, run.options, [task.listener], task.cancel, attempt, task.journal, run.study)

    def judge(self, config: ScanConfig, criteria: Criteria, cancel: CancelToken | None = None) -> Judgement:
        """Judge the symbols of a config by criteria in their newest session, without a run. Raises as a scan does."""
        with self._reading(config, "criteria", cancel) as context:
            panel = read_panel(context, criteria, exchange_sessions)
        return criteria.judge(panel)

    def study_bars(self, request: StudyRequest, cancel: CancelToken) -> tuple[StudyBars, SourceInfo]:
        """Read all bars of a study's universe, and describe its source. Raises as a scan does."""
        with self._reading(request.config, "study", cancel) as context:
            return read_study_bars(context, exchange_sessions), context.source.info()

    @contextmanager
    def _reading(self, config: ScanConfig, name: str, cancel: CancelToken | None) -> Iterator[ScanContext]:
        """Give a context in which bars are read without a run. Raises ConfigError for a bad config."""
        config = self.resolved(config)
        check_request(config, RunOptions(), self.catalog)
        source, options = self.catalog.source(config.source, config), RunOptions()
        executor = self.catalog.executor(options)
        try:
            key = self.catalog.key_of(source, config)
            ports = ScanPorts(source, key, self.cache, executor, self.clock, reference=self._reference(config))
            reporter = ProgressReporter(name, options.stage_plan, self.clock)
            yield ScanContext(config, options, ports, reporter, cancel or CancelToken())
        finally:
            executor.close()

    def judge_run(self, stored: StoredResult, criteria: Criteria) -> JudgedRows:
        """Judge all scanned rows of a run by criteria, on what the cache has of the bars that it judged.

        ``stored`` has every row. Raises SourceError, ConfigError where its source is no longer there.
        """
        config = stored.config
        source = self.catalog.source(config.source, config)
        key = self.catalog.key_of(source, config)
        rows = PastRows(stored.table, stored.as_of, key, source.benchmark(), exchange_sessions)
        if criteria.reads_market and rows.benchmark is None:
            with self._reading(config, "market", None) as context:
                universe = context.source.universe(config.universe, context.cancel)
                reference = reference_universe(context, universe.name, fit_securities(universe))
            rows = replace(rows, reference=(reference.source_key, reference.symbols))
        return judge_rows(rows, self.cache, criteria)

    def scan(
        self,
        config: ScanConfig,
        options: RunOptions,
        listeners: Sequence[Listener],
        cancel: CancelToken,
        attempt: Attempt,
        journal: ChunkJournal | None = None,
        study: StudyTerms | None = None,
    ) -> ScanResult:
        """Open what the scan or the parameter study needs, run it, and close it again."""
        source = self.catalog.source(config.source, config)
        executor = self.catalog.executor(options)
        try:
            ports = ScanPorts(
                source=source,
                source_key=self.catalog.key_of(source, config),
                reference=self._reference(config),
                cache=self.cache,
                executor=executor,
                clock=self.clock,
                journal=journal or NullChunkJournal(),
                peak_memory_bytes=peak_memory_bytes,
                version=VERSION,
                exchange_sessions=exchange_sessions,
                calendars=listed_sessions,
                pulse_seconds=PULSE_SECONDS if journal is not None else None,  # others may not bear a second thread
            )
            if study is not None:
                from technic_scanner.pipeline.sweeping import run_sweep  # noqa: PLC0415 - scans need no studies

                return run_sweep(config, study, options, ports, listeners=listeners, cancel=cancel, attempt=attempt)
            return run_pipeline(config, options, ports, listeners=listeners, cancel=cancel, attempt=attempt)
        finally:
            executor.close()

    def _reference(self, config: ScanConfig) -> tuple[Source, str] | None:
        """Open the reference universe that the config names, as a scan of it would; None if it names none."""
        if config.reference is None:
            return None
        of_reference = replace(config, universe=config.reference)
        source = self.catalog.source(config.source, of_reference)
        return source, self.catalog.key_of(source, of_reference)


def rehearse(scanning: Scanning) -> None:
    """Scan a few synthetic symbols, so that everything that a scan needs is imported, compiled and loaded."""
    with TemporaryDirectory(prefix="technic-standby-") as folder:
        rehearsed = replace(scanning, cache=ParquetPriceCache(Path(folder), scanning.clock))
        rehearsed.scan(_REHEARSAL, RunOptions(), [], CancelToken(), Attempt(run_id="rehearsal"))


def run_scan(
    config: ScanConfig | None = None,
    options: RunOptions | None = None,
    listener: Listener | None = None,
    *,
    cancel: CancelToken | None = None,
    settings: Settings | None = None,
) -> ScanResult:
    """Scan in this process, outside the run store; ``listener`` gets every progress event.

    Raises ConfigError naming every bad field before it starts, ScanFailed (with the partial result) if a stage raises.
    """
    settings = settings or load_settings()
    config, options = config or ScanConfig(), options or RunOptions()
    clock = SystemClock()
    catalog = PluginCatalog(settings.plugin_dir, clock, settings.plugin_value)
    check_request(without_watchlists(config), options, catalog)
    scanning = Scanning(settings, clock, catalog, ParquetPriceCache(settings.cache_dir, clock))
    listeners = [] if listener is None else [listener]
    return scanning.scan(config, options, listeners, cancel or CancelToken(), Attempt(run_id=f"local-{ULID()}"))
