"""Find the run that a run is to be compared with, and say what is new."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.number_text import text_apart
from technic_scanner.errors import ConfigError, SourceError
from technic_scanner.runs.changes.picks import (
    COLUMNS,
    LeftPick,
    Pick,
    WhatIsNew,
    changed_picks,
    picks_of,
    why_left,
)
from technic_scanner.runs.model import DatedRun, StoredResult
from technic_scanner.runs.ports import PastBars, RunStore
from technic_scanner.runs.serialization import config_to_dict

# The runs among which the sessions before are looked for, and how many sessions in a row are counted.
RUNS_SEARCHED = 1_000
SESSIONS_COUNTED = 60
# They say how large a position is, not which symbols are picked; and each session has another date, and other rates.
# The symbols of watchlists are among the config's, so that another note in a list changes nothing.
_NOT_CRITERIA = (
    *("as_of_date", "watchlists", "account_size", "account_currency", "currency_rates", "risk_pct", "target_rr"),
    *("max_position_pct", "position_sizing", "total_risk_pct"),
)
# A close that differs by more was revised; vendors round to the cent.
_REVISED = 0.002
_NO_BARS: Mapping[str, float] = {}


class ChangesService:
    """Compares the picks of runs of the same criteria over sessions."""

    def __init__(self, store: RunStore, past_bars: PastBars) -> None:
        self._store = store
        self._past_bars = past_bars

    def what_is_new(self, run_id: str, against: str | None = None) -> WhatIsNew:
        """Compare a run with the last session for which the same criteria ran, or with the run ``against``.

        Raises RunNotFoundError, ResultsNotReadyError.
        """
        self._store.get_run(run_id)
        result = self._store.result(run_id)
        now = picks_of(result.table, result.config.top_n)
        if against is not None:
            return self._compared(result, now, [self._dated(against)], ())
        earlier, notes = self._sessions_before(result)
        if not earlier:
            return WhatIsNew(run_id, result.as_of, None, None, changed_picks(now, ()), (), notes=notes)
        return self._compared(result, now, earlier, notes)

    def _compared(
        self, result: StoredResult, now: Mapping[str, Pick], earlier: list[DatedRun], notes: tuple[str, ...]
    ) -> WhatIsNew:
        lists = self._lists(earlier)
        before = lists[0]
        ranks = dict(
            zip(result.table.column("Symbol").to_pylist(), result.table.column("Rank").to_pylist(), strict=True)
        )
        failures = {failure.symbol: failure for failure in result.failures}
        gone = [pick for symbol, pick in before.items() if symbol not in now]
        revised = self._revised(earlier[0], gone)
        left = [LeftPick(p.symbol, p.rank, revised.get(p.symbol) or why_left(p.symbol, ranks, failures)) for p in gone]
        return WhatIsNew(
            run_id=result.run_id,
            as_of=result.as_of,
            against=earlier[0].run_id,
            against_as_of=earlier[0].as_of,
            picks=changed_picks(now, lists),
            left=tuple(pick for pick in left if pick.symbol not in revised),
            adjusted=tuple(pick for pick in left if pick.symbol in revised),
            notes=notes,
        )

    def _sessions_before(self, result: StoredResult) -> tuple[list[DatedRun], tuple[str, ...]]:
        """Return the newest run of each session before with the same criteria, newest session first, and notes."""
        if result.as_of is None:
            return [], ("The run has no as-of date, so that it cannot be said what came before it.",)
        dated = self._store.dated_runs(result.config.source, RUNS_SEARCHED)
        before = [run for run in dated.runs if run.as_of < result.as_of]
        wanted = criteria_of(result.config)
        by_session: dict[date, DatedRun] = {}
        for run in before:  # newest first: of two runs of one session the newer counts
            if criteria_of(run.config) == wanted:
                by_session.setdefault(run.as_of, run)
        found = [by_session[day] for day in sorted(by_session, reverse=True)]
        if found:
            return found[:SESSIONS_COUNTED], ()
        if not before:
            return [], ("No earlier session has been scanned.",)
        return [], (_changed_criteria(result.config, max(before, key=lambda run: run.as_of)),)

    def _lists(self, runs: list[DatedRun]) -> list[dict[str, Pick]]:
        """Return the picks of runs; a list that cannot be read ends the row of sessions."""
        tables = {table.run_id: table.table for table in self._store.pick_tables([r.run_id for r in runs], COLUMNS)}
        lists = []
        for run in runs:
            if run.run_id not in tables:
                break
            lists.append(picks_of(tables[run.run_id], run.config.top_n))
        return lists or [{}]

    def _dated(self, run_id: str) -> DatedRun:
        self._store.get_run(run_id)
        result = self._store.result(run_id)
        return DatedRun(run_id, result.config, result.as_of or date.min)

    def _revised(self, before: DatedRun, gone: list[Pick]) -> dict[str, str]:
        """Return a sentence for each symbol whose close of the earlier session is another one now."""
        if not gone:
            return {}
        closes = self._closes(before, [pick.symbol for pick in gone])
        return {
            pick.symbol: f"its history was revised: the close of {before.as_of} was "
            f"{text_apart(pick.close, closes[pick.symbol])}, now it is {text_apart(closes[pick.symbol], pick.close)}"
            for pick in gone
            if pick.close is not None
            and pick.symbol in closes
            and abs(closes[pick.symbol] - pick.close) > _REVISED * abs(pick.close)
        }

    def _closes(self, run: DatedRun, symbols: list[str]) -> Mapping[str, float]:
        try:
            panel = self._past_bars(run.config, symbols, run.as_of, 1)
        except (ConfigError, SourceError):
            return _NO_BARS  # the source is not there any more; then nothing is known to be revised
        days = np.flatnonzero(np.asarray(panel.sessions) == np.datetime64(run.as_of, "D"))
        if not len(days):
            return _NO_BARS
        closes = panel.close[:, days[0]]
        return {symbol: float(close) for symbol, close in zip(panel.symbols, closes, strict=True) if np.isfinite(close)}


def criteria_of(config: ScanConfig) -> dict[str, Any]:
    """Return what decides which symbols a config picks, for comparison with another config's."""
    return {name: value for name, value in config_to_dict(config).items() if name not in _NOT_CRITERIA}


def changes_to_dict(changes: WhatIsNew) -> dict[str, Any]:
    """Return the whole document: what ``new_to_dict`` gives, and what a reader must know beside it."""
    return {
        "run_id": changes.run_id,
        "as_of": None if changes.as_of is None else changes.as_of.isoformat(),
        "against_as_of": None if changes.against_as_of is None else changes.against_as_of.isoformat(),
        **new_to_dict(changes),
        "picks": [
            {
                "symbol": pick.symbol,
                "rank": pick.rank,
                "rank_before": pick.rank_before,
                "score_change": pick.score_change,
                "sessions": pick.sessions,
            }
            for pick in changes.picks
        ],
        "revised": [{"symbol": pick.symbol, "why": pick.why} for pick in changes.adjusted],
        "notes": list(changes.notes),
    }


def new_to_dict(changes: WhatIsNew) -> dict[str, Any]:
    """Return the document of what is new: symbols, best rank first; why each left; ranks of those that moved."""
    return {
        "against": changes.against,
        "entered": [pick.symbol for pick in changes.entered],
        "left": [{"symbol": pick.symbol, "why": pick.why} for pick in changes.left],
        "moved": [
            {"symbol": pick.symbol, "rank_before": pick.rank_before, "rank": pick.rank} for pick in changes.moved
        ],
        "stayed": [pick.symbol for pick in changes.stayed],
    }


def _changed_criteria(config: ScanConfig, before: DatedRun) -> str:
    ours, theirs = criteria_of(config), criteria_of(before.config)
    fields = ", ".join(name for name in ours if ours[name] != theirs[name])
    return (
        f"These criteria have not been run before: the last session, {before.as_of}, was scanned with other {fields}."
    )
