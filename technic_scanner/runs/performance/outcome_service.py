"""Gathers the runs that can be judged and the bars to judge them by, and reports their outcomes."""

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
from technic_scanner.runs.performance.judged_table import OUTCOME_SCHEMA
from technic_scanner.runs.performance.judging import (
    JUDGED_COLUMNS,
    RunToJudge,
    considered,
    judge_runs,
    lineage_of,
)
from technic_scanner.runs.performance.outcomes import OutcomeQuery, OutcomeReport, report_outcomes
from technic_scanner.runs.ports import Catalog, PastBars, RunStore
from technic_scanner.screening.bars import Panel

MAX_RUNS = 1_000
# So many stored tables are read at once.
_BATCH = 20
# Over fewer sessions or symbols than these it is no wonder that none dropped out.
_LONG_SESSIONS, _MANY_SYMBOLS = 504, 50
# A symbol whose bars end this many sessions before the newest one has dropped out.
_GONE_SESSIONS = 10

_MISSING = "those that dropped out are missing, and returns look better than they were."


@dataclass(frozen=True, slots=True, eq=False)
class JudgedRuns:
    """Every pick of the stored runs with what it did, in OUTCOME_SCHEMA, and what taints the evidence."""

    picks: pa.Table
    notes: tuple[str, ...]


class Outcomes:
    """Answers what past picks did; reads stored results and the bars that the price cache holds by now."""

    def __init__(self, store: RunStore, catalog: Catalog, past_bars: PastBars) -> None:
        self._store = store
        self._catalog = catalog
        self._past_bars = past_bars

    def report(self, query: OutcomeQuery | None = None) -> OutcomeReport:
        """Return the outcomes of the newest runs, at most 1,000; of equal runs of one day the newest alone."""
        query = query or OutcomeQuery()
        judged = self.judged(query.source)
        return report_outcomes(judged.picks, query, judged.notes)

    def judged(self, source: str | None = None) -> JudgedRuns:
        """Judge the runs of one source (None: all); runs of a source that cannot be read now are named in a note."""
        dated = self._store.dated_runs(source, MAX_RUNS)
        notes = [f"Only the newest {MAX_RUNS:,} runs are judged."] if dated.more else []
        if dated.unreadable:
            notes.append(f"Runs whose stored configuration cannot be read in full are left out: {dated.unreadable:,}.")
        tables = []
        for (name, universe), group in _by_place(self._runs(dated.runs)).items():
            try:
                bars = self._bars_since(group)
            except (ConfigError, SourceError) as error:
                notes.append(f"Runs of {_place_text(name, universe)} ({len(group)}) cannot be judged: {error}")
                continue
            picks = judge_runs(group, bars)
            tables.append(picks)
            notes += filter(None, [_without_bars(group[0], picks, bars)])
            notes += filter(None, [self._taint(group[0], bars)])
        return JudgedRuns(
            pa.concat_tables(tables) if tables else OUTCOME_SCHEMA.empty_table(), tuple(dict.fromkeys(notes))
        )

    def of_run(self, run_id: str) -> JudgedRuns:
        """Judge the picks of one run, whatever other runs there are. ResultsNotReadyError, SourceError."""
        stored = self._store.result(run_id)
        if stored.as_of is None or not stored.table.num_rows:
            return JudgedRuns(OUTCOME_SCHEMA.empty_table(), ())
        if stored.readable_config is None:
            note = "The stored configuration of this run cannot be read, so its bars are unknown."
            return JudgedRuns(OUTCOME_SCHEMA.empty_table(), (note,))
        run = RunToJudge.of_stored(stored)
        bars = self._bars_since([run])
        return JudgedRuns(judge_runs([run], bars), tuple(filter(None, [self._taint(run, bars)])))

    def _bars_since(self, runs: Sequence[RunToJudge]) -> Panel:
        """Return the prices since the oldest run of one place; no earlier ones say what picks did."""
        since = min(run.as_of for run in runs)
        return self._past_bars(runs[0].dated.config, considered(runs), since, _LONG_SESSIONS)

    def _runs(self, dated: Sequence[DatedRun]) -> list[RunToJudge]:
        """Return the runs with picks, newest first: of equal runs of one day the newest alone, the others unread."""
        equal: dict[tuple[str, date], list[DatedRun]] = {}
        for run in dated:
            equal.setdefault((lineage_of(run.config), run.as_of), []).append(run)
        found: dict[str, RunToJudge] = {}
        while equal:
            newest = {runs[0].run_id: (runs[0], lineage) for (lineage, _), runs in equal.items()}
            for picks in self._tables(tuple(newest)):
                if picks.table.num_rows:
                    found[picks.run_id] = RunToJudge.of(*newest[picks.run_id], picks)
            # What picked nothing, or was deleted in between, leaves its day to the run before it.
            equal = {key: runs[1:] for key, runs in equal.items() if runs[0].run_id not in found and runs[1:]}
        return [found[run.run_id] for run in dated if run.run_id in found]

    def _tables(self, run_ids: Sequence[str]) -> Iterator[PickTable]:
        """Yield what the runs picked, without holding many tables with all of their columns."""
        for start in range(0, len(run_ids), _BATCH):
            yield from self._store.pick_tables(run_ids[start : start + _BATCH], JUDGED_COLUMNS)

    def _taint(self, run: RunToJudge, bars: Panel) -> str | None:
        """Say what speaks against the evidence: a universe of survivors, bars that are no market."""
        config = run.dated.config
        try:
            opened = self._catalog.source(config.source, config)
            biased = opened.universe(config.universe, CancelToken()).survivorship_biased
        except (ConfigError, SourceError) as error:
            place = _place_text(config.source, config.universe)
            return f"{place}: whether its universe holds survivors only is unknown: {error}"
        label, count = opened.info().label, len(bars.symbols)
        if not opened.info().is_market:
            return f"{label}: these are made-up numbers and prove nothing."
        if biased:
            return f"{label}: the universe holds the companies that were in it at the end; {_MISSING}"
        if only_survivors(bars):
            return f"{label}: each of the {count} symbols trades to the newest session, as if chosen then; {_MISSING}"
        return None


def only_survivors(bars: Panel) -> bool:
    """Return whether many symbols over a long time all trade to the end, as in a list made with hindsight."""
    count, sessions = bars.shape
    if count < _MANY_SYMBOLS or sessions < _LONG_SESSIONS:
        return False
    return bool(np.isfinite(bars.close[:, -_GONE_SESSIONS:]).any(axis=1).all())


def _without_bars(run: RunToJudge, picks: pa.Table, bars: Panel) -> str | None:
    """Say how many symbols picked in the place of ``run`` have no bars: they wait for a scan, not for time to pass."""
    picked = pc.unique(picks["Symbol"]).to_pylist()
    missing = len(set(picked).difference(bars.symbols))
    if not missing:
        return None
    place = _place_text(run.dated.config.source, run.dated.config.universe)
    return (
        f"{place}: the price cache holds no bars of {missing:,} of {len(picked):,} picked symbols; a scan of this "
        "source fetches those that it still has."
    )


def _place_text(source: str, universe: str | None) -> str:
    return f"{source} ({universe})" if universe else source


def _by_place(runs: Sequence[RunToJudge]) -> dict[tuple[str, str | None], list[RunToJudge]]:
    groups: dict[tuple[str, str | None], list[RunToJudge]] = {}
    for run in runs:
        groups.setdefault((run.dated.config.source, run.dated.config.universe), []).append(run)
    return groups
