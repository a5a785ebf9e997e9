"""Run and measure the four stages; every way to end returns a result with full metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import FailureKind, Outcome, SymbolFailure
from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.domain.run import RunError
from technic_scanner.domain.stage import Stage
from technic_scanner.domain.universe import Security, Universe
from technic_scanner.errors import CancelledError, ConfigError, TechnicError
from technic_scanner.pipeline.analyse import Analysis, analyse, scan_fingerprint
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.columns import empty_table
from technic_scanner.pipeline.context import ScanContext, ScanPorts
from technic_scanner.pipeline.fetch import FetchedPrices, fetch_prices
from technic_scanner.pipeline.finalize import STEPS, Ranking, finalize, rank_scanned
from technic_scanner.pipeline.market import MarketView, read_market
from technic_scanner.pipeline.measure import Tally, collect_metrics
from technic_scanner.pipeline.ports import Listener
from technic_scanner.pipeline.pulse import Pulse
from technic_scanner.pipeline.reasons import NOT_REACHED
from technic_scanner.pipeline.result import MarketContext, ScanResult
from technic_scanner.pipeline.universe import UniverseSelection, describe_removals, filter_securities
from technic_scanner.progress.costs import Cell, CostHistory
from technic_scanner.progress.reporter import ProgressReporter


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


@dataclass(slots=True)
class _Findings:
    """What the stages have found so far; when a scan stops, this becomes its result."""

    universe: Universe | None = None
    filtered: UniverseSelection | None = None
    market: MarketView | None = None
    fetched: FetchedPrices | None = None
    analysis: Analysis | None = None
    ranking: Ranking | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def scanned(self) -> int:
        """The number of scanned symbols."""
        return self.analysis.scanned if self.analysis is not None else 0


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
    problems = (*config.problems(), *options.problems())
    if problems:
        raise ConfigError(problems)
    return _Scan(config, options, ports, tuple(listeners), cancel or CancelToken(), attempt or Attempt()).run()


class _Scan:
    """One attempt of one scan."""

    def __init__(
        self,
        config: ScanConfig,
        options: RunOptions,
        ports: ScanPorts,
        listeners: tuple[Listener, ...],
        cancel: CancelToken,
        attempt: Attempt,
    ) -> None:
        self._attempt = attempt
        self._found = _Findings()
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
        self._context = ScanContext(config, options, ports, reporter, cancel)

    def run(self) -> ScanResult:
        with Pulse(self._context.reporter.pulse, self._context.ports.pulse_seconds):
            return self._ended()

    def _ended(self) -> ScanResult:
        reporter = self._context.reporter
        for (stage, unit_class), units in self._attempt.work.items():
            reporter.declare(stage, unit_class, units)
        reporter.start_run(f"scanning {self._context.ports.source.info().label}")
        try:
            status = self._stages()
        except CancelledError as stop:
            self._found.ranking = self._rank_scanned()
            reporter.finish("cancelled", str(stop))
            return self._result(self._cancelled_status(stop), cancelled=True)
        except Exception as error:
            code = error.code if isinstance(error, TechnicError) else "internal_error"
            text = str(error) or type(error).__name__
            reporter.finish("failed", text)
            raise ScanFailed(RunError(code, text), self._result(f"Scan failed: {text}")) from error
        reporter.finish("succeeded", status)
        return self._result(status)

    def _stages(self) -> str:
        """Run the stages; return the status text."""
        found, context = self._found, self._context
        self._load_universe()
        filtered = found.filtered
        assert filtered is not None  # set by the stage, as is the market
        assert found.market is not None
        found.fetched = fetch_prices(context, [security.symbol for security in filtered.kept])
        matrix = self._scan_symbols(found.fetched).matrix
        found.ranking = finalize(context, filtered.kept, found.fetched.panel, matrix, found.market)
        return self._status(filtered, found.ranking)

    def _load_universe(self) -> None:
        found, context = self._found, self._context
        reporter, source = context.reporter, context.source
        for name in _UNIVERSE_STEPS:  # the steps differ widely in cost, so each is a separate class of work
            reporter.declare(Stage.UNIVERSE_LOADING, name, 1)
        reporter.start_stage(Stage.UNIVERSE_LOADING, len(_UNIVERSE_STEPS))
        reporter.start_substage("load", 1)
        found.universe = source.universe(context.config.universe, context.cancel)
        found.notes.extend(found.universe.notes)
        self._step_done("load")
        found.market = read_market(context, self._step_done)
        context.cancel.check()
        reporter.start_substage("filter", 1)
        found.filtered = filter_securities(found.universe, context.config)
        self._step_done("filter")
        kept = len(found.filtered.kept)
        reporter.declare(Stage.SYMBOL_SCANNING, "symbol", kept)
        for name in STEPS:
            reporter.declare(Stage.FINALIZATION, name, kept)
        reporter.complete_stage()

    def _step_done(self, name: str) -> None:
        self._context.cancel.check()
        self._context.reporter.advance(1, name, name)
        self._context.reporter.complete_substage(name)

    def _scan_symbols(self, fetched: FetchedPrices) -> Analysis:
        found, context = self._found, self._context
        assert found.market is not None  # set by the universe stage
        benchmark = found.market.benchmark_close(fetched.panel.sessions)
        key = scan_fingerprint(context, fetched, benchmark)
        found.analysis = Analysis(len(fetched.panel.symbols))
        analyse(context, fetched.panel, benchmark, key, found.analysis)
        return found.analysis

    def _rank_scanned(self) -> Ranking | None:
        """Rank the symbols that were scanned before the scan was stopped; None if there are none."""
        found = self._found
        if found.analysis is None or found.filtered is None or found.fetched is None or found.market is None:
            return None
        rows = np.flatnonzero(found.analysis.done)
        if not len(rows):
            return None
        panel = found.fetched.panel.take(rows)
        return rank_scanned(self._context, found.filtered.kept, panel, found.analysis.matrix[rows], found.market)

    def _cancelled_status(self, stop: CancelledError) -> str:
        found = self._found
        if found.ranking is None or found.filtered is None:
            return f"Scan cancelled: {stop}."
        return f"Scan cancelled: {stop}. Ranked among the {found.scanned:,} of {len(found.filtered.kept):,} scanned."

    def _status(self, filtered: UniverseSelection, ranking: Ranking) -> str:
        if not filtered.kept:
            return f"No symbols match your filters: {describe_removals(filtered)}."
        if ranking.table.num_rows == 0:
            return f"No results: {ranking.why_empty(self._fetch_failures())}."
        return "Scan complete."

    def _fetch_failures(self) -> tuple[SymbolFailure, ...]:
        return self._found.fetched.failures if self._found.fetched else ()

    def _failures(self, *, cancelled: bool) -> tuple[SymbolFailure, ...]:
        found = self._found
        parts: list[SymbolFailure] = []
        if found.filtered is not None:
            parts.extend(found.filtered.failures)
        parts.extend(self._fetch_failures())
        if found.ranking is not None:
            parts.extend(found.ranking.failures)
        if found.filtered is not None and (found.ranking is None or cancelled):
            parts.extend(_not_reached(found.filtered.kept, parts, found.ranking))
        return tuple(parts)

    def _result(self, status: str, *, cancelled: bool = False) -> ScanResult:
        found, context = self._found, self._context
        table = found.ranking.table if found.ranking else empty_table()
        failures = self._failures(cancelled=cancelled)
        metrics = collect_metrics(context, self._attempt.earlier_seconds, self._tally(failures, table.num_rows))
        info = context.source.info()
        return ScanResult(
            config=context.config,
            outcome=_outcome(table.num_rows, failures, found.ranking is not None and not cancelled),
            status_text=status,
            table=table,
            failures=failures,
            metrics=metrics,
            as_of=found.fetched.panel.last_session if found.fetched else None,
            source_label=info.label,
            context=found.ranking.context if found.ranking else MarketContext(),
            notes=tuple(dict.fromkeys((*info.notes, *found.notes))),
            cancelled=cancelled,
            others=found.ranking.others if found.ranking else empty_table(),
        )

    def _tally(self, failures: tuple[SymbolFailure, ...], returned: int) -> Tally:
        found = self._found
        return Tally(
            in_universe=len(found.universe.securities) if found.universe else 0,
            attempted=len(found.filtered.kept) if found.filtered else 0,
            scanned=found.scanned,
            returned=returned,
            rejected=sum(failure.kind is FailureKind.REJECTED for failure in failures),
            failed=sum(failure.kind is FailureKind.ERROR for failure in failures),
        )


_UNIVERSE_STEPS = ("load", "regime", "macro", "filter")


def _outcome(rows: int, failures: Sequence[SymbolFailure], finished: bool) -> Outcome:
    if not finished:
        return Outcome.PARTIAL
    if rows == 0:
        return Outcome.EMPTY
    failed = any(failure.kind is FailureKind.ERROR for failure in failures)
    return Outcome.PARTIAL if failed else Outcome.COMPLETE


def _not_reached(
    kept: Sequence[Security], failures: Sequence[SymbolFailure], ranking: Ranking | None
) -> Iterator[SymbolFailure]:
    """Yield those of ``kept`` that were not evaluated when the scan ended."""
    named = {failure.symbol for failure in failures}
    if ranking is not None:
        named.update(ranking.table["Symbol"].to_pylist())
    text = "the scan ended before this symbol was judged"
    for security in kept:
        if security.symbol not in named:
            yield SymbolFailure(security.symbol, Stage.SYMBOL_SCANNING, FailureKind.ERROR, NOT_REACHED, text)
