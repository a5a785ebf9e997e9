"""Say which picks and runs a report of outcomes includes, and choose them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True, slots=True)
class PerformanceQuery:
    """Which picks to include, and how to measure them. Empty filters do not filter, except ``direction``.

    Runs of different directions are never pooled: without a ``direction`` it is the one with the most runs.

    ``horizon`` is the number of sessions after the as-of date, one of HORIZONS; ``top_n`` the best ranks of each run
    (None: all); ``cost_bps`` the trading cost in hundredths of a per cent of the traded amount; ``quantiles`` the
    number of score groups.
    """

    source: str | None = None
    universe: str | None = None
    direction: str | None = None
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

    @property
    def narrows_picks(self) -> bool:
        """Whether some picks of a run may be left out though others are not, whatever their ranks."""
        return bool(self.sectors or self.tiers or self.regimes)


def of_runs(outcomes: pa.Table, query: PerformanceQuery) -> pa.Table:
    """Return the rows, of picks or of runs, of the runs that pass the filters on runs."""
    outcomes = _among(outcomes, "profile", query.profiles)
    if query.since is not None:
        outcomes = outcomes.filter(pc.greater_equal(outcomes["as_of"], pa.scalar(query.since)))
    if query.until is not None:
        outcomes = outcomes.filter(pc.less_equal(outcomes["as_of"], pa.scalar(query.until)))
    return outcomes


def of_direction(outcomes: pa.Table, direction: str | None) -> pa.Table:
    return outcomes if direction is None else _among(outcomes, "direction", (direction,))


def chosen_direction(runs: pa.Table, asked: str | None) -> tuple[str | None, tuple[str, ...]]:
    """Return the direction whose runs are reported, and a note on those of others, which are never pooled with them."""
    counts = Counter(runs["direction"].to_pylist())
    chosen = asked if asked is not None else max(sorted(counts), key=counts.__getitem__, default=None)
    others = ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items()) if name != chosen)
    if asked is not None or not others:
        return chosen, ()
    return chosen, (f"These are the runs of direction {chosen}; runs of other directions are left out: {others}.",)


def of_picks(outcomes: pa.Table, query: PerformanceQuery) -> pa.Table:
    """Return the picks that pass the filters on picks."""
    for name, values in (("Sector", query.sectors), ("Tier", query.tiers), ("MarketRegime", query.regimes)):
        outcomes = _among(outcomes, name, values)
    if query.top_n is not None:
        outcomes = outcomes.filter(pc.less_equal(outcomes["Rank"], pa.scalar(float(query.top_n))))
    return outcomes


def _among(outcomes: pa.Table, name: str, values: tuple[str, ...]) -> pa.Table:
    return outcomes.filter(pc.is_in(outcomes[name], value_set=pa.array(values))) if values else outcomes
