"""What the picks of past runs did: filtered, grouped and summed up with n and intervals, never without them."""

from __future__ import annotations

from collections import Counter
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
    mean_interval,
    mean_test,
    overlap_lags,
    quantile_groups,
    quantile_returns,
    rank_ic,
)
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
    """The rank IC of one run's picks (score against the return of their side) over ``n`` picks; None is unknown."""

    run_id: str
    as_of: date
    ic: float | None
    n: int


@dataclass(frozen=True, slots=True)
class GroupOutcome:
    """The picks of one profile, sector, tier or regime: share that beat the universe, mean excess return."""

    group: str
    value: str
    hit: Interval
    excess: Interval


@dataclass(frozen=True, slots=True, eq=False)
class Equity:
    """Growth of 1 in the top picks of one lineage of runs, rebalanced at each run; ``dates`` are (periods + 1)."""

    lineage: str
    dates: tuple[date, ...]
    curve: EquityCurve


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeReport:
    """The answer to an OutcomeQuery; ``picks`` has the columns of ``judging.OUTCOME_SCHEMA``.

    ``judged`` is how many picks have a return at the horizon, of ``picks`` in all. ``excess`` and ``hit`` are over the
    universe. ``quantiles`` are excess returns by score, the lowest first. ``exits`` counts what plans reached first.
    """

    query: OutcomeQuery
    picks: pa.Table
    runs: int
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
    picks = _filtered(outcomes, query)
    excess = _floats(picks, f"excess_{query.horizon}")
    score = _floats(picks, "CompositeScore")
    ic = _ic_points(picks, query.horizon)
    values = np.array([np.nan if point.ic is None else point.ic for point in ic])
    return OutcomeReport(
        query=query,
        picks=picks,
        runs=len(set(picks["run_id"].to_pylist())),
        judged=int(np.isfinite(excess).sum()),
        ic=ic,
        ic_test=mean_test(values, overlap_lags(query.horizon, _sessions_between(ic))),
        hit=hit_rate(excess),
        excess=mean_interval(excess),
        quantiles=quantile_returns(quantile_groups(score, query.quantiles), excess, query.quantiles),
        exits=tuple(Counter(value for value in picks["exit"].to_pylist() if value).most_common()),
        groups=_groups(picks, excess),
        equity=_equity(picks, query.cost_bps),
        notes=notes,
    )


def _filtered(outcomes: pa.Table, query: OutcomeQuery) -> pa.Table:
    chosen = (
        ("profile", query.profiles),
        ("Sector", query.sectors),
        ("Tier", query.tiers),
        ("MarketRegime", query.regimes),
    )
    for name, values in chosen:
        if values:
            outcomes = outcomes.filter(pc.is_in(outcomes[name], value_set=pa.array(values)))
    if query.since is not None:
        outcomes = outcomes.filter(pc.greater_equal(outcomes["as_of"], pa.scalar(query.since)))
    if query.until is not None:
        outcomes = outcomes.filter(pc.less_equal(outcomes["as_of"], pa.scalar(query.until)))
    if query.top_n is not None:
        outcomes = outcomes.filter(pc.less_equal(outcomes["Rank"], pa.scalar(float(query.top_n))))
    return outcomes


def _rows_by_run(picks: pa.Table) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for row, run_id in enumerate(picks["run_id"].to_pylist()):
        rows.setdefault(run_id, []).append(row)
    return rows


def _ic_points(picks: pa.Table, horizon: int) -> tuple[IcPoint, ...]:
    score, forward = _floats(picks, "CompositeScore"), _floats(picks, f"forward_{horizon}")
    gained = forward * _floats(picks, "side")
    dates = picks["as_of"].to_pylist()
    return tuple(
        IcPoint(run_id, dates[rows[0]], rank_ic(score[rows], gained[rows]), int(np.isfinite(gained[rows]).sum()))
        for run_id, rows in _rows_by_run(picks).items()
    )


def _sessions_between(points: tuple[IcPoint, ...]) -> int:
    """Return the median number of sessions from one run to the next, counted in weekdays; at least 1."""
    days = sorted({point.as_of for point in points if point.ic is not None})
    if len(days) < 2:
        return 1
    steps = np.busday_count(days[:-1], days[1:])
    return max(1, int(np.median(steps)))


def _groups(picks: pa.Table, excess: FloatArray) -> tuple[GroupOutcome, ...]:
    found = []
    for group, name in GROUPS.items():
        values = np.array([value or "unknown" for value in picks[name].to_pylist()], dtype=np.str_)
        for value in sorted(set(values.tolist())):
            own = excess[values == value]
            found.append(GroupOutcome(group, value, hit_rate(own), mean_interval(own)))
    return tuple(found)


def _equity(picks: pa.Table, cost_bps: float) -> Equity | None:
    """Return the equity of the lineage with the most runs; None while no lineage has two runs with bars between."""
    lineages = Counter(
        dict.fromkeys(zip(picks["lineage"].to_pylist(), picks["run_id"].to_pylist(), strict=True)).keys()
    )
    runs = Counter(lineage for lineage, _ in lineages)
    if not runs:
        return None
    lineage = max(runs, key=lambda name: (runs[name], name))
    own = picks.filter(pc.and_(pc.equal(picks["lineage"], lineage), pc.is_valid(picks["universe_held_return"])))
    if not own.num_rows:
        return None
    symbols, sides = own["Symbol"].to_pylist(), own["side"].to_pylist()
    held, universe = _floats(own, "held_return"), _floats(own, "universe_held_return")
    starts, ends = own["as_of"].to_pylist(), own["next_as_of"].to_pylist()
    periods, dates = [], []
    for rows in _rows_by_run(own).values():
        chosen = tuple((symbols[row], sides[row], float(held[row])) for row in rows)
        periods.append(Holding(chosen, float(universe[rows[0]])))
        dates.append(starts[rows[0]])
        last = ends[rows[0]]
    return Equity(lineage, (*dates, last), equity_curve(periods, cost_bps))


def _floats(table: pa.Table, name: str) -> FloatArray:
    return np.asarray(table[name].to_numpy(), dtype=np.float64)
