"""What followed the entries of a study after one horizon: excess, hits, spread, costs, turnover and overlap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.evidence import Interval, PeriodValues
from technic_scanner.screening.matrix import SESSIONS_PER_YEAR, IntArray
from technic_scanner.screening.pick_returns import MOST_RETURN
from technic_scanner.studies.date_means import DateMeans
from technic_scanner.studies.kernel_events import turnover

if TYPE_CHECKING:
    from technic_scanner.studies.result import Study

SPREAD = (0.05, 0.25, 0.75, 0.95)


@dataclass(frozen=True, slots=True)
class HorizonResult:
    """Returns of the entries of a study, as fractions, over ``horizon`` sessions; None is unknown.

    ``n`` entries on ``n_dates`` sessions have a known return. ``mean_excess`` is the mean over dates of each date's
    mean excess, before costs, with its 95 % interval ``low`` … ``high``, which rests on ``standard_error`` and
    ``effective_sessions``, see ``intervals.Reach``. ``hit_rate`` is the share of entries with an
    excess above 0, ``median`` and ``spread`` (the 5, 25, 75 and 95 % quantiles) are over entries. ``limited`` entries
    and ``universe_limited`` rows were winsorised.
    """

    horizon: int
    n: int
    n_dates: int
    mean_excess: float | None
    low: float | None
    high: float | None
    standard_error: float | None
    effective_sessions: float
    hit_rate: float | None
    median: float | None
    spread: tuple[float, ...]
    mean_forward: float | None
    limited: int
    universe_limited: int
    trading: Trading


@dataclass(frozen=True, slots=True)
class Trading:
    """What it costs to hold each entry for the horizon, all open ones with equal weights.

    ``cost_bps`` is that of a purchase and a sale together, ``net_mean_excess`` is after it, and with
    ``break_even_bps`` a purchase and as much a sale nothing would be left. ``turnover_per_year`` is Σ |change of
    weight| in 252 sessions; ``cost_per_year_bps`` what that costs. ``mean_open`` entries are open at a time, and
    ``overlap`` is the share of entries that begin while an earlier one of the symbol is open.
    """

    cost_bps: float
    net_mean_excess: float | None
    break_even_bps: float | None
    turnover_per_year: float
    cost_per_year_bps: float
    mean_open: float
    overlap: float | None


def horizon_result(study: Study, horizon: int) -> HorizonResult:
    """Return what followed the entries after ``horizon`` sessions."""
    forward = study.forward(horizon)
    excess = forward - study.universe.after(horizon)[study.columns]
    known = excess[np.isfinite(excess)]
    by_date = DateMeans.of(excess, study.columns)
    mean, reach = by_date.mean(), study.reaches[horizon]
    low, high = reach.around(mean)
    return HorizonResult(
        horizon=horizon,
        n=len(known),
        n_dates=len(by_date.columns),
        mean_excess=mean,
        low=low,
        high=high,
        standard_error=reach.error,
        effective_sessions=reach.sessions,
        hit_rate=float((known > 0.0).mean()) if len(known) else None,
        median=float(np.median(known)) if len(known) else None,
        spread=tuple(np.quantile(known, SPREAD).tolist()) if len(known) else (),
        mean_forward=_mean(forward),
        limited=int((forward >= MOST_RETURN).sum()),
        universe_limited=int(study.universe.limited[study.universe.offsets.index(horizon)]),
        trading=_trading(study, horizon, mean),
    )


def date_hit(study: Study, horizon: int) -> Interval:
    """Return the mean over dates of each date's hit rate, with an interval that allows for shared sessions."""
    return PeriodValues.of(study.excess(horizon), study.columns, horizon, study.alike(horizon)).hit()


def _mean(values: FloatArray) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def _trading(study: Study, horizon: int, mean_excess: float | None) -> Trading:
    rows, columns = study.by_row
    first, stop = study.window
    traded = np.zeros(study.panel.bars.shape[1])
    mean_open = float(turnover(rows, columns, horizon, len(traded), traded))
    years = max(stop - first, 1) / SESSIONS_PER_YEAR
    per_year = float(traded.sum()) / years
    both = 2.0 * study.cost_bps
    return Trading(
        cost_bps=both,
        net_mean_excess=None if mean_excess is None else mean_excess - both / 1e4,
        break_even_bps=None if mean_excess is None else mean_excess / 2.0 * 1e4,
        turnover_per_year=per_year,
        cost_per_year_bps=per_year * study.cost_bps,
        mean_open=mean_open,
        overlap=_overlap(rows, columns, horizon),
    )


def _overlap(rows: IntArray, columns: IntArray, horizon: int) -> float | None:
    if not len(rows):
        return None
    again = (rows[1:] == rows[:-1]) & (columns[1:] - columns[:-1] < horizon)
    return float(again.sum()) / len(rows)
