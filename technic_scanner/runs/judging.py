"""Judges the picks of past runs by the bars that came after them: one table, a row for each pick of each run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.stage import Stage
from technic_scanner.runs.codec import config_to_dict
from technic_scanner.runs.model import DatedRun, PickTable, StoredResult
from technic_scanner.screening.bars import FloatArray, Panel
from technic_scanner.screening.matrix import BoolArray, IntArray
from technic_scanner.screening.outcomes import (
    EXITS,
    HORIZONS,
    CodeArray,
    PastPrices,
    Planned,
    pick_outcomes,
    session_index,
)

_NUMBERS = ("Rank", "CompositeScore", "TechRating", "AlphaScore")
_TEXTS = ("Symbol", "Sector", "Signal", "Tier", "MarketRegime")
_PLAN = ("Close", "Entry", "Stop", "Target")
_FAILED = ("symbol", "stage")
JUDGED_COLUMNS: tuple[str, ...] = (*_TEXTS, *_NUMBERS, *_PLAN)


@dataclass(frozen=True, slots=True, eq=False)
class RunToJudge:
    """What a run picked, what else it considered, and the key of what it scanned.

    Runs of one lineage differ in their as-of date alone. ``table`` holds JUDGED_COLUMNS at least; ``others`` are the
    symbols that passed the run's universe filters and were not picked.
    """

    dated: DatedRun
    lineage: str
    table: pa.Table
    others: pa.ChunkedArray

    @classmethod
    def of(cls, dated: DatedRun, lineage: str, picks: PickTable) -> RunToJudge:
        """Return the run with what it picked and what else it considered."""
        scanned = pc.not_equal(picks.failed["stage"], Stage.UNIVERSE_LOADING.value)
        return cls(dated, lineage, picks.table, picks.failed["symbol"].filter(scanned))

    @classmethod
    def of_stored(cls, stored: StoredResult) -> RunToJudge:
        """Return the run of a whole stored result, which must be dated."""
        assert stored.as_of is not None  # runs without a date are not judged
        dated = DatedRun(stored.run_id, stored.config, stored.as_of)
        failed = {name: pa.array([getattr(item, name) for item in stored.failures], pa.string()) for name in _FAILED}
        return cls.of(dated, lineage_of(stored.config), PickTable(stored.run_id, stored.table, pa.table(failed)))

    @property
    def as_of(self) -> date:
        """The last session that the run looked at."""
        return self.dated.as_of


def considered(runs: Sequence[RunToJudge]) -> tuple[str, ...]:
    """Return everything that the runs considered after their universe filters, picks or not, in symbol order."""
    seen = _joined(column for run in runs for column in (run.table["Symbol"], run.others))
    return tuple(sorted(pc.unique(seen).to_pylist()))


def lineage_of(config: ScanConfig) -> str:
    """Return 16 hex digits of everything that was asked but the as-of date."""
    fields = {name: value for name, value in config_to_dict(config).items() if name != "as_of_date"}
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:16]


OUTCOME_SCHEMA: pa.Schema = pa.schema(
    [
        ("run_id", pa.string()),
        ("lineage", pa.string()),
        ("as_of", pa.date32()),
        ("next_as_of", pa.date32()),
        ("profile", pa.string()),
        *[(name, pa.string()) for name in _TEXTS],
        *[(name, pa.float64()) for name in _NUMBERS],
        ("side", pa.int64()),
        *[(f"forward_{h}", pa.float64()) for h in HORIZONS],
        *[(f"excess_{h}", pa.float64()) for h in HORIZONS],
        *[(f"universe_{h}", pa.float64()) for h in HORIZONS],
        ("held_return", pa.float64()),
        ("universe_held_return", pa.float64()),
        ("exit", pa.string()),
        ("exit_sessions", pa.int64()),
    ]
)


def judge_runs(runs: Sequence[RunToJudge], panel: Panel) -> pa.Table:
    """Return the outcomes of all picks, oldest run first; ``panel`` holds the bars that there are of their symbols.

    Returns are price changes as shares; ``excess`` is what the pick's side gained over the equal-weight universe of its
    run. ``held_return`` runs to ``next_as_of``, the as-of date of the lineage's next run. What has not happened yet is
    null. Picks whose symbol the panel lacks are left with nulls: they are counted, not forgotten.
    """
    ordered = sorted((run for run in runs if run.table.num_rows), key=lambda run: (run.as_of, run.dated.run_id))
    if not ordered:
        return OUTCOME_SCHEMA.empty_table()
    following = _following(runs)
    prices = PastPrices.of(panel)
    picked, others = _rows_by_run(ordered, panel.symbols)
    judged = _Judged.unknown(len(ordered), sum(map(len, picked)))
    start = 0
    for number, run in enumerate(ordered):
        stop = start + len(picked[number])
        part = judged.part(number, slice(start, stop))
        _judge(run, following.get(run.dated.run_id), prices, picked[number], others[number], part)
        start = stop
    return _table(ordered, [following.get(run.dated.run_id) for run in ordered], judged)


def _following(runs: Sequence[RunToJudge]) -> dict[str, date]:
    """Return for each run the as-of date of the next one of its lineage."""
    by_lineage: dict[str, list[RunToJudge]] = {}
    for run in sorted(runs, key=lambda run: run.as_of):
        by_lineage.setdefault(run.lineage, []).append(run)
    return {run.dated.run_id: later.as_of for line in by_lineage.values() for run, later in pairwise(line)}


class _Judged(NamedTuple):
    """What N picks of R runs did over H horizons, NaN and −1 where it is unknown or has not happened yet.

    ``side`` (N,); ``forward`` and ``excess`` (H, N); ``universe`` (H, R); ``held`` (N,) and ``universe_held`` (R,), to
    the lineage's next run; ``exits`` (N,) are places in EXITS, reached after ``exit_sessions`` (N,).
    """

    side: IntArray
    forward: FloatArray
    excess: FloatArray
    universe: FloatArray
    held: FloatArray
    universe_held: FloatArray
    exits: CodeArray
    exit_sessions: IntArray

    @classmethod
    def unknown(cls, runs: int, picks: int) -> _Judged:
        """Return room for so many runs and picks: what is written into it run by run is not copied again."""
        return cls(
            side=np.ones(picks, dtype=np.int64),
            forward=np.full((len(HORIZONS), picks), np.nan),
            excess=np.full((len(HORIZONS), picks), np.nan),
            universe=np.full((len(HORIZONS), runs), np.nan),
            held=np.full(picks, np.nan),
            universe_held=np.full(runs, np.nan),
            exits=np.full(picks, -1, dtype=np.int8),
            exit_sessions=np.full(picks, -1),
        )

    def part(self, run: int, picks: slice) -> _Judged:
        """Return the part of one run, to be written into."""
        own = slice(run, run + 1)
        return _Judged(
            self.side[picks],
            self.forward[:, picks],
            self.excess[:, picks],
            self.universe[:, own],
            self.held[picks],
            self.universe_held[own],
            self.exits[picks],
            self.exit_sessions[picks],
        )


def _judge(
    run: RunToJudge, next_as_of: date | None, prices: PastPrices, picked: IntArray, others: IntArray, into: _Judged
) -> None:
    """Judge one run; ``picked`` and ``others`` are the rows of ``prices`` of what it picked and did not, −1: none."""
    at = session_index(prices.sessions, np.datetime64(run.as_of, "D"))
    known = np.flatnonzero(picked >= 0)
    picks = picked[known]
    universe = np.zeros(len(prices.close), dtype=np.bool_)
    universe[picks] = True
    universe[others[others >= 0]] = True
    plan = {name: _floats(run.table[name]) for name in _PLAN}
    into.side[:] = np.where(plan["Target"] >= plan["Entry"], 1, -1)
    planned = Planned(into.side[known], *(plan[name][known] for name in ("Close", "Stop", "Target")))
    outcome = pick_outcomes(prices, at, universe, picks, planned)
    into.forward[:, known] = outcome.forward.T
    into.excess[:, known] = outcome.excess.T
    into.universe[:, 0] = outcome.universe
    into.held[known], into.universe_held[0] = _held(prices, at, universe, picks, next_as_of)
    into.exits[known] = outcome.exits.codes
    into.exit_sessions[known] = outcome.exits.sessions


def _table(runs: Sequence[RunToJudge], next_as_of: Sequence[date | None], judged: _Judged) -> pa.Table:
    """Return the picks of all runs, in their order, as one table of OUTCOME_SCHEMA."""
    of_run = pa.array(np.repeat(np.arange(len(runs)), [run.table.num_rows for run in runs]))
    columns: dict[str, Any] = {
        "run_id": pa.array([run.dated.run_id for run in runs], pa.string()).take(of_run),
        "lineage": pa.array([run.lineage for run in runs], pa.string()).take(of_run),
        "as_of": pa.array([run.as_of for run in runs], pa.date32()).take(of_run),
        "next_as_of": pa.array(next_as_of, pa.date32()).take(of_run),
        "profile": pa.array([run.dated.config.strategy_profile_name for run in runs], pa.string()).take(of_run),
        **{name: _joined(run.table[name] for run in runs) for name in _TEXTS},
        **{name: _numbers(np.concatenate([_floats(run.table[name]) for run in runs])) for name in _NUMBERS},
        "side": pa.array(judged.side),
        **{f"forward_{h}": _numbers(judged.forward[j]) for j, h in enumerate(HORIZONS)},
        **{f"excess_{h}": _numbers(judged.excess[j]) for j, h in enumerate(HORIZONS)},
        **{f"universe_{h}": _numbers(judged.universe[j]).take(of_run) for j, h in enumerate(HORIZONS)},
        "held_return": _numbers(judged.held),
        "universe_held_return": _numbers(judged.universe_held).take(of_run),
        "exit": pa.array(EXITS, pa.string()).take(pa.array(judged.exits, mask=judged.exits < 0)),
        "exit_sessions": pa.array(judged.exit_sessions, mask=judged.exit_sessions < 0),
    }
    return pa.Table.from_arrays([columns[item.name] for item in OUTCOME_SCHEMA], schema=OUTCOME_SCHEMA)


def _held(
    prices: PastPrices, at: int, universe: BoolArray, picks: IntArray, until: date | None
) -> tuple[FloatArray, float]:
    """Return the picks' price change from column ``at`` to ``until``, and the universe's mean one; NaN if unknown.

    A symbol that stops trading in between is held to its last close: its loss until then is part of the truth.
    """
    if until is None or at < 0 or not len(prices.sessions) or np.datetime64(until, "D") > prices.sessions[-1]:
        return np.full(len(picks), np.nan), float("nan")
    span = prices.close[:, at : session_index(prices.sessions, np.datetime64(until, "D")) + 1]
    start, last = span[:, 0], span[:, -1].copy()
    gone = np.flatnonzero(universe & ~np.isfinite(last) & np.isfinite(start))
    newest = np.where(np.isfinite(span[gone]), np.arange(span.shape[1]), 0).max(axis=1)
    last[gone] = span[gone, newest]
    change = np.full(len(last), np.nan)
    change[universe] = last[universe] / start[universe] - 1.0
    known = change[np.isfinite(change)]
    return change[picks], float(known.mean()) if len(known) else float("nan")


def _rows_by_run(runs: Sequence[RunToJudge], symbols: Sequence[str]) -> tuple[list[IntArray], list[IntArray]]:
    """Return, run by run, the rows among ``symbols`` of its picks and of its others, −1 where a symbol is not there.

    Names are looked up all at once: for each lookup Arrow makes a hash table of all symbols anew.
    """
    value_set = pa.array(symbols, pa.string())
    found = []
    for columns in ([run.table["Symbol"] for run in runs], [run.others for run in runs]):
        rows = pc.fill_null(pc.index_in(_joined(columns), value_set=value_set), -1)
        ends = np.cumsum([len(column) for column in columns])
        found.append(np.split(np.asarray(rows.to_numpy(), dtype=np.int64), ends[:-1]))
    return found[0], found[1]


def _joined(columns: Iterable[pa.ChunkedArray]) -> pa.ChunkedArray:
    """Return the texts of all columns, one after the other."""
    return pa.chunked_array([chunk for column in columns for chunk in column.chunks], pa.string())


def _floats(column: pa.ChunkedArray) -> FloatArray:
    return np.asarray(column.to_numpy(), dtype=np.float64)


def _numbers(values: FloatArray) -> pa.Array:
    """Return the values as Arrow's, NaN as null."""
    return pa.array(values, pa.float64(), from_pandas=True)
