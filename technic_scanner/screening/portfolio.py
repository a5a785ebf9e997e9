"""Compute portfolio weights of the picks by four methods, with caps on positions and sectors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.matrix import SESSIONS_PER_YEAR, BoolArray, IntArray

METHODS: tuple[str, ...] = ("equal", "score", "inverse_volatility", "risk_parity")

LEAST_SESSIONS = 20
# With more rows than this the cost of a full covariance exceeds its benefit.
MOST_CORRELATED_ROWS = 250
_CAP_ROUNDS = 100
_PARITY_ROUNDS = 200
# Below this Newton decrement whole steps converge quadratically.
_DAMPED = 0.25
_TOLERANCE = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Portfolio:
    """Weights (n,) ≥ 0 as shares of the capital, ``cash`` = 1 − their sum, and notes on deviations from the method."""

    weights: FloatArray
    cash: float
    notes: tuple[str, ...] = ()


def allocate(
    method: str,
    *,
    score: FloatArray,
    volatility: FloatArray,
    sectors: Sequence[str | None],
    returns: FloatArray | None = None,
    side: IntArray | None = None,
    sector_cap: float = 1.0,
    position_cap: float = 1.0,
) -> Portfolio:
    """Return the weights of n picks by one of METHODS.

    ``score``: rank scores 0–100; ``volatility``: annualised, NaN where unknown; ``returns``: (n, T) daily returns for
    risk parity, without which inverse volatility is used; ``side``: +1 or −1, which reverses the sign of a short's
    returns. Caps are shares 0–1. Capital above a cap is distributed over the others in proportion; the rest stays in
    cash, with a note. Rows with unknown sector have no sector cap. Raises ValueError for an unknown method.
    """
    if method not in METHODS:
        raise ValueError(f"{method!r} is not one of {', '.join(METHODS)}")
    count = len(score)
    if not count:
        return Portfolio(np.zeros(0), 1.0)
    notes: list[str] = []
    if method == "equal":
        raw = np.ones(count)
    elif method == "score":
        raw, notes = _by_score(score)
    elif method == "inverse_volatility":
        raw, notes = _by_volatility(volatility)
    else:
        signed = returns if returns is None or side is None else returns * side[:, None]
        raw, notes = _by_risk(signed, volatility)
    groups = _sector_groups(sectors)
    weights = _capped(raw / raw.sum(), groups, sector_cap, position_cap)
    cash = max(0.0, 1.0 - float(weights.sum()))
    if cash > 1e-9:
        notes.append(f"The caps leave {cash:.1%} in cash.")
    if sector_cap < 1.0 and (groups < 0).any():
        notes.append(f"{int((groups < 0).sum())} of {count} picks have no known sector and no sector cap.")
    return Portfolio(weights, cash if cash > 1e-9 else 0.0, tuple(notes))


def shrunk_correlation(returns: FloatArray) -> FloatArray:
    """Return the correlation matrix (n, n) of returns (n, T) without NaN, shrunk towards the identity.

    Ledoit–Wolf (2004) on the standardised returns: intensity min(b², d²) / d² with d² = ‖S − I‖² and
    b² = Σ_t ‖z_t z_tᵀ − S‖² / T². A constant row has no correlation with others.
    """
    count, sessions = returns.shape
    centred = returns - returns.mean(axis=1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=1, keepdims=True))
    z = np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0.0)
    sample: FloatArray = z @ z.T / sessions
    np.fill_diagonal(sample, 1.0)
    distance = float(((sample - np.eye(count)) ** 2).sum())
    if distance <= 0.0:
        return sample
    # Σ_t ‖z_t z_tᵀ − S‖² = Σ_t (z_tᵀz_t)² − T‖S‖², which needs no n × n matrix per session.
    error = (float(((z**2).sum(axis=0) ** 2).sum()) / sessions - float((sample**2).sum())) / sessions
    intensity = min(max(error, 0.0), distance) / distance
    shrunk: FloatArray = (1.0 - intensity) * sample
    np.fill_diagonal(shrunk, 1.0)
    return shrunk


def risk_parity(covariance: FloatArray) -> FloatArray:
    """Return the long-only weights (n,), summing to 1, whose contributions to risk are equal.

    Maillard–Roncalli–Teïletche (2010), as the least of ½ xᵀΣx − Σ ln(x) / n by damped Newton steps (Spinu, An Algorithm
    for Computing Risk Parity Weights, 2013). The covariance (n, n) must be positive definite.
    """
    budget = 1.0 / len(covariance)
    x = 1.0 / np.sqrt(np.diag(covariance))
    x *= math.sqrt(1.0 / float(x @ covariance @ x))
    for _ in range(_PARITY_ROUNDS):
        slope = covariance @ x - budget / x
        curvature = covariance.copy()
        curvature.flat[:: len(x) + 1] += budget / x**2
        step = np.linalg.solve(curvature, slope)
        # Scaled by the budget the function is self-concordant: such a step keeps every weight positive.
        decrement = math.sqrt(max(0.0, float(slope @ step)) / budget)
        x -= step / (1.0 + decrement) if decrement > _DAMPED else step
        if float(np.abs(step).max()) <= _TOLERANCE * float(x.max()):
            break
    weights: FloatArray = x / x.sum()
    return weights


def _by_score(score: FloatArray) -> tuple[FloatArray, list[str]]:
    raw = np.clip(np.nan_to_num(score, nan=50.0) - 50.0, 0.0, None)
    if raw.sum() <= 0.0:
        return np.ones(len(score)), ["No pick scores above 50; the weights are equal."]
    return raw, []


def _by_volatility(volatility: FloatArray) -> tuple[FloatArray, list[str]]:
    known = np.isfinite(volatility) & (volatility > 0.0)
    if not known.any():
        return np.ones(len(volatility)), ["No pick has a known volatility; the weights are equal."]
    notes = []
    if not known.all():
        notes.append(f"{int((~known).sum())} picks of unknown volatility are given the median of the others.")
    return 1.0 / np.where(known, volatility, np.median(volatility[known])), notes


def _by_risk(returns: FloatArray | None, volatility: FloatArray) -> tuple[FloatArray, list[str]]:
    fallback, notes = _by_volatility(volatility)
    if len(volatility) > MOST_CORRELATED_ROWS:
        return fallback, [*notes, f"More than {MOST_CORRELATED_ROWS} picks: risk parity without correlations."]
    shared = None if returns is None else returns[:, np.isfinite(returns).all(axis=0)]
    if shared is None or shared.shape[1] < LEAST_SESSIONS:
        return fallback, [*notes, f"Fewer than {LEAST_SESSIONS} shared returns: risk parity without correlations."]
    spread = shared.std(axis=1, ddof=1) * math.sqrt(SESSIONS_PER_YEAR)
    if (spread <= 0.0).any():
        return fallback, [*notes, "A pick did not move: risk parity without correlations."]
    return risk_parity(shrunk_correlation(shared) * np.outer(spread, spread)), []


def _sector_groups(sectors: Sequence[str | None]) -> IntArray:
    """Return a group number (n,) per row, −1 where the sector is unknown."""
    names = sorted({name for name in sectors if name})
    number = {name: k for k, name in enumerate(names)}
    return np.array([number[name] if name else -1 for name in sectors], dtype=np.int64)


def _capped(weights: FloatArray, groups: IntArray, sector_cap: float, position_cap: float) -> FloatArray:
    """Limit weights (n,) to both caps, and distribute the excess over rows below their caps in proportion."""
    weights = weights.copy()
    for _ in range(_CAP_ROUNDS):
        weights, full = _cut(weights, groups, sector_cap, position_cap)
        free = 1.0 - float(weights.sum())
        room = np.where(full, 0.0, weights)
        if free <= _TOLERANCE or room.sum() <= 0.0:
            break
        weights += free * room / room.sum()
    return _cut(weights, groups, sector_cap, position_cap)[0]


def _cut(weights: FloatArray, groups: IntArray, sector_cap: float, position_cap: float) -> tuple[FloatArray, BoolArray]:
    """Return the weights within both caps, and which rows are at a cap."""
    cut = np.minimum(weights, position_cap)
    full = cut >= position_cap - _TOLERANCE
    known = groups >= 0
    if known.any():
        totals = np.bincount(groups[known], weights=cut[known])
        factor = np.minimum(1.0, sector_cap / np.maximum(totals, 1e-300))
        cut[known] *= factor[groups[known]]
        full[known] |= (totals >= sector_cap - _TOLERANCE)[groups[known]]
    return cut, full
