"""Gathers the runs that can be judged and the bars to judge them by, and reports their outcomes."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.domain.universe import Universe
from technic_scanner.errors import ResultsNotReadyError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.runs.judging import OUTCOME_SCHEMA, RunToJudge, judge_runs
from technic_scanner.runs.model import RunQuery
from technic_scanner.runs.outcomes import OutcomeQuery, OutcomeReport, report_outcomes
from technic_scanner.runs.ports import Catalog, PastBars, RunStore

MAX_RUNS = 1_000
_PAGE = 100


class Outcomes:
    """Answers what past picks did; reads stored results and the bars that the price cache holds by now."""

    def __init__(self, store: RunStore, catalog: Catalog, past_bars: PastBars) -> None:
        self._store = store
        self._catalog = catalog
        self._past_bars = past_bars

    def report(self, query: OutcomeQuery | None = None) -> OutcomeReport:
        """Return the outcomes of the newest runs, at most 1,000; of equal runs of one day the newest alone."""
        query = query or OutcomeQuery()
        runs = self._runs(query)
        tables = []
        for group in _by_place(runs).values():
            symbols = sorted({symbol for run in group for symbol in run.symbols})
            tables.append(judge_runs(group, self._past_bars(group[0].stored.config, symbols)))
        outcomes = pa.concat_tables(tables) if tables else OUTCOME_SCHEMA.empty_table()
        return report_outcomes(outcomes, query, self._notes(runs))

    def _runs(self, query: OutcomeQuery) -> list[RunToJudge]:
        newest: dict[tuple[str, object], RunToJudge] = {}
        for record in self._records(query.source):
            try:
                stored = self._store.result(record.run_id)
            except ResultsNotReadyError:  # pruned in between
                continue
            if stored.as_of is None or not stored.table.num_rows:
                continue
            run = RunToJudge.of(stored)
            newest.setdefault((run.lineage, run.as_of), run)
        return list(newest.values())

    def _records(self, source: str | None) -> list[RunRecord]:
        wanted = RunQuery(statuses=(RunStatus.SUCCEEDED,), source=source, limit=_PAGE)
        found: list[RunRecord] = []
        while len(found) < MAX_RUNS:
            page = self._store.list_runs(wanted)
            found.extend(page.records)
            if page.next_cursor is None:
                break
            wanted = replace(wanted, cursor=page.next_cursor)
        return found[:MAX_RUNS]

    def _notes(self, runs: list[RunToJudge]) -> tuple[str, ...]:
        """Say what taints the evidence: universes that hold survivors only, bars that are no market."""
        notes = []
        for source, universe in sorted({(run.stored.config.source, run.stored.config.universe or "") for run in runs}):
            config = next(run.stored.config for run in runs if run.stored.config.source == source)
            opened = self._catalog.source(source, replace(config, universe=universe or None))
            listed: Universe = opened.universe(universe or None, CancelToken())
            if listed.survivorship_biased:
                notes.append(
                    f"{opened.info().label}: the universe holds the companies that were in it at the end; those that "
                    "dropped out are missing, and returns look better than they were."
                )
            if not opened.info().is_market:
                notes.append(f"{opened.info().label}: these are made-up numbers and prove nothing.")
        return tuple(notes)


def _by_place(runs: list[RunToJudge]) -> dict[tuple[str, str | None], list[RunToJudge]]:
    groups: dict[tuple[str, str | None], list[RunToJudge]] = {}
    for run in runs:
        groups.setdefault((run.stored.config.source, run.stored.config.universe), []).append(run)
    return groups
