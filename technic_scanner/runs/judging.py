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

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.stage import Stage
from technic_scanner.runs.codec import config_to_dict
from technic_scanner.runs.model import StoredResult
from technic_scanner.screening.bars import FloatArray, Panel
from technic_scanner.screening.matrix import IntArray
from technic_scanner.screening.outcomes import HORIZONS, Planned, pick_outcomes, session_index

_NUMBERS = ("Rank", "CompositeScore", "TechRating", "AlphaScore")
_TEXTS = ("Symbol", "Sector", "Signal", "Tier", "MarketRegime")


@dataclass(frozen=True, slots=True, eq=False)
class RunToJudge:
    """A stored result, and the key of what it scanned: runs of one lineage differ in their as-of date alone."""

    stored: StoredResult
    lineage: str

    @classmethod
    def of(cls, stored: StoredResult) -> RunToJudge:
        """Return the run with its lineage."""
        return cls(stored, lineage_of(stored.config))

    @property
    def as_of(self) -> date:
        """The last session that the run looked at."""
        assert self.stored.as_of is not None  # runs without one are not judged
        return self.stored.as_of

    @property
    def symbols(self) -> tuple[str, ...]:
        """Everything that the run considered after its universe filters, picks or not, in symbol order."""
        considered = {failure.symbol for failure in self.stored.failures if failure.stage != Stage.UNIVERSE_LOADING}
        return tuple(sorted(considered.union(self.stored.table["Symbol"].to_pylist())))


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
    row_of = {symbol: row for row, symbol in enumerate(panel.symbols)}
    following = _following(runs)
    tables = [
        _judge(run, following.get(run.stored.run_id), panel, row_of)
        for run in sorted(runs, key=lambda run: (run.as_of, run.stored.run_id))
        if run.stored.table.num_rows
    ]
    return pa.concat_tables(tables) if tables else OUTCOME_SCHEMA.empty_table()


def _following(runs: Sequence[RunToJudge]) -> dict[str, date]:
    """Return for each run the as-of date of the next one of its lineage."""
    by_lineage: dict[str, list[RunToJudge]] = {}
    for run in sorted(runs, key=lambda run: run.as_of):
        by_lineage.setdefault(run.lineage, []).append(run)
    return {run.stored.run_id: later.as_of for line in by_lineage.values() for run, later in pairwise(line)}


def _judge(run: RunToJudge, next_as_of: date | None, panel: Panel, row_of: dict[str, int]) -> pa.Table:
    table = run.stored.table
    picks = table["Symbol"].to_pylist()
    # Judged by the sessions that count alone: copying ten years of bars for each run would take most of the time.
    span, at = _span(panel, run.as_of, next_as_of)
    own = span.take([row_of[symbol] for symbol in run.symbols if symbol in row_of])
    side = np.where(np.asarray(table["Target"]) >= np.asarray(table["Entry"]), 1, -1)
    known = np.array([symbol in row_of for symbol in picks])
    place = {symbol: row for row, symbol in enumerate(own.symbols)}
    rows = np.array([place[symbol] for symbol in picks if symbol in place], dtype=np.int64)
    planned = Planned(side[known], *(_floats(table[name])[known] for name in ("Close", "Stop", "Target")))
    outcome = pick_outcomes(own, at, rows, planned)
    held, universe_held = _held(own, at, rows, next_as_of)
    count = len(picks)
    columns: dict[str, Any] = {
        "run_id": [run.stored.run_id] * count,
        "lineage": [run.lineage] * count,
        "as_of": [run.as_of] * count,
        "next_as_of": [next_as_of] * count,
        "profile": [run.stored.config.strategy_profile_name] * count,
        **{name: table[name].to_pylist() for name in _TEXTS},
        **{name: _floats(table[name]) for name in _NUMBERS},
        "side": side,
        **{f"forward_{h}": _spread(outcome.forward[:, j], known) for j, h in enumerate(HORIZONS)},
        **{f"excess_{h}": _spread(outcome.excess[:, j], known) for j, h in enumerate(HORIZONS)},
        **{f"universe_{h}": np.full(count, outcome.universe[j]) for j, h in enumerate(HORIZONS)},
        "held_return": _spread(held, known),
        "universe_held_return": np.full(count, universe_held),
        "exit": _texts(outcome.exits.first, known),
        "exit_sessions": _sessions(outcome.exits.sessions, known),
    }
    arrays = [pa.array(columns[item.name], type=item.type, from_pandas=True) for item in OUTCOME_SCHEMA]
    return pa.Table.from_arrays(arrays, schema=OUTCOME_SCHEMA)


def _span(panel: Panel, as_of: date, until: date | None) -> tuple[Panel, int]:
    """Return the bars from the session of ``as_of`` to the last that matters, and that session's column, −1 if none."""
    at = session_index(panel, np.datetime64(as_of, "D"))
    last = at + max(HORIZONS)
    if until is not None:
        last = max(last, session_index(panel, np.datetime64(until, "D")))
    return panel.window(max(at, 0), min(last + 2, panel.shape[1])), min(at, 0)


def _held(panel: Panel, at: int, rows: IntArray, until: date | None) -> tuple[FloatArray, float]:
    """Return the picks' price change from column ``at`` to ``until``, and the universe's mean one; NaN if unknown.

    A symbol that stops trading in between is held to its last close: its loss until then is part of the truth.
    """
    if until is None or at < 0 or not len(panel.sessions) or np.datetime64(until, "D") > panel.sessions[-1]:
        return np.full(len(rows), np.nan), float("nan")
    span = panel.close[:, at : session_index(panel, np.datetime64(until, "D")) + 1]
    newest = np.where(np.isfinite(span), np.arange(span.shape[1]), 0).max(axis=1, initial=0)
    change = span[np.arange(len(span)), newest] / span[:, 0] - 1.0
    known = change[np.isfinite(change)]
    return change[rows], float(known.mean()) if len(known) else float("nan")


def _floats(column: pa.ChunkedArray) -> FloatArray:
    return np.asarray(column.to_numpy(), dtype=np.float64)


def _spread(values: FloatArray, known: np.ndarray[Any, np.dtype[np.bool_]]) -> FloatArray:
    """Return the values (k,) of the known picks at their places among all n, NaN elsewhere."""
    result = np.full(len(known), np.nan)
    result[known] = values
    return result


def _texts(values: Sequence[str], known: np.ndarray[Any, np.dtype[np.bool_]]) -> list[str | None]:
    answers = iter(values)
    return [next(answers) if here else None for here in known.tolist()]


def _sessions(values: IntArray, known: np.ndarray[Any, np.dtype[np.bool_]]) -> list[int | None]:
    answers = iter(values.tolist())
    taken = [next(answers) if here else -1 for here in known.tolist()]
    return [value if value >= 0 else None for value in taken]
