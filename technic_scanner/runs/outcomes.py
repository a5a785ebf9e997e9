"""What the picks of past runs did: filtered, grouped and summed up with n and intervals, never without them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.evidence import (
    Interval,
    MeanTest,
    hit_rate,
    mean_by_period,
    mean_test,
    overlap_lags,
    quantile_groups,
    quantile_returns,
    rank_ic,
)
from technic_scanner.screening.matrix import IntArray
from technic_scanner.screening.outcomes import HORIZONS, EquityCurve, Holding, equity_curve

GROUPS: dict[str, str] = {"profile": "profile", "sector": "Sector", "tier": "Tier", "regime": "MarketRegime"}


@dataclass(frozen=True, slots=True)
class OutcomeQuery:
    """Which picks to look at, and how. Empty filters do not filter.

    ``horizon`` is sessions after the as-of date, one of HORIZONS; ``top_n`` the best ranks of each run (None: all);
    ``cost_bps`` the cost of trading an amount, in hundredths of a per cent of it; ``quantiles`` how many score groups.
    """

    source: str | None = None
    profiles: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    regimes: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    horizon: int = 21
    top_n: int | None = None
    cost_bps: float = 10.0
    quantiles: int = 5


@dataclass(frozen=True, slots=True)
class IcPoint:
    """The rank IC of one as-of date over ``n`` picks of ``runs`` runs, their mean if there are several; None: unknown.

    The IC is of the score for longs (100 − score for shorts) with the forward return, over the picks of one run.
    """

    as_of: date
    ic: float | None
    n: int
    runs: int


@dataclass(frozen=True, slots=True)
class GroupOutcome:
    """The picks of one profile, sector, tier or regime: share that beat the universe, mean excess return.

    ``dates`` is on how many as-of dates they were picked; those of a single one have no interval beside other dates.
    """

    group: str
    value: str
    dates: int
    hit: Interval
    excess: Interval


@dataclass(frozen=True, slots=True, eq=False)
class Equity:
    """Growth of 1 in the top picks of one lineage of runs, rebalanced at each run; ``dates`` are (periods + 1).

    It is the lineage with the most runs; ``others`` is how many lineages there are beside it.
    """

    lineage: str
    profile: str
    others: int
    dates: tuple[date, ...]
    curve: EquityCurve


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeReport:
    """The answer to an OutcomeQuery; ``picks`` has the columns of ``judging.OUTCOME_SCHEMA``.

    ``judged`` is how many picks have a return at the horizon, of ``picks`` in all, on ``dates`` as-of dates. ``excess``
    and ``hit`` are over the universe. ``quantiles`` are excess returns by score within each run, the lowest first.
    ``exits`` counts what plans reached first.
    """

    query: OutcomeQuery
    picks: pa.Table
    runs: int
    dates: int
    judged: int
    ic: tuple[IcPoint, ...]
    ic_test: MeanTest
    hit: Interval
    excess: Interval
    quantiles: tuple[Interval, ...]
    exits: tuple[tuple[str, int], ...]
    groups: tuple[GroupOutcome, ...]
    equity: Equity | None
    notes: tuple[str, ...]


def report_outcomes(outcomes: pa.Table, query: OutcomeQuery, notes: tuple[str, ...] = ()) -> OutcomeReport:
    """Filter the outcomes of ``judging.judge_runs`` and sum them up. Raises ValueError for another horizon."""
    if query.horizon not in HORIZONS:
        raise ValueError(f"the horizon {query.horizon} is not one of {', '.join(map(str, HORIZONS))}")
    runs = _of_runs(outcomes, query)
    picks = _of_picks(runs, query)
    by_run = _rows_by(picks, "run_id")
    excess = _floats(picks, f"excess_{query.horizon}")
    ic = _ic_points(picks, by_run, query.horizon)
    values = np.array([np.nan if point.ic is None else point.ic for point in ic])
    periods, lags = _periods(picks, excess, query.horizon)
    quantile = _quantiles_within_runs(picks, by_run, query.quantiles)
    return OutcomeReport(
        query=query,
        picks=picks,
        runs=len(by_run),
        dates=_count_days(_days(picks), excess),
        judged=int(np.isfinite(excess).sum()),
        ic=ic,
        ic_test=mean_test(values, lags),
        hit=hit_rate(excess, periods, lags),
        excess=mean_by_period(excess, periods, lags),
        quantiles=quantile_returns(quantile, excess, periods, query.quantiles, lags),
        exits=_exits(picks),
        groups=_groups(picks, excess, periods, lags),
        equity=_equity(runs, picks, by_run, query.cost_bps),
        notes=notes,
    )


def _of_runs(outcomes: pa.Table, query: OutcomeQuery) -> pa.Table:
    """Return the picks of the runs that pass the filters on runs."""
    outcomes = _among(outcomes, "profile", query.profiles)
    if query.since is not None:
        outcomes = outcomes.filter(pc.greater_equal(outcomes["as_of"], pa.scalar(query.since)))
    if query.until is not None:
        outcomes = outcomes.filter(pc.less_equal(outcomes["as_of"], pa.scalar(query.until)))
    return outcomes


def _of_picks(outcomes: pa.Table, query: OutcomeQuery) -> pa.Table:
    """Return the picks that pass the filters on picks."""
    for name, values in (("Sector", query.sectors), ("Tier", query.tiers), ("MarketRegime", query.regimes)):
        outcomes = _among(outcomes, name, values)
    if query.top_n is not None:
        outcomes = outcomes.filter(pc.less_equal(outcomes["Rank"], pa.scalar(float(query.top_n))))
    return outcomes


def _among(outcomes: pa.Table, name: str, values: tuple[str, ...]) -> pa.Table:
    return outcomes.filter(pc.is_in(outcomes[name], value_set=pa.array(values))) if values else outcomes


def _rows_by(picks: pa.Table, name: str) -> dict[str, IntArray]:
    """Return the rows of each value, ascending; the values as they first come."""
    codes, values = _encoded(picks, name)
    ends = np.cumsum(np.bincount(codes, minlength=len(values)))
    return dict(zip(values, np.split(np.argsort(codes, kind="stable"), ends[:-1]), strict=False))


def _encoded(picks: pa.Table, name: str) -> tuple[IntArray, list[str]]:
    """Return the place (n,) of each text among the distinct ones, and those as they first come."""
    encoded = picks[name].combine_chunks().dictionary_encode()
    return np.asarray(encoded.indices.to_numpy(), dtype=np.int64), encoded.dictionary.to_pylist()


def _exits(picks: pa.Table) -> tuple[tuple[str, int], ...]:
    """Return how many plans reached what first, the most frequent first."""
    found = pc.value_counts(picks["exit"].drop_null()).to_pylist()
    return tuple((item["values"], item["counts"]) for item in sorted(found, key=lambda item: -item["counts"]))


def _ic_points(picks: pa.Table, by_run: Mapping[str, IntArray], horizon: int) -> tuple[IcPoint, ...]:
    """Return one point per as-of date, oldest first: runs of one date see the same market and are no two proofs."""
    rank, forward = _floats(picks, "CompositeScore"), _floats(picks, f"forward_{horizon}")
    score = np.where(_floats(picks, "side") > 0.0, rank, 100.0 - rank)
    found: dict[date, list[tuple[float | None, int]]] = {}
    for rows in by_run.values():
        known = int(np.isfinite(forward[rows]).sum())
        found.setdefault(picks["as_of"][int(rows[0])].as_py(), []).append((rank_ic(score[rows], forward[rows]), known))
    points = []
    for day, runs in sorted(found.items()):
        known_ics = [ic for ic, _ in runs if ic is not None]
        mean = float(np.mean(known_ics)) if known_ics else None
        points.append(IcPoint(day, mean, sum(n for _, n in runs), len(runs)))
    return tuple(points)


def _periods(picks: pa.Table, excess: FloatArray, horizon: int) -> tuple[IntArray, int]:
    """Return each pick's period (n,), the day number of its as-of date, and over how many later ones it overlaps.

    On a single date every pick is a period of its own: there is nothing but their spread to judge them by.
    """
    days = _days(picks)
    judged = np.unique(days[np.isfinite(excess)]).astype("datetime64[D]")
    if len(judged) < 2:
        return np.arange(len(days)), 0
    steps = np.busday_count(judged[:-1], judged[1:])
    return days, overlap_lags(horizon, max(1, int(np.median(steps))))


def _days(picks: pa.Table) -> IntArray:
    return np.asarray(picks["as_of"].cast(pa.int32()).to_numpy(), dtype=np.int64)


def _count_days(days: IntArray, excess: FloatArray) -> int:
    return len(np.unique(days[np.isfinite(excess)]))


def _quantiles_within_runs(picks: pa.Table, by_run: Mapping[str, IntArray], quantiles: int) -> IntArray:
    """Return the quantile (n,) of each pick's score among the picks of its run, −1 where unknown."""
    score = _floats(picks, "CompositeScore")
    found = np.full(len(score), -1)
    for rows in by_run.values():
        found[rows] = quantile_groups(score[rows], quantiles)
    return found


def _groups(picks: pa.Table, excess: FloatArray, periods: IntArray, lags: int) -> tuple[GroupOutcome, ...]:
    found = []
    days = _days(picks)
    for group, name in GROUPS.items():
        texts = pc.fill_null(picks[name], "")
        for value, own in sorted(
            _rows_by(pa.table({name: pc.if_else(pc.equal(texts, ""), "unknown", texts)}), name).items()
        ):
            hit, mean = hit_rate(excess[own], periods[own], lags), mean_by_period(excess[own], periods[own], lags)
            found.append(GroupOutcome(group, value, _count_days(days[own], excess[own]), hit, mean))
    return tuple(found)


def _equity(runs: pa.Table, picks: pa.Table, by_run: Mapping[str, IntArray], cost_bps: float) -> Equity | None:
    """Return the equity of the lineage with the most runs; None while no lineage has two runs with bars between.

    Every run of the lineage is a period, also one of which no pick passes the filters: that period is spent in cash.
    """
    firsts = runs.take(np.array([rows[0] for rows in _rows_by(runs, "run_id").values()], dtype=np.int64))
    counts = Counter(firsts["lineage"].to_pylist())
    if not counts:
        return None
    lineage = max(counts, key=lambda name: (counts[name], name))
    own = firsts.filter(pc.and_(pc.equal(firsts["lineage"], lineage), pc.is_valid(firsts["universe_held_return"])))
    if not own.num_rows:
        return None
    periods = _holdings(own, picks, by_run)
    dates = (*own["as_of"].to_pylist(), own["next_as_of"][-1].as_py())
    return Equity(lineage, own["profile"][0].as_py(), len(counts) - 1, dates, equity_curve(periods, cost_bps))


def _holdings(runs: pa.Table, picks: pa.Table, by_run: Mapping[str, IntArray]) -> list[Holding]:
    """Return for each run, a row of ``runs``, what its picks are held as until the lineage's next one."""
    symbols, _ = _encoded(picks, "Symbol")
    sides, held, none = _floats(picks, "side"), _floats(picks, "held_return"), np.empty(0, dtype=np.int64)
    found = []
    for run_id, universe in zip(runs["run_id"].to_pylist(), runs["universe_held_return"].to_pylist(), strict=True):
        rows = by_run.get(run_id, none)
        found.append(Holding(symbols[rows], sides[rows], held[rows], universe))
    return found


def _floats(table: pa.Table, name: str) -> FloatArray:
    return np.asarray(table[name].to_numpy(), dtype=np.float64)
