"""Compute statistics of outcomes: information coefficients, quantiles and hit rates, with n and intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.holdings import SHARE_NOISE, Held, Holdings
from technic_scanner.screening.matrix import BoolArray, IntArray
from technic_scanner.screening.overlap import (
    LEAST_OVERLAPPING_PERIODS,
    SMALL_SHARE,
    Fit,
    overlapping,
    shared_part,
    standard_error,
)
from technic_scanner.screening.overlap_fit import fit_overlap
from technic_scanner.screening.panel_build import calendar_of, positions_in

CONFIDENCE = 0.95
LEAST_SPAN = 1.25  # times one period, that overlapping periods together last at least to have an interval of hits
# Below this number of rows a rank correlation is not informative.
LEAST_PAIRS = 3
# A spread this small relative to the mean is rounding noise of a constant.
_ROUNDING = 1e-12
# With more groups x periods per value than this most cells are empty, so the others are numbered by a sort.
_MOST_CELLS = 4


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its ``n`` and the 95 % confidence interval; None is unknown."""

    n: int
    mean: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class MeanTest:
    """A mean over periods with a t-statistic that allows for overlap, and its 95 % interval.

    ``lags`` is how many later periods at most share sessions with one.
    """

    n: int
    mean: float | None
    standard_error: float | None
    t_stat: float | None
    low: float | None
    high: float | None
    lags: int


def rank_ic(score: FloatArray, forward: FloatArray) -> float | None:
    """Return Spearman's rank correlation of score and forward return (n,) over the rows with both.

    None with fewer than three rows or if one of the two does not vary. Ties get their mean rank.
    """
    known = np.isfinite(score) & np.isfinite(forward)
    if known.sum() < LEAST_PAIRS:
        return None
    x, y = mean_ranks(score[known]), mean_ranks(forward[known])
    x, y = x - x.mean(), y - y.mean()
    scale = math.sqrt(float(x @ x) * float(y @ y))
    return float(x @ y) / scale if scale > 0.0 else None


def mean_ranks(values: FloatArray) -> FloatArray:
    """Return the ranks (n,) from 1 on; ties get their mean rank."""
    order = np.argsort(values)
    ascending = values[order]
    first = np.append(True, ascending[1:] != ascending[:-1])[: len(values)]
    starts = np.flatnonzero(first)
    counts = np.diff(starts, append=len(values))
    ranks = np.empty(len(values))
    ranks[order] = np.repeat(starts + (counts + 1) / 2.0, counts)
    return ranks


def mean_test(
    values: FloatArray,
    sessions: IntArray | None = None,
    horizon: int = 0,
    alike: float | Holdings = 1.0,
    fit: Fit = fit_overlap,
) -> MeanTest:
    """Return the mean of one value per period (m,), NaN left out, with its t-statistic and 95 % interval.

    ``sessions`` (m,) ascending are the numbers of the sessions at which the periods begin, ``horizon`` how many
    sessions each lasts. Periods that share sessions are not independent (Hansen–Hodrick 1980); what they share gives
    the standard error of ``overlap.standard_error``, to which ``alike`` and ``fit`` are passed. Without overlap it is
    the usual one. Holdings are those of the known values.
    The interval is Student's, n − 1 degrees. Fewer than 12 periods that share more than a quarter of their sessions
    with the next one have neither t-statistic nor interval.
    """
    there = np.isfinite(values)
    known = values[there]
    n = len(known)
    if not n:
        return MeanTest(0, None, None, None, None, None, 0)
    mean = float(known.mean())
    starts = np.arange(n) if sessions is None else sessions[there]
    lags = 0 if sessions is None else overlapping(starts, horizon)
    if n < 2 or (n < LEAST_OVERLAPPING_PERIODS and lags and shared_part(starts, horizon) > SMALL_SHARE):
        return MeanTest(n, mean, None, None, None, None, lags)
    error = standard_error(known, starts, horizon, alike, fit) if lags else float(known.std(ddof=1)) / math.sqrt(n)
    if error <= abs(_ROUNDING * mean):
        return MeanTest(n, mean, None, None, None, None, lags)
    reach = student_quantile(0.5 + CONFIDENCE / 2.0, n - 1) * error
    return MeanTest(n, mean, error, mean / error, mean - reach, mean + reach, lags)


class GroupEvidence(NamedTuple):
    """Statistics of some values: the number of periods with values, the share above zero, and the mean."""

    periods: int
    hit: Interval
    mean: Interval


@dataclass(frozen=True, slots=True, eq=False)
class PeriodValues:
    """The k known ones of m values, each with the index (k,) of its period in the ``periods`` that have values.

    Values of one period move together, so the estimate is the mean over periods of each period's mean, with the
    interval of ``mean_test``; a single period has none. ``known`` (m,) marks the k values; ``hits`` (k,) are 1.0 for
    values above zero, otherwise 0.0. ``sessions`` (periods,) are where the periods begin, ``horizon`` how many sessions
    each lasts. ``alike`` (0–1): how far overlapping periods hold the same symbols; Held: which symbol each of the k
    values is of.
    """

    known: BoolArray
    values: FloatArray
    hits: FloatArray
    places: IntArray
    periods: int
    sessions: IntArray
    horizon: int
    alike: float | Held = 1.0

    @classmethod
    def of(cls, values: FloatArray, periods: IntArray, horizon: int = 0, alike: float | Held = 1.0) -> PeriodValues:
        """Create it from values (m,), of which NaN are omitted, and ``periods``: the session at which each begins.

        ``horizon`` is how many sessions a value looks ahead. Independent values each have their own period, horizon 0.
        Held is of all m values.
        """
        known = np.isfinite(values)
        if not known.all():
            values, periods = values[known], periods[known]
            alike = alike.part(known) if isinstance(alike, Held) else alike
        calendar = calendar_of(periods)
        hits = (values > 0.0).astype(np.float64)
        starts = np.asarray(calendar, dtype=np.int64)
        return cls(known, values, hits, positions_in(calendar, periods), len(calendar), starts, horizon, alike)

    def whole(self) -> GroupEvidence:
        """Return the statistics of all values."""
        return self._evidence(self.places, np.arange(self.periods), [0, self.periods])[0]

    def hit(self) -> Interval:
        """Return the mean over periods of the share of values above zero, without fitting the mean of the values."""
        sizes = np.bincount(self.places, minlength=self.periods)
        hits = np.asarray(np.bincount(self.places, self.hits, self.periods), dtype=np.float64)
        return _hit_rate(hits, self._periods(sizes, self.sessions, self._by_cell(self.places)))

    def by_group(self, groups: IntArray, count: int) -> tuple[GroupEvidence, ...]:
        """Return the statistics of each of ``count`` groups; ``groups`` (m,) are numbers from 0 on."""
        own = groups if len(groups) == len(self.values) else groups[self.known]
        cells = np.multiply(own, self.periods, dtype=np.int64)
        cells += self.places
        ends = np.arange(count + 1) * self.periods
        if ends[-1] > _MOST_CELLS * len(cells):
            there, cells = np.unique(cells, return_inverse=True)
            ends = np.searchsorted(there, ends)
        else:
            there = np.arange(ends[-1])
        return self._evidence(cells, there % max(self.periods, 1), ends.tolist())

    def _evidence(self, cells: IntArray, places: IntArray, ends: list[int]) -> tuple[GroupEvidence, ...]:
        """Return the statistics of each group g, whose cells are ``ends[g]`` to ``ends[g + 1]``.

        A cell holds what a group has in one period; ``places`` are the periods of the cells.
        """
        counts = np.bincount(cells, minlength=ends[-1])
        sums = np.asarray(np.bincount(cells, self.values, ends[-1]), dtype=np.float64)
        hits = np.asarray(np.bincount(cells, self.hits, ends[-1]), dtype=np.float64)
        rows, first = self._by_cell(cells), np.append(0, np.cumsum(counts))
        found = []
        for start, stop in pairwise(ends):
            there = np.flatnonzero(counts[start:stop]) + start
            sizes = counts[there]
            periods = self._periods(sizes, self.sessions[places[there]], rows[first[start] : first[stop]])
            found.append(
                GroupEvidence(len(there), _hit_rate(hits[there], periods), _over_periods(sums[there] / sizes, periods))
            )
        return tuple(found)

    def _by_cell(self, cells: IntArray) -> IntArray:
        """Return the values' indices (k,) by cell; none at all if it is not known what is held."""
        return np.argsort(cells, kind="stable") if isinstance(self.alike, Held) else np.arange(0)

    def _periods(self, sizes: IntArray, sessions: IntArray, rows: IntArray) -> _Periods:
        """Return what is known of the periods of a group, whose values are ``rows``, by period."""
        alike = self.alike
        if isinstance(alike, Held):
            return _Periods(sizes, sessions, self.horizon, Holdings(alike.part(rows), np.append(0, np.cumsum(sizes))))
        return _Periods(sizes, sessions, self.horizon, alike)


class _Periods(NamedTuple):
    """The p periods in which a group has values: how many, the sessions at which they begin, and what they hold."""

    sizes: IntArray
    sessions: IntArray
    horizon: int
    alike: float | Holdings


def _over_periods(means: FloatArray, of: _Periods) -> Interval:
    """Return the mean of the periods' ``means`` (p,)."""
    test = mean_test(means, of.sessions, of.horizon, of.alike)
    return Interval(int(of.sizes.sum()), test.mean, test.low, test.high)


def _hit_rate(hits: FloatArray, of: _Periods) -> Interval:
    """Return the mean over periods of the share of ``hits`` (p,), with its interval clipped to 0–1.

    If every value has its own period, and none overlap, the interval is Wilson's (1927). Periods that together are
    hardly longer than one have none: how many symbols beat the mean is then nearly one draw.
    """
    overlap = overlapping(of.sessions, of.horizon)
    if (of.sizes == 1).all() and not overlap:
        return _wilson(len(hits), float(hits.sum()))
    alike = replace(of.alike, noise=SHARE_NOISE) if isinstance(of.alike, Holdings) else of.alike
    rate = _over_periods(hits / of.sizes, of._replace(alike=alike))
    if overlap and of.sessions[-1] - of.sessions[0] + of.horizon < LEAST_SPAN * of.horizon:
        return Interval(rate.n, rate.mean, None, None)
    low, high = (None if end is None else min(max(end, 0.0), 1.0) for end in (rate.low, rate.high))
    return Interval(rate.n, rate.mean, low, high)


def _wilson(n: int, hits: float) -> Interval:
    if not n:
        return Interval(0, None, None, None)
    share = hits / n
    z2 = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2.0) ** 2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    reach = math.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return Interval(n, share, max(middle - reach, 0.0), min(middle + reach, 1.0))


def quantile_groups(score: FloatArray, quantiles: int = 5) -> IntArray:
    """Return the quantile (n,) of each score, from 0 (lowest) to quantiles − 1, −1 where unknown; ties stay together.

    The edges are those of pandas.qcut: linear between order statistics, closed on the right.
    """
    groups = np.full(len(score), -1)
    known = np.isfinite(score)
    count = int(known.sum())
    if not count:
        return groups
    place = (mean_ranks(score[known]) - 1.0) * quantiles / max(count - 1, 1)
    groups[known] = np.clip(np.ceil(place - 1e-9).astype(np.int64) - 1, 0, quantiles - 1)
    return groups


def quantile_returns(groups: IntArray, returns: PeriodValues, quantiles: int = 5) -> tuple[Interval, ...]:
    """Return the mean of each quantile's ``returns``; ``groups`` (n,) are those of ``quantile_groups``."""
    unknown_last = np.where(groups < 0, quantiles, groups)
    return tuple(evidence.mean for evidence in returns.by_group(unknown_last, quantiles + 1)[:quantiles])


def student_quantile(probability: float, degrees: float) -> float:
    """Return the quantile of Student's t: exact for 1 and 2 degrees, otherwise the series of Abramowitz–Stegun 26.7.5.

    Its relative error at 0.975 is below 0.2 % from 3 degrees on.
    """
    if degrees == 1:
        return math.tan(math.pi * (probability - 0.5))
    if degrees == 2:
        centred = 2.0 * probability - 1.0
        return centred * math.sqrt(2.0 / (1.0 - centred * centred))
    z = NormalDist().inv_cdf(probability)
    terms = (
        (z**3 + z) / 4.0,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96.0,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384.0,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160.0,
    )
    return z + math.fsum(term / float(degrees**power) for power, term in enumerate(terms, start=1))
