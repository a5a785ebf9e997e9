"""Compute entry, stop, target and size of each row from its range, its swings and the account."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from technic_scanner.domain.price_text import CENTS, FINER_BELOW, TEN_THOUSANDTHS
from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.matrix import SESSIONS_PER_YEAR, BoolArray, IntArray, column

STOP_BASES: tuple[str, ...] = ("swing", "least_range", "most_range", "range_only", "least_distance", "room")
LIMITS: tuple[str, ...] = (
    *("risk", "max_position", "liquidity", "below_one_share", "no_price"),
    *("account", "total_risk"),  # of plans that share an account
)

# Multiples of the average true range.
SWING_BUFFER, LEAST_RANGES, MOST_RANGES, RANGES_WITHOUT_SWING = 0.1, 1.0, 3.0, 2.0
# Fractions of the price.
LEAST_DISTANCE, RANGE_UNKNOWN = 0.0025, 0.02
# The maximum distance of a long's stop and of a short's target, as a fraction of the price.
MOST_DISTANCE = 0.9
# Expected daily range of a Brownian motion in standard deviations of its close-to-close move (Feller 1951).
RANGE_PER_SD = math.sqrt(8.0 / math.pi)


@dataclass(frozen=True, slots=True, eq=False)
class TradePlans:
    """The plans of n rows. Prices in the row's currency, amounts in the account's, ``shares`` whole.

    ``reward_risk`` is (target − entry) ÷ (entry − stop) as rounded. ``stop_basis`` is one of STOP_BASES, ``limited_by``
    one of LIMITS: the constraint that limits the size. ``range_source``, the origin of the range, is "atr", "realised
    volatility" or "assumed". ``liquidity_known`` (n,) is False where no liquidity cap could be applied.
    """

    entry: FloatArray
    stop: FloatArray
    target: FloatArray
    reward_risk: FloatArray
    shares: IntArray
    notional: FloatArray
    risk_amount: FloatArray
    limited_by: tuple[str, ...]
    stop_basis: tuple[str, ...]
    range_source: tuple[str, ...]
    liquidity_known: BoolArray


def plan(
    indicators: FloatArray,
    side: IntArray,
    *,
    account_size: float,
    risk_pct: float,
    target_rr: float,
    max_position_pct: float,
    liquidity_share: float,
    size_multiplier: float | FloatArray = 1.0,
    worth: float | FloatArray = 1.0,
) -> TradePlans:
    """Return the plan of each row of the matrix (n, K) on its side (n,), +1 long or −1 short.

    Entry is the close. The stop is 0.1 ATR beyond the 10-bar swing, but 1 to 3 ATR from the entry (2 ATR if the swing
    is unknown); an unknown ATR is replaced by √(8/π) × the daily volatility, or by 2 % of the price if that is unknown
    too. The target is ``target_rr`` times as far on the other side, rounded outwards. For shorts the stop is moved
    closer if the target would otherwise be zero or negative. Prices are whole cents, ten-thousandths below 1.

    Shares are the largest whole number within: risk of ``risk_pct`` per cent of ``account_size`` × ``size_multiplier``
    (0–1, one or per row), notional of ``max_position_pct`` per cent of the account, and ``liquidity_share`` (0–1) of
    the 20-session dollar volume. ``worth`` (one or per row) is what one unit of the row's currency is worth in that of
    the account, which ``notional`` and ``risk_amount`` are in. A row whose close is not a positive number gets NaN
    prices and no shares ("no_price").
    """
    close = column(indicators, "close")
    priced = np.isfinite(close) & (close > 0.0)
    price = np.where(priced, close, 1.0)
    per_unit = _steps_per_unit(price)
    entry = np.maximum(np.rint(price * per_unit), 2.0)
    spread, source = _range(indicators, price)
    distance, basis = _stop_distance(indicators, price, side, spread)
    steps, reward, basis = _whole_steps(entry, distance * per_unit, side, target_rr, basis)
    prices = [
        np.where(priced, value / per_unit, np.nan) for value in (entry, entry - side * steps, entry + side * reward)
    ]
    risk_per_share = np.where(priced, steps / per_unit, np.nan)
    dollars = column(indicators, "dollar_volume_20")
    budget = account_size * risk_pct / 100.0 * np.clip(size_multiplier, 0.0, 1.0) / worth
    shares, limit = _size(
        prices[0],
        risk_per_share,
        np.broadcast_to(budget, price.shape),
        np.broadcast_to(account_size * max_position_pct / 100.0 / worth, price.shape),
        liquidity_share * dollars,
    )
    return TradePlans(
        entry=prices[0],
        stop=prices[1],
        target=prices[2],
        reward_risk=np.where(priced, reward / steps, np.nan),
        shares=shares,
        notional=np.where(priced, shares * prices[0] * worth, 0.0),
        risk_amount=np.where(priced, shares * risk_per_share * worth, 0.0),
        limited_by=tuple(LIMITS[k] for k in limit.tolist()),
        stop_basis=tuple(STOP_BASES[k] for k in basis.tolist()),
        range_source=source,
        liquidity_known=np.isfinite(dollars),
    )


def fit_account(
    plans: TradePlans, *, account_size: float, total_risk_pct: float, worth: float | FloatArray = 1.0
) -> TradePlans:
    """Return the plans with sizes that fit one account, in the order of the rows.

    Each row gets the shares of its own plan, or as many as are left within ``account_size`` and within a total risk of
    ``total_risk_pct`` per cent of it; ``limited_by`` then is "account" or "total_risk". No later row is sized larger.
    ``worth`` as in ``plan``.
    """
    value_left, risk_left = account_size, account_size * total_risk_pct / 100.0
    shares, limited_by = plans.shares.copy(), list(plans.limited_by)
    value_per_share = plans.entry * worth
    risk_per_share = np.abs(plans.entry - plans.stop) * worth
    for row in np.flatnonzero(shares > 0).tolist():
        price, risk = float(value_per_share[row]), float(risk_per_share[row])
        room = {"account": _most(value_left, price), "total_risk": _most(risk_left, risk)}
        tightest = min(room, key=room.__getitem__)
        if room[tightest] < shares[row]:
            shares[row], limited_by[row] = room[tightest], tightest
        value_left -= float(shares[row]) * price
        risk_left -= float(shares[row]) * risk
    cut = shares < plans.shares
    return replace(
        plans,
        shares=shares,
        notional=np.where(cut, shares * value_per_share, plans.notional),
        risk_amount=np.where(cut, shares * risk_per_share, plans.risk_amount),
        limited_by=tuple(limited_by),
    )


def _most(budget: float, cost: float) -> int:
    """Return the largest whole number k ≥ 0 with k × cost ≤ budget, also in floating point."""
    count = int(max(budget, 0.0) // cost)
    return count - 1 if count * cost > budget and count else count


def _steps_per_unit(price: FloatArray) -> FloatArray:
    """Return the number of price steps per unit: 100 from 1 on, 10,000 below, more if that leaves < 500 steps."""
    fine = 10.0 ** np.clip(3.0 - np.floor(np.log10(price)), 0.0, 300.0)
    return np.where(price >= 1.0, 10.0**CENTS, np.where(price >= FINER_BELOW, 10.0**TEN_THOUSANDTHS, fine))


def _range(indicators: FloatArray, price: FloatArray) -> tuple[FloatArray, tuple[str, ...]]:
    """Return the expected daily range (n,) in currency and its origin."""
    atr = column(indicators, "atr_14")
    short, long = column(indicators, "realised_vol_20"), column(indicators, "realised_vol_60")
    vol = np.where(np.isfinite(short), short, long)
    implied = RANGE_PER_SD * vol / math.sqrt(SESSIONS_PER_YEAR) * price
    has_atr, has_vol = np.isfinite(atr) & (atr >= 0.0), np.isfinite(implied)
    spread = np.where(has_atr, atr, np.where(has_vol, implied, RANGE_UNKNOWN * price))
    names = ("atr", "realised volatility", "assumed")
    return spread, tuple(names[k] for k in np.where(has_atr, 0, np.where(has_vol, 1, 2)).tolist())


def _stop_distance(
    indicators: FloatArray, price: FloatArray, side: IntArray, spread: FloatArray
) -> tuple[FloatArray, IntArray]:
    """Return the distance of the stop (n,) in currency and the index of its basis."""
    swing = np.where(side > 0, column(indicators, "swing_low_10"), column(indicators, "swing_high_10"))
    known = np.isfinite(swing)
    structure = np.where(known, side * (price - swing) + SWING_BUFFER * spread, RANGES_WITHOUT_SWING * spread)
    distance = np.clip(structure, LEAST_RANGES * spread, MOST_RANGES * spread)
    basis = np.where(structure < distance, 1, np.where(structure > distance, 2, np.where(known, 0, 3)))
    near = distance < LEAST_DISTANCE * price
    return np.where(near, LEAST_DISTANCE * price, distance), np.where(near, 4, basis)


def _whole_steps(
    entry: FloatArray, distance: FloatArray, side: IntArray, target_rr: float, basis: IntArray
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return stop and target distances (n,) in whole steps, with both prices above zero, and the basis.

    The target is at least target_rr × the stop away, unless a short has no room for even one step of risk.
    """
    room = np.floor(np.where(side > 0, MOST_DISTANCE, MOST_DISTANCE / max(target_rr, 1e-9)) * entry)
    wanted = np.maximum(np.ceil(distance - 1e-9), 1.0)
    steps = np.maximum(np.minimum(wanted, room), 1.0)
    reward = np.maximum(np.ceil(steps * target_rr - 1e-9), 1.0)
    reward = np.where(side > 0, reward, np.minimum(reward, entry - 1.0))
    return steps, reward, np.where(wanted > room, 5, basis)


def _size(
    entry: FloatArray,
    risk_per_share: FloatArray,
    budget: FloatArray,
    max_notional: FloatArray,
    max_liquidity: FloatArray,
) -> tuple[IntArray, IntArray]:
    """Return whole shares (n,) and the index in LIMITS of the constraint that limits them."""
    candidates = np.stack(
        [
            _whole_within(budget, risk_per_share),
            _whole_within(max_notional, entry),
            _whole_within(np.where(np.isfinite(max_liquidity), max_liquidity, np.inf), entry),
        ]
    )
    limit = candidates.argmin(axis=0)
    shares = np.maximum(np.nan_to_num(candidates.min(axis=0), nan=0.0), 0.0)
    limit = np.where(np.isnan(entry), 4, np.where(shares < 1.0, 3, limit))
    return shares.astype(np.int64), limit


def _whole_within(budget: FloatArray, cost: FloatArray) -> FloatArray:
    """Return the largest whole number k (n,) with k × cost ≤ budget, also in floating point."""
    count = np.floor(budget / cost)
    with np.errstate(invalid="ignore"):
        over = count * cost > budget
    return np.where(over, count - 1.0, count)
