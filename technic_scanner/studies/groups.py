"""The entries of a study by year, sector or regime, each with its own intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.matrix import IntArray
from technic_scanner.screening.pick_returns import HORIZONS
from technic_scanner.screening.regime import equal_weight_index, market_regimes
from technic_scanner.studies.date_means import DateMeans
from technic_scanner.studies.intervals import Reach, reaches_of
from technic_scanner.studies.result import Study

UNKNOWN = "unknown"


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
    return market_regimes(close, ends)


def _grouped(study: Study, names: Any, horizons: Sequence[int]) -> tuple[Group, ...]:
    found, codes = np.unique(names, return_inverse=True)
    places = [np.flatnonzero(codes == number) for number in range(len(found))]
    reaches = [reaches_of(study, own) for own in places]
    results = {horizon: _results(study, places, reaches, horizon) for horizon in horizons}
    return tuple(
        Group(
            str(name),
            len(places[number]),
            len(np.unique(study.columns[places[number]])),
            {horizon: results[horizon][number] for horizon in horizons},
        )
        for number, name in enumerate(found.tolist())
    )


def _results(
    study: Study, places: Sequence[IntArray], reaches: Sequence[dict[int, Reach]], horizon: int
) -> list[GroupResult]:
    excess = study.excess(horizon)
    return [_result(study, excess[own], own, reach[horizon]) for own, reach in zip(places, reaches, strict=True)]


def _result(study: Study, excess: FloatArray, places: IntArray, reach: Reach) -> GroupResult:
    """Return what followed the entries at ``places`` (E,), which ascend."""
    values = excess[np.isfinite(excess)]
    if not len(values):
        return GroupResult(0, 0, None, None, None, None, None)
    by_date = DateMeans.of(excess, study.columns[places])
    mean = by_date.mean()
    low, high = reach.around(mean)
    hits = float((values > 0.0).mean())
    return GroupResult(len(values), len(by_date.columns), mean, low, high, hits, float(np.median(values)))
