"""Count the symbols that a scan matches, and estimate its work from past runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import median

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.domain.run import RunRecord
from technic_scanner.domain.stage import Stage
from technic_scanner.domain.universe import Universe
from technic_scanner.pipeline.finalize import STEPS
from technic_scanner.pipeline.money import money_of
from technic_scanner.pipeline.universe import Known, filter_securities
from technic_scanner.progress.costs import CostHistory, Estimate
from technic_scanner.runs.model import Work
from technic_scanner.runs.ports import RunStore

HISTORY_RUNS = 20
_SCANNED = (Stage.SYMBOL_SCANNING.value, "symbol")


@dataclass(frozen=True, slots=True)
class MatchCount:
    """How many symbols a config matches: ``total`` in the universe, ``matching`` after the filters.

    ``removed`` is (filter, number of symbols it removed), in the order of the filters.
    """

    total: int
    matching: int
    removed: tuple[tuple[str, int], ...]
    symbols: tuple[str, ...] = ()


def match(universe: Universe, config: ScanConfig, today: date | None = None) -> MatchCount:
    """Return how many symbols pass the universe filters; filters on price and liquidity are applied later.

    Raises ConfigError if a scan of them is refused because their currencies are mixed.
    """
    outcome = filter_securities(universe, config, Known(config.as_of_date or today))
    money_of(config, outcome.kept)
    symbols = tuple(security.symbol for security in outcome.kept)
    return MatchCount(outcome.total, len(symbols), outcome.removed, symbols)


def cost_runs(store: RunStore, config: ScanConfig, options: RunOptions, *, warm: bool) -> tuple[RunRecord, ...]:
    """Return the successful runs whose unit costs apply to this one, newest first.

    Those of workers as ``warm`` as this run's one, or all where there are none: a cold one loads the kernels first.
    """
    runs = store.cost_runs(config.source, options.executor, options.workers, HISTORY_RUNS)
    alike = tuple(run for run in runs if run.metrics is not None and run.metrics.warm_worker is warm)
    return alike or runs


def queue_seconds(run: RunRecord) -> float | None:
    """Return how long a run waited for its first worker; None while it waits and of later attempts."""
    if run.started_at is None or run.attempt > 1:
        return None
    return max(0.0, (run.started_at - run.created_at).total_seconds())


def usual_queue_seconds(runs: Sequence[RunRecord]) -> float | None:
    """Return the median wait for a worker of these runs; None if it is known of none."""
    waits = [run.metrics.queue_seconds for run in runs if run.metrics is not None]
    known = [seconds for seconds in waits if seconds is not None]
    return median(known) if known else None


def with_gaps(estimate: Estimate, runs: Sequence[RunRecord]) -> Estimate:
    """Return the estimate with the median of what passed between the stages of these runs, which no stage has."""
    gaps = [run.metrics.gap_seconds for run in runs if run.metrics is not None]
    if estimate.seconds is None or estimate.low_seconds is None or estimate.high_seconds is None or not gaps:
        return estimate
    gap = median(gaps)
    return replace(
        estimate,
        seconds=estimate.seconds + gap,
        low_seconds=estimate.low_seconds + gap,
        high_seconds=estimate.high_seconds + gap,
    )


def history_of(runs: Sequence[RunRecord]) -> CostHistory:
    """Return the unit costs of runs; runs that scanned nothing because their source failed are ignored."""
    measured = (run.metrics for run in runs if run.metrics is not None and run.metrics.symbols_scanned > 0)
    return CostHistory(tuple(metrics.unit_costs for metrics in measured))


def expected_work(runs: Sequence[RunRecord], matching: int, cached: int | None) -> dict[tuple[str, str], int]:
    """Return the units of work of a scan of ``matching`` symbols, by (stage, unit class).

    ``cached`` of them need no fetch; if that is unknown (None), the newest run's hit rate is used, and without a run
    every symbol is assumed to need a fetch. The number of rows to finalize is the median per symbol of past runs. A
    stage without work has an entry with 0 units, because stages without an entry, such as loading the universe, are
    assumed to have the same work as before.
    """
    hits = cached if cached is not None else round(matching * _last_hit_rate(runs))
    return {
        (Stage.DATA_FETCHING.value, "hit"): min(hits, matching),
        (Stage.DATA_FETCHING.value, "miss"): max(matching - hits, 0),
        _SCANNED: matching,
        **{(Stage.FINALIZATION.value, step): round(matching * _rows_per_symbol(runs, step)) for step in STEPS},
    }


def work_left(work: Work, previous_event: ProgressEvent | None) -> Work:
    """Return the remaining work of a run for an attempt after the one whose last event is ``previous_event``.

    Fetched symbols are in the cache by then, and scanned chunks are in the chunk journal.
    """
    if previous_event is None:
        return work
    hit, miss, scanned = (Stage.DATA_FETCHING.value, "hit"), (Stage.DATA_FETCHING.value, "miss"), _SCANNED
    left = dict(work)
    if hit in left and miss in left:
        fetched = min(left[miss], max(0, previous_event.stage(Stage.DATA_FETCHING).completed - left[hit]))
        left[hit], left[miss] = left[hit] + fetched, left[miss] - fetched
    if scanned in left:
        left[scanned] = max(0, left[scanned] - previous_event.stage(Stage.SYMBOL_SCANNING).completed)
    return left


def _last_hit_rate(runs: Sequence[RunRecord]) -> float:
    rates = (run.metrics.cache_hit_rate for run in runs if run.metrics is not None)
    return next((rate for rate in rates if rate is not None), 0.0)


def _rows_per_symbol(runs: Sequence[RunRecord], step: str) -> float:
    cell = (Stage.FINALIZATION.value, step)
    ratios = [
        cost.units / run.metrics.symbols_scanned
        for run in runs
        if run.metrics is not None and run.metrics.symbols_scanned > 0
        for cost in run.metrics.unit_costs
        if (cost.stage, cost.unit_class) == cell
    ]
    return median(ratios) if ratios else 1.0
