"""What picks did after their scan: forward returns, which of stop and target came first, equity of the top picks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from technic_scanner.screening.bars import FloatArray, Panel
from technic_scanner.screening.matrix import BoolArray, IntArray, ratio

HORIZONS: tuple[int, ...] = (1, 5, 10, 21, 63)

# First: the stop, the target, both inside one bar (which one is unknown), none in all sessions asked for, none yet.
EXITS: tuple[str, ...] = ("stop", "target", "unknown", "neither", "open")
EXIT_TEXTS: dict[str, str] = {
    "stop": "the stop",
    "target": "the target",
    "unknown": "either, order unknown (one bar held both)",
    "neither": "neither in 63 sessions",
    "open": "neither yet",
}


@dataclass(frozen=True, slots=True, eq=False)
class Planned:
    """What a scan planned for n picks: ``side`` +1 or −1; ``close``, ``stop``, ``target`` in prices as it saw them."""

    side: IntArray
    close: FloatArray
    stop: FloatArray
    target: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Exits:
    """How the plans of n picks ended: ``first`` is one of EXITS, ``sessions`` (n,) after how many sessions, −1: not."""

    first: tuple[str, ...]
    sessions: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class PickOutcomes:
    """What n picks did over H horizons: ``forward`` and ``excess`` (n, H), held against the ``universe`` (H,)."""

    forward: FloatArray
    excess: FloatArray
    universe: FloatArray
    exits: Exits


@dataclass(frozen=True, slots=True)
class Holding:
    """One period of the top picks: (symbol, side +1 or −1, return of the price in it), and the universe's mean return.

    A return that is NaN (a pick that stopped trading) counts as 0 and is counted in ``EquityCurve.unpriced``.
    """

    picks: tuple[tuple[str, int, float], ...]
    universe: float


@dataclass(frozen=True, slots=True, eq=False)
class EquityCurve:
    """Growth of 1 over m periods, (m + 1,) each: the picks after costs, the picks before costs, the universe.

    ``turnover`` (m,) is Σ |change of weight| at each period's start, 1 for buying everything.
    """

    picks: FloatArray
    before_costs: FloatArray
    universe: FloatArray
    turnover: FloatArray
    unpriced: int


def session_index(panel: Panel, as_of: np.datetime64) -> int:
    """Return the column of the newest session on or before ``as_of``, −1 if there is none."""
    return int(np.searchsorted(panel.sessions, as_of, side="right")) - 1


def forward_returns(close: FloatArray, at: int, horizons: Sequence[int] = HORIZONS) -> FloatArray:
    """Return (n, H): close h sessions after column ``at`` ÷ close at it − 1.

    NaN where one of the two is unknown: the session has not come yet, or the symbol did not trade in it.
    """
    result = np.full((len(close), len(horizons)), np.nan)
    if not 0 <= at < close.shape[1]:
        return result
    start = close[:, at]
    usable = start > 0.0
    for j, horizon in enumerate(horizons):
        if at + horizon < close.shape[1]:
            np.divide(close[:, at + horizon], start, out=result[:, j], where=usable)
    return result - 1.0


def pick_outcomes(
    panel: Panel, at: int, universe: BoolArray, picks: IntArray, planned: Planned, horizons: Sequence[int] = HORIZONS
) -> PickOutcomes:
    """Return what the picks, rows ``picks`` (k,) of ``panel``, did after the session of column ``at``.

    They are held against the rows that ``universe`` (n,) marks. Nothing is known when ``at`` is not a column of the
    panel. The bars that count are copied, of the picks alone: ten years of every symbol would take most of the time.
    """
    first, at = max(at, 0), min(at, 0)
    span = slice(first, first + max(horizons) + 1)
    forward = forward_returns(panel.close[:, span], at, horizons)
    means, own = universe_returns(forward[universe]), forward[picks]
    exits = first_exits(_bars(panel, picks, span), at, planned, max(horizons))
    return PickOutcomes(own, excess_returns(own, planned.side, means), means, exits)


def _bars(panel: Panel, rows: IntArray, span: slice) -> Panel:
    """Return the bars of the rows in the sessions of ``span``, without the volume, which no plan asks for."""
    symbols = tuple(map(panel.symbols.__getitem__, rows.tolist()))
    opened, high, low, close = (values[:, span][rows] for values in (panel.open, panel.high, panel.low, panel.close))
    return Panel(symbols, panel.sessions[span], opened, high, low, close, np.broadcast_to(np.nan, close.shape))


def universe_returns(forward: FloatArray) -> FloatArray:
    """Return (H,): the mean of the known forward returns (n, H) of the universe, equal weights at the start, held."""
    known = np.isfinite(forward)
    count = known.sum(axis=0)
    mean = np.full(forward.shape[1], np.nan)
    np.divide(np.where(known, forward, 0.0).sum(axis=0), count, out=mean, where=count > 0)
    return mean


def excess_returns(forward: FloatArray, side: IntArray, universe: FloatArray) -> FloatArray:
    """Return (n, H): what the pick's side (n,) gained over the universe's (H,) return; a short gains what both lose."""
    return side[:, None] * (forward - universe)


def first_exits(panel: Panel, at: int, planned: Planned, sessions: int = 63) -> Exits:
    """Return which of stop and target each pick, a row of ``panel``, reached first in the ``sessions`` after ``at``.

    An open beyond one of them decides; a bar whose range holds both without that is "unknown", for daily bars do not
    say which came first. "open" means that nothing was reached and fewer than ``sessions`` sessions have passed. Bars
    that do not exist reach nothing. Splits and dividends since the scan have rescaled past prices, so stop and target
    are rescaled by the close of ``at`` as it reads now ÷ as the scan saw it; where one is unknown, so is the exit.
    """
    side = planned.side
    now = panel.close[:, at] if 0 <= at < panel.shape[1] else np.full(len(side), np.nan)
    rescale = ratio(now, planned.close)
    stop, target = planned.stop * rescale, planned.target * rescale
    cut = slice(at + 1, at + 1 + sessions)
    first, last, low, high = (
        side[:, None] * values[:, cut] for values in (panel.open, panel.close, panel.low, panel.high)
    )
    worst, best = np.fmin(np.fmin(low, high), last), np.fmax(np.fmax(low, high), last)
    floor, ceiling = (side * stop)[:, None], (side * target)[:, None]
    opens_out, opens_up = first <= floor, first >= ceiling
    stopped, reached = (worst <= floor) | opens_out, (best >= ceiling) | opens_up
    code = np.full(worst.shape, -1)
    code[stopped] = EXITS.index("stop")
    code[reached & ~stopped] = EXITS.index("target")
    code[reached & stopped] = EXITS.index("unknown")
    code[opens_out] = EXITS.index("stop")
    code[opens_up] = EXITS.index("target")
    none = EXITS.index("open" if worst.shape[1] < sessions else "neither")
    return _first_code(code, np.where(np.isfinite(stop) & np.isfinite(target), none, EXITS.index("unknown")))


def equity_curve(periods: Sequence[Holding], cost_bps: float) -> EquityCurve:
    """Return the growth of equal weights in each period's picks, rebalanced at its start at ``cost_bps`` of turnover.

    ``cost_bps`` is what buying or selling an amount costs, in hundredths of a per cent of it. Between rebalances the
    weights drift with the prices. A period without picks is cash. The universe bears no costs, no last sale is paid.
    A universe return that is NaN makes its curve unknown from there on.
    """
    held: dict[str, float] = {}
    gross, net, market, turnover, unpriced = [1.0], [1.0], [1.0], [], 0
    for period in periods:
        weights = {symbol: side / len(period.picks) for symbol, side, _ in period.picks}
        returns = {symbol: change if np.isfinite(change) else 0.0 for symbol, _, change in period.picks}
        unpriced += sum(not np.isfinite(change) for _, _, change in period.picks)
        traded = sum(abs(weights.get(name, 0.0) - held.get(name, 0.0)) for name in weights.keys() | held.keys())
        gain = sum(weight * returns[symbol] for symbol, weight in weights.items())
        turnover.append(traded)
        growth, kept = max(1.0 + gain, 0.0), max(1.0 - traded * cost_bps / 1e4, 0.0)
        gross.append(gross[-1] * growth)
        net.append(net[-1] * kept * growth)
        market.append(market[-1] * (1.0 + period.universe))
        held = _drifted(weights, returns, gain)
    return EquityCurve(np.array(net), np.array(gross), np.array(market), np.array(turnover), unpriced)


def _drifted(weights: dict[str, float], returns: dict[str, float], gain: float) -> dict[str, float]:
    """Return the weights after the period's returns; nothing is left of a portfolio that lost everything."""
    if gain <= -1.0:
        return {}
    return {symbol: weight * (1.0 + returns[symbol]) / (1.0 + gain) for symbol, weight in weights.items()}


def _first_code(code: IntArray, none: IntArray) -> Exits:
    """Return the first code ≥ 0 of each row (n, width), ``none`` (n,) for rows without."""
    rows, width = code.shape
    hit = code >= 0
    ended = hit.any(axis=1)
    where = hit.argmax(axis=1) if width else np.zeros(rows, dtype=np.int64)
    first = np.where(ended, code[np.arange(rows), where], none) if width else none
    return Exits(tuple(EXITS[k] for k in first.tolist()), np.where(ended, where + 1, -1))
