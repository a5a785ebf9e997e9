"""Compute the outcomes of past picks from the bars after them: one table with a row per pick of each run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.stage import Stage
from technic_scanner.runs.config_identity import identity_of
from technic_scanner.runs.model import DatedRun, PickTable, StoredResult
from technic_scanner.runs.performance.judged_table import (
    JUDGED_SCHEMA,
    LABELS,
    NUMBERS,
    RUNS_SCHEMA,
    TEXTS,
    floats,
    joined_labels,
    joined_texts,
    measured,
    numbers,
    repeated,
    with_shared_labels,
)
from technic_scanner.screening.bars import DateArray, FloatArray, Panel
from technic_scanner.screening.filters import ELIGIBILITY_FILTERS
from technic_scanner.screening.matrix import BoolArray, IntArray
from technic_scanner.screening.past_prices import PastPrices, session_index
from technic_scanner.screening.pick_returns import (
    EXITS,
    HORIZONS,
    MOST_RETURN,
    CodeArray,
    Planned,
    pick_returns,
)

_PLAN = ("Close", "Entry", "Stop", "Target")
_FAILED = ("symbol", "stage", "reason")
JUDGED_COLUMNS: tuple[str, ...] = (*TEXTS, *NUMBERS, *_PLAN, "Flags")
INELIGIBLE: tuple[str, ...] = tuple(row_filter.code for row_filter in ELIGIBILITY_FILTERS)
# Flags of rows whose prices are wrong.
_DISTORTED = ("unadjusted_split", "price_off")


@dataclass(frozen=True, slots=True, eq=False)
class RunToJudge:
    """The picks of a run, the other symbols that could be bought then, and the key of its configuration.

    Runs of one lineage differ only in their as-of date. ``table`` has at least the JUDGED_COLUMNS, with its labels
    dictionary-encoded. ``others`` are the symbols that passed the run's own eligibility and were not picked.
    ``outside`` (n,) marks the picks that are no part of the universe, because their prices are not to be trusted.
    """

    dated: DatedRun
    lineage: str
    table: pa.Table
    others: pa.ChunkedArray
    outside: BoolArray

    @classmethod
    def of(cls, dated: DatedRun, lineage: str, picks: PickTable) -> RunToJudge:
        """Return the run with its picks and the other symbols of its universe."""
        failed = picks.failed
        eligible = pc.and_(
            pc.equal(failed["stage"], Stage.FINALIZATION.value),
            pc.invert(pc.is_in(failed["reason"], value_set=pa.array(INELIGIBLE))),
        )
        kept = failed.filter(pc.fill_null(eligible, False))
        others = kept["symbol"].filter(pa.array(~_distorted(kept, "flags")))
        return cls(dated, lineage, with_shared_labels(picks.table), others, _distorted(picks.table, "Flags"))

    @classmethod
    def of_stored(cls, stored: StoredResult, host: str | None) -> RunToJudge:
        """Return the run of a stored result, which must have an as-of date; ``host`` is where it was scanned."""
        assert stored.as_of is not None  # runs without a date have no outcomes
        dated = DatedRun(stored.run_id, stored.config, stored.as_of, host)
        failed = {name: pa.array([getattr(item, name) for item in stored.failures], pa.string()) for name in _FAILED}
        return cls.of(dated, lineage_of(stored.config), PickTable(stored.run_id, stored.table, pa.table(failed)))

    @property
    def as_of(self) -> date:
        """The last session that the run used."""
        return self.dated.as_of


def considered(runs: Sequence[RunToJudge]) -> tuple[str, ...]:
    """Return all symbols that passed the runs' universe filters, picked or not, sorted."""
    seen = joined_texts(column for run in runs for column in (run.table["Symbol"], run.others))
    return tuple(sorted(pc.unique(seen).to_pylist()))


def lineage_of(config: ScanConfig) -> str:
    """Return a hash of the config without the as-of date, as 16 hex digits."""
    fields = {name: value for name, value in identity_of(config).items() if name != "as_of_date"}
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:16]


class Judgement(NamedTuple):
    """The outcomes of ``picks``, in JUDGED_SCHEMA, and what is known of the ``runs``, in RUNS_SCHEMA, oldest first."""

    picks: pa.Table
    runs: pa.Table


def judge_runs(runs: Sequence[RunToJudge], panel: Panel, through: DateArray | None = None) -> Judgement:
    """Return the outcomes of all picks, oldest run first; ``panel`` has the available bars of their symbols.

    ``through`` (n,) are the days up to which the bars of its symbols are known (None: all).

    Returns are price changes as fractions; ``excess`` is the return on the pick's side over the equal-weight universe
    of its run. ``held_return`` is the return until ``next_as_of``, the as-of date of the lineage's next run. Values
    that lie in the future are null. Picks whose symbol is not in the panel are kept with nulls, so that they are
    counted.
    """
    ordered = sorted(runs, key=lambda run: (run.as_of, run.dated.run_id))
    if not ordered:
        return Judgement(JUDGED_SCHEMA.empty_table(), RUNS_SCHEMA.empty_table())
    following = _following(runs)
    next_as_of = [following.get(run.dated.run_id) for run in ordered]
    symbols = joined_texts(run.table["Symbol"] for run in ordered).dictionary_encode().combine_chunks()
    picked = _rows_of(symbols.dictionary, panel.symbols)[symbols.indices.to_numpy()]
    others = _rows_of(joined_texts(run.others for run in ordered), panel.symbols)
    prices = PastPrices.of(panel, np.datetime64(ordered[0].as_of, "D"), through)
    judged = _Judged.room(len(ordered), len(picked))
    parts, rests = _spans(run.table.num_rows for run in ordered), _spans(len(run.others) for run in ordered)
    for number, (run, part, rest) in enumerate(zip(ordered, parts, rests, strict=True)):
        _judge(run, next_as_of[number], prices, picked[part], others[rest], judged.part(number, part))
    return Judgement(_table(ordered, next_as_of, symbols, judged), _runs_table(ordered, next_as_of, judged))


def _distorted(rows: pa.Table, name: str) -> BoolArray:
    """Return which rows (n,) have a flag in the column ``name`` that says that their prices are wrong."""
    if name not in rows.column_names:
        return np.zeros(rows.num_rows, dtype=np.bool_)
    flags = [set((text or "").split()) for text in rows[name].to_pylist()]
    return np.array([not own.isdisjoint(_DISTORTED) for own in flags], dtype=np.bool_)


def _following(runs: Sequence[RunToJudge]) -> dict[str, date]:
    """Return for each run the as-of date of the next one of its lineage."""
    by_lineage: dict[str, list[RunToJudge]] = {}
    for run in sorted(runs, key=lambda run: run.as_of):
        by_lineage.setdefault(run.lineage, []).append(run)
    return {run.dated.run_id: later.as_of for line in by_lineage.values() for run, later in pairwise(line)}


class _Judged(NamedTuple):
    """The outcomes of N picks of R runs over H horizons; NaN and −1 where unknown or in the future.

    ``side`` (N,); ``forward`` and ``excess`` (H, N); ``universe`` (H, R); ``held`` (N,) and ``universe_held`` (R,),
    until the lineage's next run; ``limited`` (H, R) counts the universe's winsorised returns; ``exits`` (N,) are
    indices into EXITS, reached after ``exit_sessions`` (N,).
    """

    side: npt.NDArray[np.int8]
    forward: FloatArray
    excess: FloatArray
    universe: FloatArray
    held: FloatArray
    universe_held: FloatArray
    limited: IntArray
    exits: CodeArray
    exit_sessions: npt.NDArray[np.int16]

    @classmethod
    def room(cls, runs: int, picks: int) -> _Judged:
        """Return arrays allocated for all runs and picks, which are filled run by run without further copies."""
        return cls(
            side=np.empty(picks, dtype=np.int8),
            forward=np.empty((len(HORIZONS), picks)),
            excess=np.empty((len(HORIZONS), picks)),
            universe=np.empty((len(HORIZONS), runs)),
            held=np.empty(picks),
            universe_held=np.empty(runs),
            limited=np.empty((len(HORIZONS), runs), dtype=np.int64),
            exits=np.empty(picks, dtype=np.int8),
            exit_sessions=np.empty(picks, dtype=np.int16),
        )

    def part(self, run: int, picks: slice) -> _Judged:
        """Return a view of the part of one run, to be filled."""
        own = slice(run, run + 1)
        return _Judged(
            self.side[picks],
            self.forward[:, picks],
            self.excess[:, picks],
            self.universe[:, own],
            self.held[picks],
            self.universe_held[own],
            self.limited[:, own],
            self.exits[picks],
            self.exit_sessions[picks],
        )


def _judge(
    run: RunToJudge, next_as_of: date | None, prices: PastPrices, picked: IntArray, others: IntArray, into: _Judged
) -> None:
    """Fill in the outcomes of one run; ``picked`` and ``others`` are the columns of ``prices`` of its symbols."""
    at = session_index(prices.sessions, np.datetime64(run.as_of, "D"))
    universe = np.zeros(prices.close.shape[1], dtype=np.bool_)
    universe[picked[~run.outside]] = True
    universe[others] = True
    universe[-1] = False
    plan = {name: floats(run.table[name]) for name in _PLAN}
    into.side[:] = np.where(plan["Target"] >= plan["Entry"], 1, -1)
    planned = Planned(into.side, plan["Close"], plan["Stop"], plan["Target"])
    outcome = pick_returns(prices, at, universe, picked, planned)
    into.forward[:] = outcome.forward
    into.excess[:] = outcome.excess
    into.universe[:, 0] = outcome.universe
    into.limited[:, 0] = outcome.limited
    into.held[:], into.universe_held[0] = _held(prices, at, universe, picked, next_as_of)
    into.exits[:] = np.where(picked >= 0, outcome.exits.codes, -1)
    into.exit_sessions[:] = outcome.exits.sessions


def _table(
    runs: Sequence[RunToJudge], next_as_of: Sequence[date | None], symbols: pa.DictionaryArray, judged: _Judged
) -> pa.Table:
    """Return the picks of all runs, in their order, as one table of JUDGED_SCHEMA."""
    about = _about(runs, next_as_of)
    of_run = np.repeat(np.arange(len(runs), dtype=np.int32), [run.table.num_rows for run in runs])
    columns: dict[str, Any] = {
        **{name: repeated(about[name], of_run) for name in about},
        **{name: joined_labels(run.table[name] for run in runs) for name in LABELS},
        "Symbol": symbols,
        **{name: measured(name, np.concatenate([floats(run.table[name]) for run in runs])) for name in NUMBERS},
        "side": pa.array(judged.side),
        **{f"forward_{h}": numbers(judged.forward[j]) for j, h in enumerate(HORIZONS)},
        **{f"excess_{h}": numbers(judged.excess[j]) for j, h in enumerate(HORIZONS)},
        **{f"universe_{h}": repeated(numbers(judged.universe[j]), of_run) for j, h in enumerate(HORIZONS)},
        "held_return": numbers(judged.held),
        "universe_held_return": repeated(numbers(judged.universe_held), of_run),
        "exit": pa.DictionaryArray.from_arrays(pa.array(judged.exits, mask=judged.exits < 0), pa.array(EXITS)),
        "exit_sessions": pa.array(judged.exit_sessions, mask=judged.exit_sessions < 0),
    }
    return pa.Table.from_arrays([columns[item.name] for item in JUDGED_SCHEMA], schema=JUDGED_SCHEMA)


def _about(runs: Sequence[RunToJudge], next_as_of: Sequence[date | None]) -> dict[str, pa.Array]:
    """Return by column what all picks of a run share, one value per run."""
    configs = [run.dated.config for run in runs]
    return {
        "run_id": pa.array([run.dated.run_id for run in runs], pa.string()),
        "lineage": pa.array([run.lineage for run in runs], pa.string()),
        "as_of": pa.array([run.as_of for run in runs], pa.date32()),
        "next_as_of": pa.array(next_as_of, pa.date32()),
        "universe": pa.array([config.universe for config in configs], pa.string()),
        "direction": pa.array([config.direction for config in configs], pa.string()),
        "profile": pa.array([config.strategy_profile_name for config in configs], pa.string()),
    }


def _runs_table(runs: Sequence[RunToJudge], next_as_of: Sequence[date | None], judged: _Judged) -> pa.Table:
    columns = _about(runs, next_as_of) | {"universe_held_return": numbers(judged.universe_held)}
    columns |= {f"limited_{h}": pa.array(judged.limited[j]) for j, h in enumerate(HORIZONS)}
    return pa.table(columns, schema=RUNS_SCHEMA)


def _held(
    prices: PastPrices, at: int, universe: BoolArray, picks: IntArray, until: date | None
) -> tuple[FloatArray, float]:
    """Return the picks' price change from session ``at`` to ``until``, and the universe's mean; NaN if unknown.

    A symbol that stops trading in between is held at its last close, so that its loss until then is included. Returns
    are winsorised as those of fixed horizons.
    """
    if until is None or at < 0 or not len(prices.sessions) or np.datetime64(until, "D") > prices.sessions[-1]:
        return np.full(len(picks), np.nan), float("nan")
    start, last = prices.close[at], prices.close[session_index(prices.sessions, np.datetime64(until, "D"))]
    change = np.minimum(last / np.where(start > 0.0, start, np.nan) - 1.0, MOST_RETURN)
    known = change[universe & np.isfinite(change)]
    return change[picks], float(known.mean()) if len(known) else float("nan")


def _rows_of(names: pa.Array | pa.ChunkedArray, symbols: Sequence[str]) -> IntArray:
    """Return the index (n,) of each name in ``symbols``, −1 if it is not there."""
    places = pc.fill_null(pc.index_in(names, value_set=pa.array(symbols, pa.string())), -1)
    return np.asarray(places.to_numpy(), dtype=np.int64)


def _spans(lengths: Iterable[int]) -> list[slice]:
    """Return the slices of consecutive parts with these lengths."""
    return [slice(start, stop) for start, stop in pairwise(accumulate(lengths, initial=0))]
