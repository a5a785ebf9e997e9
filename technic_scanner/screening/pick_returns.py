"""Compute outcomes of picks: forward returns, whether stop or target was reached first, equity of the top picks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.matrix import BoolArray, IntArray, ratio
from technic_scanner.screening.past_prices import PastPrices

CodeArray = npt.NDArray[np.int8]
SideArray = npt.NDArray[np.integer]

HORIZONS: tuple[int, ...] = (1, 5, 10, 21, 63)

# Reached first: the stop, the target, both in one bar (order unknown), neither in all sessions, neither so far.
EXITS: tuple[str, ...] = ("stop", "target", "unknown", "neither", "open")
_CODE: dict[str, np.int8] = {name: np.int8(code) for code, name in enumerate(EXITS)}
EXIT_TEXTS: dict[str, str] = {
    "stop": "the stop",
    "target": "the target",
    "unknown": "either, order unknown (one bar spans both)",
    "neither": "neither in 63 sessions",
    "open": "neither yet",
}

# Returns above this are winsorised to it: they are rarely real, and one of them would move the mean of thousands.
MOST_RETURN = 3.0

# The number of sessions that are searched at once for the end of a plan.
_BLOCK = 8


@dataclass(frozen=True, slots=True, eq=False)
class Planned:
    """A scan's plans of k picks: ``side`` +1 or −1; ``close``, ``stop``, ``target`` in prices of that time."""

    side: SideArray
    close: FloatArray
    stop: FloatArray
    target: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Exits:
    """How k plans ended: ``codes`` (k,) are indices into EXITS, ``sessions`` (k,) after how many, −1 if not."""

    codes: CodeArray
    sessions: IntArray

    @property
    def first(self) -> tuple[str, ...]:
        """What was reached first, as one of EXITS per pick."""
        return tuple(EXITS[code] for code in self.codes)


@dataclass(frozen=True, slots=True, eq=False)
class PickReturns:
    """The returns of k picks over H horizons: ``forward`` and ``excess`` (H, k), and those of the ``universe`` (H,).

    Returns are winsorised; ``limited`` (H,) counts those of the universe that were above MOST_RETURN.
    """

    forward: FloatArray
    excess: FloatArray
    universe: FloatArray
    limited: IntArray
    exits: Exits


@dataclass(frozen=True, slots=True, eq=False)
class Holding:
    """One period of the k top picks, and the universe's mean return in it.

    ``symbols`` (k,) are distinct numbers from 0 on, equal for a symbol in all periods; ``sides`` (k,) +1 or −1;
    ``returns`` (k,) are price returns. A NaN (a pick that stopped trading) is treated as 0 and counted in
    ``EquityCurve.unpriced``.
    """

    symbols: IntArray
    sides: FloatArray
    returns: FloatArray
    universe: float


@dataclass(frozen=True, slots=True, eq=False)
class EquityCurve:
    """Growth of 1 over m periods, (m + 1,) each: the picks after costs, the picks before costs, the universe.

    ``turnover`` (m,) is Σ |change of weight| at the start of each period, 1 for the first purchase.
    """

    picks: FloatArray
    before_costs: FloatArray
    universe: FloatArray
    turnover: FloatArray
    unpriced: int


def forward_returns(close: FloatArray, at: int, horizons: Sequence[int] = HORIZONS) -> FloatArray:
    """Return the returns (H, n) of closes (T, n): close h sessions after row ``at`` ÷ close of row ``at`` − 1.

    NaN if one of the two is unknown, or the session is in the future.
    """
    result = np.full((len(horizons), close.shape[1]), np.nan)
    if not 0 <= at < len(close):
        return result
    start = np.where(close[at] > 0.0, close[at], np.nan)
    for change, horizon in zip(result, horizons, strict=True):
        if at + horizon < len(close):
            np.divide(close[at + horizon], start, out=change)
    result -= 1.0
    return result


def pick_returns(
    prices: PastPrices,
    at: int,
    universe: BoolArray,
    picks: IntArray,
    planned: Planned,
    horizons: Sequence[int] = HORIZONS,
) -> PickReturns:
    """Return the returns of the picks, columns ``picks`` (k,) of ``prices``, after the session of row ``at``.

    They are compared with the columns marked by ``universe`` (n + 1,). All are unknown if ``at`` is not a row.
    """
    forward = forward_returns(prices.close, at, horizons)
    limited = np.count_nonzero((forward > MOST_RETURN) & universe, axis=1)
    np.minimum(forward, MOST_RETURN, out=forward)
    means, own = universe_returns(forward, universe), forward.take(picks, axis=1)
    exits = first_exits(prices, picks, at, planned, max(horizons))
    return PickReturns(own, excess_returns(own, planned.side, means), means, limited, exits)


def universe_returns(forward: FloatArray, universe: BoolArray) -> FloatArray:
    """Return (H,): the mean of the known forward returns (H, n) of the ``universe`` (n,), with equal weights."""
    known = np.isfinite(forward) & universe
    count = np.count_nonzero(known, axis=1)
    # Added sequentially: with the pairwise addition of ``sum`` a symbol outside the universe could change the last
    # digit.
    total = np.cumsum(np.where(known, forward, 0.0), axis=1)[:, -1]
    mean = np.full(len(forward), np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    return mean


def excess_returns(forward: FloatArray, side: SideArray, universe: FloatArray) -> FloatArray:
    """Return the excess returns (H, k) of the pick's side (k,) over the universe's (H,): side × (return − universe)."""
    excess = forward - universe[:, None]
    excess *= side
    return excess


def first_exits(prices: PastPrices, picks: IntArray, at: int, planned: Planned, sessions: int = 63) -> Exits:
    """Return which of stop and target each pick, a column of ``prices``, reached first in ``sessions`` after ``at``.

    An open beyond one of them decides; otherwise a bar whose range contains both is "unknown", because daily bars do
    not show the order. "open" means that neither was reached and fewer than ``sessions`` sessions have passed. Missing
    bars reach nothing. Splits and dividends since the scan have rescaled past prices, so stop and target are rescaled
    by the current close of ``at`` ÷ its close at the time of the scan; if one is unknown, so is the exit.
    """
    is_session = 0 <= at < len(prices.sessions)
    now = prices.close[at].take(picks) if is_session else np.full(len(picks), np.nan)
    rescale = ratio(now, planned.close)
    stop, target = planned.stop * rescale, planned.target * rescale
    long = planned.side > 0
    floor, ceiling = np.where(long, stop, target), np.where(long, target, stop)
    after = _sessions_until(prices, picks, at, floor, ceiling, sessions)
    ended = np.flatnonzero(after > 0)
    bars = at + after[ended], picks[ended]
    first, floor, ceiling = prices.open[bars], floor[ended], ceiling[ended]
    low = _Touch(prices.lowest[bars] <= floor, first <= floor)
    high = _Touch(prices.highest[bars] >= ceiling, first >= ceiling)
    waiting = _CODE["open" if at + sessions >= len(prices.sessions) else "neither"]
    codes = np.where(np.isfinite(stop) & np.isfinite(target), waiting, _CODE["unknown"])
    codes[ended] = np.where(long[ended], _exit_codes(low, high), _exit_codes(high, low))
    return Exits(codes, after)


def equity_curve(periods: Sequence[Holding], cost_bps: float) -> EquityCurve:
    """Return the growth of equal weights in each period's picks, rebalanced at its start at ``cost_bps`` of turnover.

    ``cost_bps`` is the cost of buying or selling, in hundredths of a per cent of the amount. Between rebalances the
    weights drift with the prices. A period without picks is cash. The universe has no costs, and the final sale has
    none either. A universe return of NaN makes its curve unknown from there on.
    """
    held = np.zeros(1 + max((int(period.symbols.max(initial=-1)) for period in periods), default=-1))
    gross, net, market, turnover, unpriced = [1.0], [1.0], [1.0], [], 0
    for period in periods:
        weights, returns = np.zeros_like(held), np.zeros_like(held)
        weights[period.symbols] = period.sides / max(len(period.symbols), 1)
        returns[period.symbols] = np.where(np.isfinite(period.returns), period.returns, 0.0)
        unpriced += int((~np.isfinite(period.returns)).sum())
        traded, gain = float(np.abs(weights - held).sum()), float((weights * returns).sum())
        turnover.append(traded)
        growth, kept = max(1.0 + gain, 0.0), max(1.0 - traded * cost_bps / 1e4, 0.0)
        gross.append(gross[-1] * growth)
        net.append(net[-1] * kept * growth)
        market.append(market[-1] * (1.0 + period.universe))
        # Weights drift with the prices; a portfolio that lost everything has no weights.
        held = weights * (1.0 + returns) / (1.0 + gain) if gain > -1.0 else np.zeros_like(held)
    return EquityCurve(np.array(net), np.array(gross), np.array(market), np.array(turnover), unpriced)


class _Touch(NamedTuple):
    """Whether bars (m,) reached a price, and whether their opens were already beyond it."""

    reached: BoolArray
    opened: BoolArray


def _exit_codes(stop: _Touch, target: _Touch) -> CodeArray:
    """Return the exit code (m,) of bars that reached stop, target or both."""
    codes = np.where(stop.reached, np.where(target.reached, _CODE["unknown"], _CODE["stop"]), _CODE["target"])
    codes[stop.opened] = _CODE["stop"]
    codes[target.opened] = _CODE["target"]
    return codes


def _sessions_until(
    prices: PastPrices, picks: IntArray, at: int, floor: FloatArray, ceiling: FloatArray, sessions: int
) -> IntArray:
    """Return after how many of the ``sessions`` after ``at`` each pick (k,) reached floor or ceiling, −1 for none.

    Each block of sessions is only searched for picks that have not ended before, because most plans end soon.
    """
    after = np.full(len(picks), -1)
    left = np.arange(len(picks))
    start, stop = at + 1, min(at + 1 + sessions, len(prices.sessions))
    for first in range(start, stop, _BLOCK):
        block, columns = slice(first, min(first + _BLOCK, stop)), picks[left]
        hit = prices.lowest[block].take(columns, axis=1) <= floor[left]
        hit |= prices.highest[block].take(columns, axis=1) >= ceiling[left]
        ended = hit.any(axis=0)
        after[left[ended]] = first - at + hit[:, ended].argmax(axis=0)
        left = left[~ended]
    return after
