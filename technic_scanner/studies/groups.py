"""The entries of a study by year, sector or regime, each with its own intervals."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.evidence import mean_test
from technic_scanner.screening.matrix import IntArray
from technic_scanner.screening.pick_returns import HORIZONS
from technic_scanner.screening.regime import equal_weight_index, market_regime
from technic_scanner.studies.result import Study

UNKNOWN = "unknown"
MOST_THREADS = 4


@dataclass(frozen=True, slots=True)
class GroupResult:
    """What followed the entries of a group after one horizon; see ``horizons.HorizonResult``."""

    n: int
    n_dates: int
    mean_excess: float | None
    low: float | None
    high: float | None
    hit_rate: float | None
    median: float | None


@dataclass(frozen=True, slots=True)
class Group:
    """Some entries of a study: how many on how many dates, and by horizon what followed."""

    name: str
    entries: int
    dates: int
    horizons: dict[int, GroupResult]


def by_year(study: Study, horizons: Sequence[int] = HORIZONS) -> tuple[Group, ...]:
    """Return the entries by the year of their session, oldest first."""
    years = study.sessions.astype("datetime64[Y]").astype(str)
    return _grouped(study, years, horizons)


def by_month(study: Study) -> dict[str, int]:
    """Return the number of entries of each month of the window, also of months without any."""
    first, stop = study.window
    months = np.unique(study.panel.sessions[first:stop].astype("datetime64[M]"))
    found, counts = np.unique(study.sessions.astype("datetime64[M]"), return_counts=True)
    known = dict(zip(found.astype(str).tolist(), counts.tolist(), strict=True))
    return {month: known.get(month, 0) for month in months.astype(str).tolist()}


def by_sector(study: Study, horizons: Sequence[int] = HORIZONS) -> tuple[Group, ...]:
    """Return the entries by the sector that the symbol has today, in alphabetical order."""
    sectors = np.array([text or UNKNOWN for text in study.panel.texts("sector")], dtype=object)
    return _grouped(study, sectors[study.rows].astype(str), horizons)


def by_regime(study: Study, horizons: Sequence[int] = HORIZONS) -> tuple[Group, ...]:
    """Return the entries by the market's regime in their session, as known then; see ``screening.regime``."""
    columns = np.unique(study.columns)
    named = dict(zip(columns.tolist(), regimes_of(study, columns), strict=True))
    return _grouped(study, np.array([named[column] for column in study.columns.tolist()], dtype=str), horizons)


def regimes_of(study: Study, columns: IntArray) -> list[str]:
    """Return the market's regime in each of the sessions: of the market's bars, else of the universe's index."""
    panel = study.panel
    if panel.market is not None and len(panel.market.sessions):
        close = panel.market.close[0]
        ends = np.searchsorted(panel.market.sessions, panel.sessions[columns], side="right")
    else:
        close, ends = equal_weight_index(np.where(study.honest, panel.bars.close, np.nan)), columns + 1
    return [market_regime(close[:end], "").market_regime for end in ends.tolist()]


def _grouped(study: Study, names: Any, horizons: Sequence[int]) -> tuple[Group, ...]:
    found, codes = np.unique(names, return_inverse=True)
    places = [np.flatnonzero(codes == number) for number in range(len(found))]
    with ThreadPoolExecutor(MOST_THREADS) as pool:
        waiting = {horizon: _results(pool, study, places, horizon) for horizon in horizons}
        return tuple(
            Group(
                str(name),
                len(places[number]),
                len(np.unique(study.columns[places[number]])),
                {horizon: waiting[horizon][number].result() for horizon in horizons},
            )
            for number, name in enumerate(found.tolist())
        )


def _results(
    pool: ThreadPoolExecutor, study: Study, places: Sequence[IntArray], horizon: int
) -> list[Future[GroupResult]]:
    excess, alike = study.excess(horizon), study.alike(horizon)
    return [pool.submit(_result, excess[own], study.columns[own], horizon, alike) for own in places]


def _result(excess: FloatArray, columns: IntArray, horizon: int, alike: float) -> GroupResult:
    """Return what followed the entries, whose ``columns`` (E,) ascend."""
    known = np.isfinite(excess)
    values = excess[known]
    if not len(values):
        return GroupResult(0, 0, None, None, None, None, None)
    dates, starts, counts = np.unique(columns[known], return_index=True, return_counts=True)
    test = mean_test(np.add.reduceat(values, starts) / counts, dates, horizon, alike)
    hits = float((values > 0.0).mean())
    return GroupResult(len(values), test.n, test.mean, test.low, test.high, hits, float(np.median(values)))
