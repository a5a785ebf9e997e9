"""Compute the macro context: breadth, sector rotation, VIX and yields; unknown numbers are None."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
import numpy.typing as npt

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.matrix import BoolArray, column

Fact = tuple[str, float | None]

# A daily series whose newest value is older than this is not representative of the market on as_of.
STALE_AFTER_DAYS = 10
YEAR_BARS = 252
# With fewer rows than this a share is not representative of a market.
LEAST_BREADTH_ROWS = 20
# The 252-bar extreme is computed back from a ratio, so equal prices agree only up to rounding.
_SAME_PRICE = 1e-9

# Facts, with the names of their series in different sources.
_SERIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("VIX", ("vix", "vix_close", "^vix", "vixcls")),
    ("2-year yield", ("dgs2", "us2y", "yield_2y")),
    ("10-year yield", ("dgs10", "us10y", "yield_10y", "^tnx")),
    ("30-year yield", ("dgs30", "us30y", "yield_30y", "^tyx")),
    ("yield slope 10y - 2y", ("t10y2y", "slope_10y_2y")),
    ("yield slope 10y - 3m", ("t10y3m", "slope_10y_3m")),
)


class DatedSeries(Protocol):
    """A named series by session, as in sources: ``sessions`` ascending datetime64[D], ``values`` with NaN."""

    @property
    def name(self) -> str: ...

    @property
    def sessions(self) -> npt.NDArray[np.datetime64]: ...

    @property
    def values(self) -> npt.NDArray[np.float64]: ...


@dataclass(frozen=True, slots=True)
class SectorStrength:
    """The median 63-session return of a sector's members that have one, ranked from 1 (strongest)."""

    sector: str
    rank: int
    median_roc_63: float
    members: int


def breadth_facts(indicators: FloatArray) -> tuple[Fact, ...]:
    """Return the breadth of the rows of the matrix (n, K): shares 0–1 and counts, None if no row has a value.

    A new 52-week high is a last bar whose high is above all other highs of 252 bars; only rows with 252 bars count.
    """
    close, change = column(indicators, "close"), column(indicators, "return_1")
    moved = bool(np.isfinite(change).any())
    advancers, decliners = float((change > 0.0).sum()), float((change < 0.0).sum())
    aged = column(indicators, "bars") >= YEAR_BARS
    highs, lows = _new_extremes(indicators, close, aged)
    return (
        ("share above SMA 50", _share_above(close, column(indicators, "sma_50"))),
        ("share above SMA 200", _share_above(close, column(indicators, "sma_200"))),
        ("advancers", advancers if moved else None),
        ("decliners", decliners if moved else None),
        ("advance share", advancers / (advancers + decliners) if advancers + decliners else None),
        ("new 52-week highs", highs),
        ("new 52-week lows", lows),
    )


def sector_rotation(indicators: FloatArray, sectors: Sequence[str | None]) -> tuple[SectorStrength, ...]:
    """Return the sectors of the rows (n names or None), strongest first.

    Rows without a sector or without a 63-session return are omitted.
    """
    change = column(indicators, "roc_63")
    names = np.array([name or "" for name in sectors], dtype=np.str_)
    usable = np.isfinite(change) & (names != "")
    groups, member, counts = np.unique(names[usable], return_inverse=True, return_counts=True)
    medians = np.array([np.median(change[usable][member.ravel() == g]) for g in range(len(groups))])
    order = np.argsort(-medians, kind="stable").tolist()
    return tuple(
        SectorStrength(str(groups[g]), rank, float(medians[g]), int(counts[g])) for rank, g in enumerate(order, start=1)
    )


def rotation_facts(strengths: Iterable[SectorStrength]) -> tuple[Fact, ...]:
    """Return the sectors' 63-session returns as facts, strongest first."""
    return tuple((f"{item.sector}: median 63-session return", item.median_roc_63) for item in strengths)


def series_facts(series: Iterable[DatedSeries], as_of: date | None) -> tuple[Fact, ...]:
    """Return VIX, yields and slopes (as the source states them, yields in per cent) as of a date, None where unknown.

    The value is the newest one on or before ``as_of`` (None: the newest of all) and at most 10 days older than it.
    A slope without a series is the difference of the yields if both are known.
    """
    held = {item.name.lower(): item for item in series}
    values: dict[str, float | None] = {}
    for fact, names in _SERIES:
        found = next((held[name] for name in names if name in held), None)
        values[fact] = None if found is None else _last_value(found, as_of)
    short, long = values["2-year yield"], values["10-year yield"]
    if values["yield slope 10y - 2y"] is None and short is not None and long is not None:
        values["yield slope 10y - 2y"] = long - short
    return tuple(values.items())


def breadth(indicators: FloatArray) -> float | None:
    """Return the share 0–1 of the rows of the matrix (n, K) above their SMA 200; None if fewer than 20 have one."""
    close, average = column(indicators, "close"), column(indicators, "sma_200")
    enough = int((np.isfinite(close) & np.isfinite(average)).sum()) >= LEAST_BREADTH_ROWS
    return _share_above(close, average) if enough else None


def _share_above(close: FloatArray, average: FloatArray) -> float | None:
    known = np.isfinite(close) & np.isfinite(average)
    return float((close[known] > average[known]).mean()) if known.any() else None


def _new_extremes(indicators: FloatArray, close: FloatArray, aged: BoolArray) -> tuple[float | None, float | None]:
    """Count the last bars that are a 252-bar extreme.

    The matrix has no high of the last bar, but a 252-bar high that is in the last 10 bars and not in the 20 bars before
    the last one must be that of the last bar.
    """
    year_high = close / (1.0 + column(indicators, "high_252_distance"))
    year_low = close / (1.0 + column(indicators, "low_252_distance"))
    known = aged & np.isfinite(year_high) & np.isfinite(year_low)
    if not known.any():
        return None, None
    high = (column(indicators, "swing_high_10") >= year_high * (1.0 - _SAME_PRICE)) & (
        year_high > column(indicators, "prior_high_20") * (1.0 + _SAME_PRICE)
    )
    low = (column(indicators, "swing_low_10") <= year_low * (1.0 + _SAME_PRICE)) & (
        year_low < column(indicators, "prior_low_20") * (1.0 - _SAME_PRICE)
    )
    return float((high & known).sum()), float((low & known).sum())


def _last_value(series: DatedSeries, as_of: date | None) -> float | None:
    known = np.isfinite(series.values)
    if as_of is not None:
        known &= series.sessions <= np.datetime64(as_of, "D")
    where = np.flatnonzero(known)
    if not len(where):
        return None
    newest = where[-1]
    if as_of is not None:
        age = (np.datetime64(as_of, "D") - series.sessions[newest].astype("datetime64[D]")).astype(int)
        if age > STALE_AFTER_DAYS:
            return None
    return float(series.values[newest])
