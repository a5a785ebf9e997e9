"""Collect the runs whose outcomes can be measured and the bars for it, and report their outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.errors import ConfigError, SourceError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.runs.model import DatedRun, PickTable
from technic_scanner.runs.performance.judged_table import JUDGED_SCHEMA
from technic_scanner.runs.performance.judging import (
    JUDGED_COLUMNS,
    RunToJudge,
    considered,
    judge_runs,
    lineage_of,
)
from technic_scanner.runs.performance.performance_report import PerformanceQuery, PerformanceReport, report_performance
from technic_scanner.runs.ports import Catalog, PastBars, RunStore
from technic_scanner.screening.bars import Panel

MAX_RUNS = 1_000
# The number of stored tables that are read at once.
_BATCH = 20
# With fewer sessions or symbols than these it is not suspicious that no symbol has dropped out.
_LONG_SESSIONS, _MANY_SYMBOLS = 504, 50
# A symbol whose bars end this many sessions before the newest one counts as dropped out.
_GONE_SESSIONS = 10

_MISSING = "companies that dropped out are missing, so returns look better than they were."


@dataclass(frozen=True, slots=True, eq=False)
class JudgedRuns:
    """Every pick of the stored runs with its outcome, in JUDGED_SCHEMA, and notes on biases of the data."""

    picks: pa.Table
    notes: tuple[str, ...]


class PerformanceService:
    """Computes how past picks performed, from stored results and the bars that are now in the price cache."""

    def __init__(self, store: RunStore, catalog: Catalog, past_bars: PastBars) -> None:
        self._store = store
        self._catalog = catalog
        self._past_bars = past_bars

    def report(self, query: PerformanceQuery | None = None) -> PerformanceReport:
        """Return the outcomes of the newest runs, at most 1,000; of equal runs of one day only the newest."""
        query = query or PerformanceQuery()
        judged = self.judged(query.source)
        return report_performance(judged.picks, query, judged.notes)

    def judged(self, source: str | None = None) -> JudgedRuns:
        """Return the outcomes of the runs of one source (None: all); a note names runs whose source cannot be read."""
        dated = self._store.dated_runs(source, MAX_RUNS)
        notes = [f"Only the newest {MAX_RUNS:,} runs are included."] if dated.more else []
        if dated.unreadable:
            notes.append(f"Runs whose stored configuration cannot be read in full are omitted: {dated.unreadable:,}.")
        tables = []
        for (name, universe), group in _by_place(self._runs(dated.runs)).items():
            try:
                bars = self._bars_since(group)
            except (ConfigError, SourceError) as error:
                notes.append(f"Runs of {_place_text(name, universe)} ({len(group)}) cannot be measured: {error}")
                continue
            picks = judge_runs(group, bars)
            tables.append(picks)
            notes += filter(None, [_without_bars(group[0], picks, bars)])
            notes += filter(None, [self._taint(group[0], bars)])
        return JudgedRuns(
            pa.concat_tables(tables) if tables else JUDGED_SCHEMA.empty_table(), tuple(dict.fromkeys(notes))
        )

    def of_run(self, run_id: str) -> JudgedRuns:
        """Return the outcomes of one run's picks, independent of other runs. ResultsNotReadyError, SourceError."""
        stored = self._store.result(run_id)
        if stored.as_of is None or not stored.table.num_rows:
            return JudgedRuns(JUDGED_SCHEMA.empty_table(), ())
        if stored.readable_config is None:
            note = "The stored configuration of this run cannot be read, so its bars are unknown."
            return JudgedRuns(JUDGED_SCHEMA.empty_table(), (note,))
        run = RunToJudge.of_stored(stored)
        bars = self._bars_since([run])
        return JudgedRuns(judge_runs([run], bars), tuple(filter(None, [self._taint(run, bars)])))

    def _bars_since(self, runs: Sequence[RunToJudge]) -> Panel:
        """Return the prices since the oldest of these runs; earlier ones do not affect outcomes."""
        since = min(run.as_of for run in runs)
        return self._past_bars(runs[0].dated.config, considered(runs), since, _LONG_SESSIONS)

    def _runs(self, dated: Sequence[DatedRun]) -> list[RunToJudge]:
        """Return the runs with picks, newest first; of equal runs of one day only the newest is read."""
        equal: dict[tuple[str, date], list[DatedRun]] = {}
        for run in dated:
            equal.setdefault((lineage_of(run.config), run.as_of), []).append(run)
        found: dict[str, RunToJudge] = {}
        while equal:
            newest = {runs[0].run_id: (runs[0], lineage) for (lineage, _), runs in equal.items()}
            for picks in self._tables(tuple(newest)):
                if picks.table.num_rows:
                    found[picks.run_id] = RunToJudge.of(*newest[picks.run_id], picks)
            # If a run has no picks, or has been deleted meanwhile, the previous run of its day is used.
            equal = {key: runs[1:] for key, runs in equal.items() if runs[0].run_id not in found and runs[1:]}
        return [found[run.run_id] for run in dated if run.run_id in found]

    def _tables(self, run_ids: Sequence[str]) -> Iterator[PickTable]:
        """Yield the picks of the runs, without keeping many tables with all columns in memory."""
        for start in range(0, len(run_ids), _BATCH):
            yield from self._store.pick_tables(run_ids[start : start + _BATCH], JUDGED_COLUMNS)

    def _taint(self, run: RunToJudge, bars: Panel) -> str | None:
        """Return a note on a bias of the data, such as a universe of survivors or generated bars, or None."""
        config = run.dated.config
        try:
            opened = self._catalog.source(config.source, config)
            biased = opened.universe(config.universe, CancelToken()).survivorship_biased
        except (ConfigError, SourceError) as error:
            place = _place_text(config.source, config.universe)
            return f"{place}: it is unknown whether its universe contains survivors only: {error}"
        label, count = opened.info().label, len(bars.symbols)
        if not opened.info().is_market:
            return f"{label}: the prices are generated, so these outcomes have no meaning for real markets."
        if biased:
            return f"{label}: the universe contains only companies that were members at its end; {_MISSING}"
        if only_survivors(bars):
            return f"{label}: all {count} symbols trade until the newest session, as if chosen then; {_MISSING}"
        return None


def only_survivors(bars: Panel) -> bool:
    """Return whether many symbols over a long period all trade until its end, as in a list made with hindsight."""
    count, sessions = bars.shape
    if count < _MANY_SYMBOLS or sessions < _LONG_SESSIONS:
        return False
    return bool(np.isfinite(bars.close[:, -_GONE_SESSIONS:]).any(axis=1).all())


def _without_bars(run: RunToJudge, picks: pa.Table, bars: Panel) -> str | None:
    """Return a note on how many picked symbols of the run's source have no cached bars, which a scan would fetch."""
    picked = pc.unique(picks["Symbol"]).to_pylist()
    missing = len(set(picked).difference(bars.symbols))
    if not missing:
        return None
    place = _place_text(run.dated.config.source, run.dated.config.universe)
    return (
        f"{place}: the price cache has no bars of {missing:,} of {len(picked):,} picked symbols; a scan of this "
        "source fetches those that are still available."
    )


def _place_text(source: str, universe: str | None) -> str:
    return f"{source} ({universe})" if universe else source


def _by_place(runs: Sequence[RunToJudge]) -> dict[tuple[str, str | None], list[RunToJudge]]:
    groups: dict[tuple[str, str | None], list[RunToJudge]] = {}
    for run in runs:
        groups.setdefault((run.dated.config.source, run.dated.config.universe), []).append(run)
    return groups
