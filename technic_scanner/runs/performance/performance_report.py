"""Summarise the outcomes of past picks: filtered and grouped, always with n and intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.runs.performance.performance_query import (
    PerformanceQuery,
    chosen_direction,
    of_direction,
    of_picks,
    of_runs,
)
from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.evidence import (
    Interval,
    MeanTest,
    PeriodValues,
    mean_test,
    quantile_groups,
    quantile_returns,
    rank_ic,
)
from technic_scanner.screening.holdings import Held
from technic_scanner.screening.matrix import IntArray
from technic_scanner.screening.overlap import session_numbers
from technic_scanner.screening.panel_build import calendar_of
from technic_scanner.screening.pick_returns import HORIZONS, MOST_RETURN, EquityCurve, Holding, equity_curve

GROUPS: dict[str, str] = {"profile": "profile", "sector": "Sector", "tier": "Tier", "regime": "MarketRegime"}
# Columns that are equal for all picks of a run.
_OF_RUN = ("run_id", "lineage", "profile", "direction", "as_of", "next_as_of", "universe_held_return")


@dataclass(frozen=True, slots=True)
class IcPoint:
    """The rank IC of one as-of date over ``n`` picks of ``runs`` runs, the mean if there are several; None: unknown.

    It is the correlation of the score for longs (100 − score for shorts) with the forward return over one run's picks.
    """

    as_of: date
    ic: float | None
    n: int
    runs: int


@dataclass(frozen=True, slots=True)
class GroupPerformance:
    """The picks of one profile, sector, tier or regime: share that beat the universe, mean excess return.

    ``dates`` is the number of their as-of dates. A group with a single date has no interval if there are other dates.
    """

    group: str
    value: str
    dates: int
    hit: Interval
    excess: Interval


@dataclass(frozen=True, slots=True, eq=False)
class Equity:
    """Growth of 1 in the top picks of one lineage of runs, rebalanced at each run; ``dates`` has (periods + 1) entries.

    It is the lineage with the most runs; ``others`` is the number of other lineages.
    """

    lineage: str
    profile: str
    others: int
    dates: tuple[date, ...]
    curve: EquityCurve


@dataclass(frozen=True, slots=True, eq=False)
class PerformanceReport:
    """The answer to an PerformanceQuery; ``picks`` has the columns of ``judged_table.JUDGED_SCHEMA``.

    ``judged_table.plain`` converts ``picks`` to a form that pandas can read.

    ``direction`` is that of the runs, None if there are none; ``limited`` and ``universe_limited`` count the returns of
    picks and of universes at the horizon that were winsorised to ``pick_returns.MOST_RETURN``.

    ``judged`` of all ``picks`` have a return at the horizon, on ``dates`` as-of dates. ``excess`` and ``hit`` are
    relative to the universe. ``quantiles`` are excess returns by score within each run, lowest scores first. ``exits``
    counts the levels that plans reached first.
    """

    query: PerformanceQuery
    direction: str | None
    picks: pa.Table
    runs: int
    dates: int
    judged: int
    limited: int
    universe_limited: int
    ic: tuple[IcPoint, ...]
    ic_test: MeanTest
    hit: Interval
    excess: Interval
    quantiles: tuple[Interval, ...]
    exits: tuple[tuple[str, int], ...]
    groups: tuple[GroupPerformance, ...]
    equity: Equity | None
    notes: tuple[str, ...]


def report_performance(
    outcomes: pa.Table, query: PerformanceQuery, known_runs: pa.Table | None = None
) -> PerformanceReport:
    """Filter and summarise the outcomes of ``judging.judge_runs``. Raises ValueError for an unknown horizon.

    The picks of a run must be consecutive rows; tables of several ``judge_runs`` may be concatenated. ``known_runs`` in
    RUNS_SCHEMA has the runs, also those without picks (None: those that have some).
    """
    if query.horizon not in HORIZONS:
        raise ValueError(f"the horizon {query.horizon} is not one of {', '.join(map(str, HORIZONS))}")
    all_runs = _first_rows(outcomes) if known_runs is None else known_runs
    direction, left_out = chosen_direction(of_runs(all_runs, query), query.direction)
    runs = of_direction(of_runs(all_runs, query), direction)
    picks = of_picks(of_direction(of_runs(outcomes, query), direction), query)
    by_run = _rows_by_run(picks)
    excess = _floats(picks, f"excess_{query.horizon}")
    days = _days(picks)
    ic = _ic_points(picks, days, by_run, query.horizon)
    values = np.array([np.nan if point.ic is None else point.ic for point in ic])
    ic_days = np.array([point.as_of for point in ic], dtype="datetime64[D]").astype(np.int64)
    periods, horizon, dates = _periods(days, excess, query.horizon)
    held = Held(_encoded(picks, "Symbol")[0], _floats(picks, "side"))
    returns = PeriodValues.of(excess, periods, horizon, held)
    whole = returns.whole()
    return PerformanceReport(
        query=query,
        direction=direction,
        picks=picks,
        runs=_run_count(runs, by_run, query),
        dates=dates,
        judged=whole.mean.n,
        limited=int((_floats(picks, f"forward_{query.horizon}") >= MOST_RETURN).sum()),
        universe_limited=_total(runs, f"limited_{query.horizon}"),
        ic=ic,
        ic_test=mean_test(values, session_numbers(ic_days), query.horizon),
        hit=whole.hit,
        excess=whole.mean,
        quantiles=quantile_returns(_quantiles_within_runs(picks, by_run, query.quantiles), returns, query.quantiles),
        exits=_exits(picks),
        groups=_groups(picks, returns, dates),
        equity=_equity(runs, picks, by_run, query.cost_bps),
        notes=left_out,
    )


def _first_rows(outcomes: pa.Table) -> pa.Table:
    """Return what is known of the runs from the first pick of each."""
    starts = [own.start for own in _rows_by_run(outcomes).values()]
    return outcomes.select(_OF_RUN).take(np.array(starts, dtype=np.int64))


def _run_count(runs: pa.Table, by_run: Mapping[str, slice], query: PerformanceQuery) -> int:
    """Return the number of runs: where picks are filtered, of those that have some left."""
    return len(by_run) if query.narrows_picks else runs.num_rows


def _total(runs: pa.Table, name: str) -> int:
    return int(pc.sum(runs[name]).as_py() or 0) if name in runs.column_names else 0


def _rows_by_run(picks: pa.Table) -> dict[str, slice]:
    """Return the slice of each run's picks, in the order of the runs."""
    codes, runs = _encoded(picks, "run_id")
    ends = np.cumsum(np.bincount(codes, minlength=len(runs))).tolist()
    return {run: slice(start, stop) for run, (start, stop) in zip(runs, pairwise([0, *ends]), strict=True)}


def _encoded(picks: pa.Table, name: str) -> tuple[IntArray, list[Any]]:
    """Return the index (n,) of each text in the distinct texts, and these by first occurrence; unknown is None."""
    texts = picks[name].dictionary_encode().unify_dictionaries().combine_chunks()
    # A dictionary may contain texts that no row uses any more.
    used = texts.indices.dictionary_encode(null_encoding="encode")
    return used.indices.to_numpy(), texts.dictionary.take(used.dictionary).to_pylist()


def limits_note(report: PerformanceReport) -> tuple[str, ...]:
    """Return a sentence on the winsorised returns of a report, if there are some."""
    if not report.limited and not report.universe_limited:
        return ()
    counts = f"{report.limited:,} of the picks and {report.universe_limited:,} of their universes"
    return (f"Returns above {MOST_RETURN:+.0%} count as {MOST_RETURN:+.0%}: {counts}.",)


def _exits(picks: pa.Table) -> tuple[tuple[str, int], ...]:
    """Return the number of plans by the level that they reached first, most frequent first."""
    codes, exits = _encoded(picks, "exit")
    counts = zip(exits, np.bincount(codes, minlength=len(exits)).tolist(), strict=True)
    return tuple(sorted(((name, count) for name, count in counts if name), key=lambda item: -item[1]))


def _ic_points(picks: pa.Table, days: IntArray, by_run: Mapping[str, slice], horizon: int) -> tuple[IcPoint, ...]:
    """Return one point per as-of date, oldest first: runs of one date are not independent observations."""
    rank, forward = _floats(picks, "CompositeScore"), _floats(picks, f"forward_{horizon}")
    score = np.where(_floats(picks, "side") > 0.0, rank, 100.0 - rank)
    found: dict[date, list[tuple[float | None, int]]] = {}
    for rows in by_run.values():
        known = int(np.isfinite(forward[rows]).sum())
        day = days[rows.start].astype("datetime64[D]").item()
        found.setdefault(day, []).append((rank_ic(score[rows], forward[rows]), known))
    points = []
    for day, runs in sorted(found.items()):
        known_ics = [ic for ic, _ in runs if ic is not None]
        mean = float(np.mean(known_ics)) if known_ics else None
        points.append(IcPoint(day, mean, sum(n for _, n in runs), len(runs)))
    return tuple(points)


def _periods(days: IntArray, excess: FloatArray, horizon: int) -> tuple[IntArray, int, int]:
    """Return each pick's period (n,), how many sessions its return looks ahead, and how many as-of dates were judged.

    A period is an as-of date, as the number of its session. On a single date every pick is a period of its own and none
    overlaps: there is nothing but their spread to judge them by.
    """
    dates = len(calendar_of(days[np.isfinite(excess)]))
    return (session_numbers(days), horizon, dates) if dates > 1 else (np.arange(len(days)), 0, dates)


def _days(picks: pa.Table) -> IntArray:
    """Return each pick's as-of date (n,) in days since 1970."""
    return np.asarray(picks["as_of"].cast(pa.date32()).cast(pa.int32()).to_numpy())


def _quantiles_within_runs(picks: pa.Table, by_run: Mapping[str, slice], quantiles: int) -> IntArray:
    """Return the quantile (n,) of each pick's score among the picks of its run, −1 where unknown."""
    score = _floats(picks, "CompositeScore")
    found = np.full(len(score), -1)
    for rows in by_run.values():
        found[rows] = quantile_groups(score[rows], quantiles)
    return found


def _groups(picks: pa.Table, returns: PeriodValues, dates: int) -> tuple[GroupPerformance, ...]:
    """Return the outcomes by profile, sector, tier and regime; ``dates`` is the number of as-of dates of all picks."""
    found = []
    for group, name in GROUPS.items():
        codes, texts = _encoded(picks, name)
        names = [text or "unknown" for text in texts]
        values = sorted(set(names))
        places = np.array([values.index(text) for text in names], dtype=np.int64)[codes]
        for value, of_value in zip(values, returns.by_group(places, len(values)), strict=True):
            # With a single date each pick is a period.
            found.append(GroupPerformance(group, value, min(of_value.periods, dates), of_value.hit, of_value.mean))
    return tuple(found)


def _equity(runs: pa.Table, picks: pa.Table, by_run: Mapping[str, slice], cost_bps: float) -> Equity | None:
    """Return the equity of the lineage with the most runs; None if no lineage has two runs with bars in between.

    Every run of the lineage is a period; if none of its picks passes the filters, that period is spent in cash.
    """
    firsts = runs.select(_OF_RUN).to_pylist()
    counts = Counter(run["lineage"] for run in firsts)
    if not counts:
        return None
    lineage = max(counts, key=lambda name: (counts[name], name))
    own = [run for run in firsts if run["lineage"] == lineage and run["universe_held_return"] is not None]
    if not own:
        return None
    dates = (*(run["as_of"] for run in own), own[-1]["next_as_of"])
    curve = equity_curve(_holdings(own, picks, by_run), cost_bps)
    return Equity(lineage, own[0]["profile"], len(counts) - 1, dates, curve)


def _holdings(runs: Sequence[Mapping[str, Any]], picks: pa.Table, by_run: Mapping[str, slice]) -> list[Holding]:
    """Return for each run its holdings until the lineage's next run."""
    symbols, _ = _encoded(picks, "Symbol")
    sides, held, none = _floats(picks, "side"), _floats(picks, "held_return"), slice(0, 0)
    found = []
    for run in runs:
        rows = by_run.get(run["run_id"], none)
        found.append(Holding(symbols[rows], sides[rows], held[rows], run["universe_held_return"]))
    return found


def _floats(table: pa.Table, name: str) -> FloatArray:
    return np.asarray(table[name].to_numpy(), dtype=np.float64)
