"""How far the mean of overlapping returns can be trusted: its standard error from what periods share."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.holdings import Holdings, Noise
from technic_scanner.screening.matrix import IntArray
from technic_scanner.screening.overlap_fit import OverlapFits, fit_overlap

# With fewer periods, of which neighbours share more than this part of their sessions, too little is independent: no
# interval is given.
LEAST_OVERLAPPING_PERIODS = 12
SMALL_SHARE = 0.25
# How much of a score is left a month (21 sessions) later, and how much of a value is noise of its own date (ranks that
# change, picks that come and go); each with how probable it is before anything was seen. Scores that stay as they are
# leave the least evidence, so that they weigh more.
_LEFT_A_MONTH_LATER = ((0.3, 1.0), (0.7, 2.0), (0.9, 2.0), (1.0, 2.0))
_OWN_NOISE = ((0.0, 2.0), (0.1, 1.0), (0.3, 1.0))
_MONTH_SESSIONS = 21.0
# The same noise where two dates hold different symbols altogether: only what these have in common is shared.
_OWN_NOISE_OF_OTHERS = ((0.0, 0.2), (0.1, 0.2), (0.3, 0.4), (0.6, 1.0), (0.9, 2.0), (1.0, 4.0))
Prior = tuple[FloatArray, FloatArray, FloatArray]
# Fits as ``fit_overlap`` does, to the rounding of its last digits.
Fit = Callable[..., OverlapFits]


def _prior(noise: Iterable[tuple[float, float]]) -> Prior:
    """Return decay a session, shared part and weight of each pair of what is left of a score and what is noise."""
    pairs = [
        (left ** (1.0 / _MONTH_SESSIONS), 1.0 - part, p * q) for left, p in _LEFT_A_MONTH_LATER for part, q in noise
    ]
    decays, common, weights = np.array(pairs).T.copy()
    return decays, common, weights


_SAME_SYMBOLS = _prior(_OWN_NOISE)


def _prior_of(alike: float) -> Prior:
    """Return the prior for dates whose symbols are ``alike``, 0–1: a mixture of the two noises."""
    if alike >= 1.0:
        return _SAME_SYMBOLS
    same, others = dict(_OWN_NOISE), dict(_OWN_NOISE_OF_OTHERS)
    mixed = {
        part: alike * same.get(part, 0.0) / sum(same.values()) + (1.0 - alike) * weight / sum(others.values())
        for part, weight in others.items()
    }
    return _prior(mixed.items())


def _prior_of_held(noise: Noise) -> Prior:
    """Return the prior where what two dates hold is known, so that nothing is left to fade but their own noise."""
    parts, weights = np.array(noise).T.copy()
    return np.ones(len(parts)), 1.0 - parts, weights


def session_numbers(days: IntArray) -> IntArray:
    """Return the number of the session (n,) on each of ``days`` since 1970.

    Holidays are counted as sessions. Where any as-of date is a weekend's, the market trades every day.
    """
    dates = days.astype("datetime64[D]")
    if not np.is_busday(dates).all():
        return days.astype(np.int64)
    return np.asarray(np.busday_count(np.datetime64(0, "D"), dates), dtype=np.int64)


def overlapping(sessions: IntArray, horizon: int) -> int:
    """Return how many later periods at most share sessions with one; ``sessions`` (n,) ascending are their starts."""
    if not len(sessions):
        return 0
    ends = np.searchsorted(sessions, sessions + horizon, side="left")
    return max(0, int((ends - np.arange(len(sessions)) - 1).max()))


def shared_part(sessions: IntArray, horizon: int) -> float:
    """Return the mean part of its sessions, 0–1, that a period shares with the next one."""
    if len(sessions) < 2 or horizon <= 0:
        return 0.0
    return float(np.maximum(0.0, 1.0 - np.diff(sessions) / horizon).mean())


def standard_error(
    values: FloatArray, sessions: IntArray, horizon: int, alike: float | Holdings = 1.0, fit: Fit = fit_overlap
) -> float:
    """Return the standard error of the plain mean of ``values`` (n,), one a period, that begin at ``sessions`` (n,).

    A value is what happens in ``horizon`` sessions after its start. If returns cannot be predicted, two values whose
    starts lie d < horizon sessions apart have the correlation (1 − τ) (1 − d / horizon) ρ^(d / 21): the share of
    sessions that both hold, times how alike the scores of the two dates are. ρ is what is left of a score a month
    later, τ what a date adds of its own. For each pair of some values of them the scale is that of generalised least
    squares; the pairs are weighed by their likelihood, with the mean and the scale integrated out under the reference
    prior (Berger, de Oliveira, Sansó 2001). ``alike`` (0–1) says how far overlapping periods hold the same symbols:
    of others less is shared, which makes larger τ probable. Where it is known what each date holds (Holdings), the
    likeness of two dates is the cosine of their symbols instead of ρ^(d / 21), and τ has the noise of the holdings.
    docs/numbers.md shows in how many tries the interval holds. ``fit`` may be one that is quicker for these sessions.
    """
    count = len(values)
    if isinstance(alike, Holdings):
        (decays, common, prior), likeness = _prior_of_held(alike.noise), alike.likeness
    else:
        (decays, common, prior), likeness = _prior_of(alike), None
    fits = fit(values - values.mean(), sessions.astype(np.int64), horizon, decays, common, likeness)
    if not (fits.residuals > 0.0).all():
        return 0.0
    degrees = count - 1
    log_weight = np.log(prior) - 0.5 * (fits.log_det + np.log(fits.precision) + degrees * np.log(fits.residuals))
    weights = np.exp(log_weight - log_weight.max())
    variances = fits.residuals / degrees * fits.mean_covariance
    return math.sqrt(float(weights @ variances / weights.sum()))
