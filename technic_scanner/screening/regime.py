"""Determine the market regime (trend × volatility) from the closes of an index, and its effects on a scan."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.kernel_index import GrowthRoom, mean_growth, room_of
from technic_scanner.screening.matrix import SESSIONS_PER_YEAR, BoolArray, IntArray

UNKNOWN = "unknown"
TRENDS: tuple[str, ...] = ("up", "down", "sideways", UNKNOWN)
VOLATILITIES: tuple[str, ...] = ("low", "normal", "high", UNKNOWN)

SHORT_AVERAGE, LONG_AVERAGE = 50, 200
VOL_WINDOW, VOL_HISTORY, VOL_HISTORY_LEAST = 20, 252, 60
LOW_VOL_RATIO, HIGH_VOL_RATIO = 0.8, 1.25

# A VIX from this value on counts as high volatility; a trend with less than this share of the symbols, as sideways.
STRESS_VIX, BROAD_SHARE = 30.0, 0.5

# The index: one return in this many is winsorised at each end; the share of listed symbols that a session needs; the
# sessions that the close before may be old.
WINSOR_SHARE, LEAST_ATTENDANCE, MOST_AGE = 20, 0.25, 5

_TREND_NOUN = {"up": "uptrend", "down": "downtrend", "sideways": "sideways market"}
_VOLATILITY_ADJECTIVE = {"low": "calm ", "normal": "", "high": "volatile ", UNKNOWN: ""}


@dataclass(frozen=True, slots=True)
class Regime:
    """The market's state at the newest close; ``facts`` are the numbers that determine it, None where unknown.

    ``trend`` is one of TRENDS, ``volatility`` one of VOLATILITIES, ``market_regime`` the two in words.
    """

    trend: str
    volatility: str
    market_regime: str
    index_name: str
    facts: tuple[tuple[str, float | None], ...]


@dataclass(frozen=True, slots=True)
class Macro:
    """The macro values that affect a scan: VIX in points, share 0–1 of symbols above SMA 200; None is unknown."""

    vix: float | None = None
    breadth: float | None = None


@dataclass(frozen=True, slots=True)
class RegimePolicy:
    """The effects of a regime: ``alpha_weight`` of the blend (0–1) and two multipliers of position size (0–1].

    ``size_multiplier`` applies to every position, ``counter_trend_multiplier`` additionally to those against the trend.
    ``sentence`` describes the effects.
    """

    alpha_weight: float
    size_multiplier: float
    counter_trend_multiplier: float
    against: int
    sentence: str

    def sizes(self, side: IntArray) -> FloatArray:
        """Return the size multiplier (n,) of positions on ``side`` (n,) +1 long, −1 short."""
        counter = (side == self.against) & (self.against != 0)
        return np.where(counter, self.size_multiplier * self.counter_trend_multiplier, self.size_multiplier)


def equal_weight_index(close: FloatArray) -> FloatArray:
    """Return an index (T,) of closes (n, T): 100 at the first, then the winsorised mean daily return, compounded.

    A symbol's return in a session is its change since its last close, which must be at most five sessions older. Of n
    returns the ⌈n/20⌉ lowest and highest count as the next ones (of fewer than three, none). A session in which fewer
    than a quarter of the symbols that are listed have a close is skipped: the index does not change, and what moved
    in it is part of the next session's return. Before the first close of any symbol the index is NaN.
    """
    count, sessions = close.shape
    if not count or not sessions:
        return np.full(sessions, np.nan)
    present = np.isfinite(close) & (close > 0.0)
    kept = np.flatnonzero(_well_attended(present))
    factor = np.ones(sessions)
    factor[kept] = _mean_growth(close[:, kept], present[:, kept])
    return np.where(np.maximum.accumulate(present.any(axis=0)), 100.0 * np.cumprod(factor), np.nan)


def _well_attended(present: BoolArray) -> BoolArray:
    """Return the sessions (T,) in which at least a quarter of the symbols listed at the time have a close."""
    attending = present.sum(axis=0)
    attended: BoolArray = (attending > 0) & (attending >= LEAST_ATTENDANCE * _listed_counts(present))
    return attended


def _listed_counts(present: BoolArray) -> IntArray:
    """Return how many symbols (n, T) are between their first and their last bar in each session, (T,)."""
    sessions = present.shape[1]
    traded = present.any(axis=1)
    first = present.argmax(axis=1)[traded]
    last = sessions - 1 - present[:, ::-1].argmax(axis=1)[traded]
    steps = np.zeros(sessions + 1, dtype=np.int64)
    np.add.at(steps, first, 1)
    np.subtract.at(steps, last + 1, 1)
    return np.cumsum(steps[:-1])


def _mean_growth(close: FloatArray, present: BoolArray) -> FloatArray:
    """Return 1 + the winsorised mean return of each session (S,), 1 in the first and where nothing moved."""
    growth = np.empty(close.shape[1])
    mean_growth(*growth_inputs(close, present), growth)
    return growth


def growth_inputs(close: FloatArray, present: BoolArray) -> tuple[FloatArray, BoolArray, tuple[int, int], GrowthRoom]:
    """Return what ``mean_growth`` reads of closes (n, S), and which of them there are, and the room that it needs."""
    by_session = np.array(close.T, order="C"), np.array(present.T, order="C")
    return *by_session, (MOST_AGE, WINSOR_SHARE), room_of(len(close))


def market_regime(close: FloatArray, index_name: str) -> Regime:
    """Determine the regime from the closes (T,) of an index, the newest last; NaN sessions are omitted.

    Trend (needs 200 closes): up if close and 50-session average are both above the 200-session average, down if both
    are below it, otherwise sideways. Volatility (needs 81 closes): the annualised sd of the last 20 log returns
    relative to its median over the last 252 sessions; below 0.8 it is low, above 1.25 high. With too few closes the
    value is "unknown". Formulas: docs/numbers.md.
    """
    known = close[np.isfinite(close) & (close > 0.0)]
    trend, trend_facts = _trend(known)
    volatility, volatility_facts = _volatility(known)
    return Regime(trend, volatility, _label(trend, volatility), index_name, trend_facts + volatility_facts)


def market_regimes(close: FloatArray, ends: IntArray) -> list[str]:
    """Return for each of ``ends`` (E,) the name of the regime that ``market_regime`` finds in the closes before it."""
    usable = np.isfinite(close) & (close > 0.0)
    known = close[usable]
    counts = np.append(0, np.cumsum(usable))[ends].tolist()
    wanted = sorted(set(counts))
    trends, levels = _trends(known, wanted), _levels(known, wanted)
    return [_label(trends[count], levels[count]) for count in counts]


def _trends(known: FloatArray, counts: list[int]) -> dict[int, str]:
    """Return the trend by how many of the closes are known: after each of ``counts``."""
    found = dict.fromkeys(counts, UNKNOWN)
    if len(known) < LONG_AVERAGE:
        return found
    long, short = (_windows(known, length).mean(axis=1) for length in (LONG_AVERAGE, SHORT_AVERAGE))
    for count in counts:
        if count >= LONG_AVERAGE:
            usual = float(long[count - LONG_AVERAGE])
            by_close, by_average = (
                float(value) / usual - 1.0 for value in (known[count - 1], short[count - SHORT_AVERAGE])
            )
            found[count] = _trend_of(by_close, by_average)
    return found


def _levels(known: FloatArray, counts: list[int]) -> dict[int, str]:
    """Return the level of volatility by how many of the closes are known."""
    found = dict.fromkeys(counts, UNKNOWN)
    if len(known) <= VOL_WINDOW + VOL_HISTORY_LEAST:
        return found
    rolling = _rolling_volatility(np.diff(np.log(known)))
    medians = np.median(_windows(rolling, VOL_HISTORY), axis=1) if len(rolling) >= VOL_HISTORY else np.empty(0)
    for count in counts:
        so_far = count - VOL_WINDOW
        if so_far > VOL_HISTORY_LEAST:
            long = so_far >= VOL_HISTORY
            usual = medians[so_far - VOL_HISTORY] if long else np.median(rolling[:so_far])
            found[count] = _level_of(float(rolling[so_far - 1]), float(usual))
    return found


def regime_policy(regime: Regime, macro: Macro | None = None) -> RegimePolicy:
    """Return the effects of regime and macro context on the blend and on sizes, with sentences that describe them.

    Momentum has its highest returns in rising markets and crashes after volatile declines (Daniel–Moskowitz 2016), so
    the alpha weight is 0.40 in an uptrend, 0.25 in a downtrend, 0.30 otherwise, minus 0.10 if volatility is high. High
    volatility halves sizes (volatility-managed portfolios, Moreira–Muir 2017). Against a known trend sizes are halved
    again. A VIX of 30 or more counts as high volatility; a trend that the majority of symbols do not share, as
    sideways.
    """
    macro = macro or Macro()
    stressed = macro.vix is not None and macro.vix >= STRESS_VIX
    trend = "sideways" if _is_narrow(regime.trend, macro.breadth) else regime.trend
    alpha_weight = {"up": 0.40, "down": 0.25}.get(trend, 0.30)
    size = 1.0
    if stressed or regime.volatility == "high":
        alpha_weight -= 0.10
        size = 0.5
    against = {"up": -1, "down": 1}.get(trend, 0)
    return RegimePolicy(
        alpha_weight=alpha_weight,
        size_multiplier=size,
        counter_trend_multiplier=0.5,
        against=against,
        sentence=f"{_policy_sentence(regime, alpha_weight, size, against)} {_macro_sentence(regime, macro)}",
    )


def _is_narrow(trend: str, breadth: float | None) -> bool:
    """Return whether less than half of the symbols are on the trend's side of their SMA 200."""
    if breadth is None:
        return False
    return (trend == "up" and breadth < BROAD_SHARE) or (trend == "down" and 1.0 - breadth < BROAD_SHARE)


def _trend(close: FloatArray) -> tuple[str, tuple[tuple[str, float | None], ...]]:
    if len(close) < LONG_AVERAGE:
        return UNKNOWN, (("index above its SMA 200 by", None), ("index SMA 50 above its SMA 200 by", None))
    long = float(close[-LONG_AVERAGE:].mean())
    by_close = float(close[-1]) / long - 1.0
    by_average = float(close[-SHORT_AVERAGE:].mean()) / long - 1.0
    facts = (("index above its SMA 200 by", by_close), ("index SMA 50 above its SMA 200 by", by_average))
    return _trend_of(by_close, by_average), facts


def _trend_of(by_close: float, by_average: float) -> str:
    if min(by_close, by_average) > 0.0:
        return "up"
    return "down" if max(by_close, by_average) < 0.0 else "sideways"


def _volatility(close: FloatArray) -> tuple[str, tuple[tuple[str, float | None], ...]]:
    returns = np.diff(np.log(close))
    names = ("index volatility of 20 sessions", "median of that over 252 sessions")
    if len(returns) < VOL_WINDOW + VOL_HISTORY_LEAST:
        return UNKNOWN, ((names[0], None), (names[1], None))
    rolling = _rolling_volatility(returns[-VOL_HISTORY - VOL_WINDOW + 1 :])
    now, usual = float(rolling[-1]), float(np.median(rolling))
    return _level_of(now, usual), ((names[0], now), (names[1], usual))


def _rolling_volatility(returns: FloatArray) -> FloatArray:
    """Return the annualised standard deviation of each VOL_WINDOW returns in a row."""
    return np.asarray(_windows(returns, VOL_WINDOW).std(axis=1, ddof=1) * math.sqrt(SESSIONS_PER_YEAR))


def _windows(values: FloatArray, length: int) -> FloatArray:
    return np.lib.stride_tricks.sliding_window_view(values, length)


def _level_of(now: float, usual: float) -> str:
    if now < LOW_VOL_RATIO * usual:
        return "low"
    return "high" if now > HIGH_VOL_RATIO * usual else "normal"


def _label(trend: str, volatility: str) -> str:
    if trend == UNKNOWN:
        return UNKNOWN if volatility == UNKNOWN else f"unknown trend, {volatility} volatility"
    return f"{_VOLATILITY_ADJECTIVE[volatility]}{_TREND_NOUN[trend]}"


REGIMES: tuple[str, ...] = tuple(dict.fromkeys(_label(trend, level) for trend in TRENDS for level in VOLATILITIES))


def _policy_sentence(regime: Regime, alpha_weight: float, size: float, against: int) -> str:
    parts = [f"Alpha weighs {alpha_weight:.0%} of the score"]
    parts.append("position sizes are halved" if size < 1.0 else "position sizes are unchanged")
    if against:
        parts.append(f"{'short' if against < 0 else 'long'} positions, being against the trend, are halved again")
        if size == 1.0:
            parts[-1] = parts[-1].removesuffix(" again")
    reason = "The regime is unknown" if regime.market_regime == UNKNOWN else f"The market is in: {regime.market_regime}"
    return f"{reason} ({regime.index_name}). {', '.join(parts[:-1])} and {parts[-1]}."


def _macro_sentence(regime: Regime, macro: Macro) -> str:
    """Return a sentence on VIX and breadth and their effects."""
    if macro.vix is None:
        vix = "VIX is unknown"
    else:
        effect = "counts as high volatility" if macro.vix >= STRESS_VIX else "changes nothing"
        vix = f"VIX at {macro.vix:.1f} {effect}"
    if macro.breadth is None:
        return f"{vix}; breadth is unknown."
    effect = "changes nothing"
    if _is_narrow(regime.trend, macro.breadth):
        effect = f"makes the {regime.trend}trend count as sideways"
    return f"{vix}; a share of {macro.breadth:.0%} of the symbols above their SMA 200 {effect}."
