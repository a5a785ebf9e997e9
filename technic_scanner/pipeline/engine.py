"""Run and measure the four stages; every way to end returns a result with full metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.progress import REFERENCE_SUBSTAGE, ProgressEvent
from technic_scanner.domain.run import RunError
from technic_scanner.domain.stage import Stage
from technic_scanner.errors import CancelledError, ConfigError, TechnicError
from technic_scanner.pipeline.analyse import Analysis, ScanWork, analyse, scan_fingerprint
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.columns import empty_table
from technic_scanner.pipeline.context import ScanContext, ScanPorts
from technic_scanner.pipeline.criteria_chunks import scan_criteria
from technic_scanner.pipeline.criteria_rows import criteria_problems
from technic_scanner.pipeline.fetch import fetch_prices
from technic_scanner.pipeline.finalize import STEPS, Ranking, finalize, rank_scanned
from technic_scanner.pipeline.findings import Findings
from technic_scanner.pipeline.flags import is_of_flag
from technic_scanner.pipeline.market import read_market
from technic_scanner.pipeline.measure import collect_metrics
from technic_scanner.pipeline.money import liquidity_rates, money_of
from technic_scanner.pipeline.ports import Listener
from technic_scanner.pipeline.pulse import Pulse
from technic_scanner.pipeline.read_ahead import read_before_universe
from technic_scanner.pipeline.reference_bars import Reference
from technic_scanner.pipeline.reference_universe import reference_universe
from technic_scanner.pipeline.result import MarketContext, ScanResult
from technic_scanner.pipeline.universe import MAX_SYMBOLS, UniverseSelection, describe_removals, filter_securities
from technic_scanner.progress.costs import Cell, CostHistory
from technic_scanner.progress.reporter import ProgressReporter
from technic_scanner.screening.sessions import UsedBars


class ScanFailed(TechnicError):  # noqa: N818 - reads as what happened
    """A stage raised; ``error`` is the reason and ``result`` what was completed, with full metrics."""

    code = "scan_failed"

    def __init__(self, error: RunError, result: ScanResult) -> None:
        super().__init__(error.message)
        self.error = error
        self.result = result

    def __reduce__(self) -> tuple[type[ScanFailed], tuple[RunError, ScanResult]]:
        return type(self), (self.error, self.result)


@dataclass(frozen=True, slots=True)
class Attempt:
    """The attempt of a run, with the state of earlier attempts from which events, clocks and bars continue.

    ``earlier_seconds`` are the seconds of each earlier attempt, ``previous_event`` is their last event. ``work`` is the
    expected work as units by (stage, unit class), until the stages declare it themselves.
    """

    run_id: str = "local"
    number: int = 1
    first_seq: int = 1
    earlier_seconds: tuple[float, ...] = ()
    costs: CostHistory | None = None
    previous_event: ProgressEvent | None = None
    work: Mapping[Cell, int] = field(default_factory=dict)


def run_scan(
    config: ScanConfig,
    options: RunOptions,
    ports: ScanPorts,
    *,
    listeners: Sequence[Listener] = (),
    cancel: CancelToken | None = None,
    attempt: Attempt | None = None,
) -> ScanResult:
    """Scan, and return the result: COMPLETE, PARTIAL (some symbols failed, or cancelled) or EMPTY.

    Raises ConfigError before the start if config or options are invalid, ScanFailed if a stage raises. ``listeners``
    receive every progress event; if one raises, the error is logged and the scan continues.
    """
    problems = (*config.problems(), *options.problems(), *criteria_problems(config))
    if problems:
        raise ConfigError(problems)
    return Scan(config, options, ports, tuple(listeners), cancel or CancelToken(), attempt or Attempt()).run()


class Scan:
    """One attempt of one scan; ``pipeline.sweeping`` has other stages after the first two."""

    def __init__(
        self,
        config: ScanConfig,
        options: RunOptions,
        ports: ScanPorts,
        listeners: tuple[Listener, ...],
        cancel: CancelToken,
        attempt: Attempt,
    ) -> None:
        self.attempt = attempt
        self.found = Findings()
        reporter = ProgressReporter(
            attempt.run_id,
            options.stage_plan,
            ports.clock,
            listeners=listeners,
            interval_seconds=options.event_interval_seconds,
            attempt=attempt.number,
            first_seq=attempt.first_seq,
            earlier_seconds=sum(attempt.earlier_seconds),
            costs=attempt.costs,
            previous_event=attempt.previous_event,
        )
        self.context = ScanContext(config, options, ports, reporter, cancel)

    def run(self) -> ScanResult:
        """Run the stages; return the result. Raises ScanFailed."""
        with Pulse(self.context.reporter.pulse, self.context.ports.pulse_seconds):
            return self._ended()

    def _ended(self) -> ScanResult:
        reporter = self.context.reporter
        for (stage, unit_class), units in self.attempt.work.items():
            reporter.declare(stage, unit_class, units)
        reporter.start_run(f"scanning {self.context.ports.source.info().label}")
        try:
            status = self.stages()
        except CancelledError as stop:
            self.stopped()
            reporter.finish("cancelled", str(stop))
            return self.result(self.cancelled_status(stop), cancelled=True)
        except Exception as error:
            code = error.code if isinstance(error, TechnicError) else "internal_error"
            text = str(error) or type(error).__name__
            reporter.finish("failed", text)
            raise ScanFailed(RunError(code, text), self.result(f"Scan failed: {text}")) from error
        reporter.finish("succeeded", status)
        return self.result(status)

    def stages(self) -> str:
        """Run the stages; return the status text."""
        found, context = self.found, self.context
        self._load_universe()
        filtered, reference = found.filtered, found.reference
        assert filtered is not None  # set by the stage, as is the reference
        assert reference is not None
        used = self._fetch(filtered, reference)
        self._scan_symbols(used, reference, filtered)
        rows = len(used.panel.symbols)
        found.ranking = finalize(context, rows, lambda: found.analysed(np.arange(rows)))
        return self._status(filtered, found.ranking)

    def _fetch(self, filtered: UniverseSelection, reference: Reference) -> UsedBars:
        found, context = self.found, self.context
        found.fetched = fetch_prices(context, [security.symbol for security in filtered.kept])
        reference.fetch(found.fetched.state)
        found.used = reference.settle(found.fetched.panel)
        context.reporter.complete_stage()
        return found.used

    def _load_universe(self) -> None:
        found, context = self.found, self.context
        reporter, source = context.reporter, context.source
        for name in _UNIVERSE_STEPS:  # the steps differ widely in cost, so each is a separate class of work
            reporter.declare(Stage.UNIVERSE_LOADING, name, 1)
        reporter.start_stage(Stage.UNIVERSE_LOADING, len(_UNIVERSE_STEPS))
        reporter.start_substage("load", 1)
        context.files_read = read_before_universe(context)
        if context.files_read:
            reporter.start_stage(Stage.UNIVERSE_LOADING, len(_UNIVERSE_STEPS))
        found.universe = source.universe(context.config.universe, context.cancel)
        found.notes.extend(found.universe.notes)
        self._step_done("load")
        found.market = read_market(context, self._step_done)
        context.cancel.check()
        reporter.start_substage("filter", 1)
        found.filtered = filter_securities(found.universe, context.config, context.known)
        self._step_done("filter")
        symbols = tuple(security.symbol for security in found.filtered.kept)
        found.money = money_of(context.config, found.filtered.kept)
        found.reference = _reference(context, found.universe.name, found.filtered)
        kept = len(symbols)
        reporter.declare(Stage.SYMBOL_SCANNING, "symbol", kept)
        for name in STEPS:
            reporter.declare(Stage.FINALIZATION, name, kept)
        reporter.complete_stage()

    def _step_done(self, name: str) -> None:
        self.context.cancel.check()
        self.context.reporter.advance(1, name, name)
        self.context.reporter.complete_substage(name)

    def _scan_symbols(self, used: UsedBars, reference: Reference, filtered: UniverseSelection) -> None:
        found, context = self.found, self.context
        assert found.market is not None  # set by the universe stage
        assert found.fetched is not None
        count, others = len(used.panel.symbols), reference.to_analyse
        context.reporter.declare(Stage.SYMBOL_SCANNING, "symbol", count)
        if others:
            context.reporter.declare(Stage.SYMBOL_SCANNING, REFERENCE_SUBSTAGE, others)
        context.reporter.start_stage(Stage.SYMBOL_SCANNING, count + others)
        found.analysis = Analysis(count)
        reference.analyse(found.market)
        benchmark = found.market.benchmark_name, found.market.benchmark
        found.criteria = scan_criteria(context, used, filtered.kept, benchmark, reference.universe)
        found.analysis = Analysis(count, 0 if found.criteria is None else found.criteria.width)
        work = ScanWork(used, found.market.benchmark_close(used.panel.sessions), found.criteria)
        analyse(context, work, scan_fingerprint(context, found.fetched, work), found.analysis)

    def stopped(self) -> None:
        """Rank the symbols that were scanned before the scan was stopped, if there are any."""
        if self.found.analysis is None:
            return
        rows = np.flatnonzero(self.found.analysis.done)
        self.found.ranking = rank_scanned(self.context, self.found.analysed(rows)) if len(rows) else None

    def cancelled_status(self, stop: CancelledError) -> str:
        """Return the message of a scan that was stopped."""
        found = self.found
        if found.ranking is None or found.filtered is None:
            return f"Scan cancelled: {stop}."
        return f"Scan cancelled: {stop}. Ranked among the {found.scanned:,} of {len(found.filtered.kept):,} scanned."

    def _status(self, filtered: UniverseSelection, ranking: Ranking) -> str:
        if not filtered.kept:
            return f"No symbols match your filters: {describe_removals(filtered)}."
        if ranking.table.num_rows == 0:
            return f"No results: {ranking.why_empty(self.found.fetch_failures)}."
        return " ".join(("Scan complete.", *_left_out(filtered), *self.found.unread(), *ranking.warnings))

    def result(self, status: str, *, cancelled: bool = False) -> ScanResult:
        """Return what was found so far."""
        found, context = self.found, self.context
        table = found.ranking.table if found.ranking else empty_table()
        failures = found.failures(cancelled=cancelled)
        metrics = collect_metrics(context, self.attempt.earlier_seconds, found.tally(failures, table.num_rows))
        info = context.source.info()
        about = found.ranking.context if found.ranking else MarketContext()
        flagged = filter(is_of_flag, about.notes)
        return ScanResult(
            config=context.config,
            outcome=found.outcome(failures, cancelled=cancelled),
            status_text=status,
            table=table,
            failures=failures,
            metrics=metrics,
            as_of=found.as_of,
            source_label=info.label,
            context=about,
            notes=tuple(dict.fromkeys((*info.notes, *found.notes, *flagged))),
            cancelled=cancelled,
            others=found.ranking.others if found.ranking else empty_table(),
        )


def _reference(context: ScanContext, name: str, filtered: UniverseSelection) -> Reference:
    judged = reference_universe(context, name, filtered.fit)
    symbols = tuple(security.symbol for security in filtered.kept)
    listed = filtered.fit if context.config.reference is None else (*filtered.fit, *judged.securities)
    rates = liquidity_rates(context.config, listed)
    exchanges = {security.symbol: security.exchange for security in listed if security.exchange}
    return Reference(context, judged, symbols, rates, exchanges)


_UNIVERSE_STEPS = ("load", "regime", "macro", "filter")


def _left_out(filtered: UniverseSelection) -> tuple[str, ...]:
    """Say how many symbols that match were left out because there are too many."""
    left, kept = dict(filtered.removed).get(MAX_SYMBOLS, 0), len(filtered.kept)
    if not left:
        return ()
    limit = f"max_symbols keeps the {kept:,} of the highest known dollar volume"
    return (f"{left:,} of {left + kept:,} symbols that match were left out: {limit}.",)
