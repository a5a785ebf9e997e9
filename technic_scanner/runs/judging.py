"""Judges the picks of past runs by the bars that came after them: one table, a row for each pick of each run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.stage import Stage
from technic_scanner.runs.codec import config_to_dict
from technic_scanner.runs.model import DatedRun, PickTable, StoredResult
from technic_scanner.screening.bars import FloatArray, Panel
from technic_scanner.screening.matrix import BoolArray, IntArray
from technic_scanner.screening.outcomes import HORIZONS, Planned, pick_outcomes, session_index

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
    seen = [chunk for run in runs for column in (run.table["Symbol"], run.others) for chunk in column.chunks]
    return tuple(sorted(pc.unique(pa.chunked_array(seen, pa.string())).to_pylist()))


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
    """Return the outcomes of all picks, oldest run first; ``panel`` holds all the bars there are of their symbols.

    Returns are price changes as shares; ``excess`` is what the pick's side gained over the equal-weight universe of its
    run. ``held_return`` runs to ``next_as_of``, the as-of date of the lineage's next run. What has not happened yet is
    null. Picks whose symbol the panel lacks are left with nulls: they are counted, not forgotten.
    """
    symbols = pa.array(panel.symbols, pa.string())
    following = _following(runs)
    tables = [
        _judge(run, following.get(run.dated.run_id), panel, symbols)
        for run in sorted(runs, key=lambda run: (run.as_of, run.dated.run_id))
        if run.table.num_rows
    ]
    return pa.concat_tables(tables) if tables else OUTCOME_SCHEMA.empty_table()


def _following(runs: Sequence[RunToJudge]) -> dict[str, date]:
    """Return for each run the as-of date of the next one of its lineage."""
    by_lineage: dict[str, list[RunToJudge]] = {}
    for run in sorted(runs, key=lambda run: run.as_of):
        by_lineage.setdefault(run.lineage, []).append(run)
    return {run.dated.run_id: later.as_of for line in by_lineage.values() for run, later in pairwise(line)}


def _judge(run: RunToJudge, next_as_of: date | None, panel: Panel, symbols: pa.Array) -> pa.Table:
    table, count = run.table, run.table.num_rows
    at = session_index(panel, np.datetime64(run.as_of, "D"))
    picked = _rows(table["Symbol"], symbols)
    known = picked >= 0
    picks = picked[known]
    universe = np.zeros(len(panel.symbols), dtype=np.bool_)
    universe[picks] = True
    others = _rows(run.others, symbols)
    universe[others[others >= 0]] = True
    plan = {name: _floats(table[name]) for name in _PLAN}
    side = np.where(plan["Target"] >= plan["Entry"], 1, -1)
    planned = Planned(side[known], *(plan[name][known] for name in ("Close", "Stop", "Target")))
    outcome = pick_outcomes(panel, at, universe, picks, planned)
    held, universe_held = _held(panel, at, universe, picks, next_as_of)
    place = None if known.all() else pa.array(np.cumsum(known) - 1, mask=~known)
    columns: dict[str, Any] = {
        "run_id": _repeated(run.dated.run_id, pa.string(), count),
        "lineage": _repeated(run.lineage, pa.string(), count),
        "as_of": _repeated(run.as_of, pa.date32(), count),
        "next_as_of": _repeated(next_as_of, pa.date32(), count),
        "profile": _repeated(run.dated.config.strategy_profile_name, pa.string(), count),
        **{name: table[name].combine_chunks() for name in _TEXTS},
        **{name: _numbers(_floats(table[name])) for name in _NUMBERS},
        "side": pa.array(side),
        **{f"forward_{h}": _spread(_numbers(outcome.forward[:, j]), place) for j, h in enumerate(HORIZONS)},
        **{f"excess_{h}": _spread(_numbers(outcome.excess[:, j]), place) for j, h in enumerate(HORIZONS)},
        **{f"universe_{h}": _repeated(outcome.universe[j], pa.float64(), count) for j, h in enumerate(HORIZONS)},
        "held_return": _spread(_numbers(held), place),
        "universe_held_return": _repeated(universe_held, pa.float64(), count),
        "exit": _spread(pa.array(outcome.exits.first, pa.string()), place),
        "exit_sessions": _spread(pa.array(outcome.exits.sessions, mask=outcome.exits.sessions < 0), place),
    }
    return pa.Table.from_arrays([columns[item.name] for item in OUTCOME_SCHEMA], schema=OUTCOME_SCHEMA)


def _held(panel: Panel, at: int, universe: BoolArray, picks: IntArray, until: date | None) -> tuple[FloatArray, float]:
    """Return the picks' price change from column ``at`` to ``until``, and the universe's mean one; NaN if unknown.

    A symbol that stops trading in between is held to its last close: its loss until then is part of the truth.
    """
    if until is None or at < 0 or not len(panel.sessions) or np.datetime64(until, "D") > panel.sessions[-1]:
        return np.full(len(picks), np.nan), float("nan")
    span = panel.close[:, at : session_index(panel, np.datetime64(until, "D")) + 1]
    start, last = span[:, 0], span[:, -1].copy()
    gone = np.flatnonzero(universe & ~np.isfinite(last) & np.isfinite(start))
    newest = np.where(np.isfinite(span[gone]), np.arange(span.shape[1]), 0).max(axis=1)
    last[gone] = span[gone, newest]
    change = np.full(len(last), np.nan)
    change[universe] = last[universe] / start[universe] - 1.0
    known = change[np.isfinite(change)]
    return change[picks], float(known.mean()) if len(known) else float("nan")


def _rows(names: pa.ChunkedArray, symbols: pa.Array) -> IntArray:
    """Return the row of each name among the symbols, −1 where it is not one of them."""
    found = pc.fill_null(pc.index_in(names, value_set=symbols), -1)
    return np.asarray(found.to_numpy(), dtype=np.int64)


def _floats(column: pa.ChunkedArray) -> FloatArray:
    return np.asarray(column.to_numpy(), dtype=np.float64)


def _numbers(values: FloatArray) -> pa.Array:
    """Return the values as Arrow's, NaN as null."""
    return pa.array(values, pa.float64(), from_pandas=True)


def _repeated(value: object, kind: pa.DataType, count: int) -> pa.Array:
    """Return the value ``count`` times; None and NaN as null."""
    unknown = value is None or value != value  # noqa: PLR0124 - only NaN differs from itself
    return pa.nulls(count, kind) if unknown else pa.repeat(pa.scalar(value, kind), count)


def _spread(values: pa.Array, place: pa.Array | None) -> pa.Array:
    """Return the values of the known picks at their places among all, null elsewhere; as they are if all are known."""
    return values if place is None else values.take(place)
