"""Which rows could have been bought in each session: enough bars, sound prices, and none that look wrong; compiled."""

from __future__ import annotations

from typing import Any

import numpy as np

from technic_scanner.criteria.kernel_compile import exact
from technic_scanner.screening import quality
from technic_scanner.screening.kernel_compile import fast

_TOLERANCE = 1e-4  # as in screening.filters
_HIGHER, _LOWER = 1.0 + _TOLERANCE, 1.0 - _TOLERANCE
_SWING, _DOLLAR_BARS = 10, 20
_BLOCK = 16  # at least the bars that a price is compared with
_ROUNDING = 1.0 + 1e-9
_YEAR, _LEAST_SPLIT, _RATIO, _DAY = quality.YEAR, quality.LEAST_SPLIT, quality.RATIO_TOLERANCE, quality.DAY_TOLERANCE
_HALF, _HALVES = quality.HALVES
_REAL, _TURNOVER_BARS, _LEAST_TURNOVER = quality.REAL_TURNOVER, quality.TURNOVER_BARS, quality.LEAST_TURNOVER_BARS
_FAR, _NEAR, _LEAST_NEAR = quality.FAR, quality.NEARBY_BARS, quality.LEAST_NEARBY


@exact
def judge(
    opened: Any,
    high: Any,
    low: Any,
    close: Any,
    volume: Any,
    min_price: Any,
    min_dollars: Any,
    min_bars: Any,
    could: Any,
    honest: Any,
) -> None:
    """Fill ``could`` and ``honest`` (n, T): which rows could be picked in a session, and which have no wrong price.

    ``could``: those that pass ``screening.filters.ELIGIBILITY_FILTERS``; ``min_bars``: of the row's own so far.
    ``honest``: those of them that ``screening.quality`` does not flag for an unadjusted split or a price far off.
    """
    for i in range(close.shape[0]):
        first, stop = _traded(close[i])
        plain = min_dollars <= 0.0 and _is_plain(
            opened[i, first:stop], high[i, first:stop], low[i, first:stop], close[i, first:stop]
        )
        if plain:
            could[i, :first] = False
            could[i, stop:] = False
            _enough(close[i, first:stop], min_price, min_bars, could[i, first:stop])
        else:
            _eligible(high[i], low[i], close[i], volume[i], min_price, min_dollars, min_bars, could[i])
        honest[i] = could[i]
        if plain and not _plain_may_be_wrong(
            opened[i, first:stop], high[i, first:stop], low[i, first:stop], close[i, first:stop]
        ):
            continue
        if not plain and not _may_be_wrong(opened, high, low, close, i):
            continue
        _leave_out_wrong_prices(opened[i], high[i], low[i], close[i], volume[i], honest[i])


@exact
def _traded(close: Any) -> Any:
    """Return the columns first … stop − 1 from the first bar to the last."""
    first, stop = 0, len(close)
    while first < stop and close[first] != close[first]:
        first += 1
    while stop > first and close[stop - 1] != close[stop - 1]:
        stop -= 1
    return first, stop


@exact
def _is_plain(opened: Any, high: Any, low: Any, close: Any) -> Any:
    """Return whether no bar is missing and no price unknown, zero or out of its day's range, as nearly always."""
    good = 0
    for t in range(len(close)):
        price = close[t]
        whole = (price > 0.0) & (price < np.inf) & (abs(opened[t]) < np.inf) & (high[t] < np.inf)
        good += whole & (low[t] > 0.0) & (low[t] <= price * _HIGHER) & (high[t] >= price * _LOWER)
    return good == len(close)


@exact
def _enough(close: Any, min_price: Any, min_bars: Any, out: Any) -> None:
    """Fill ``out`` (m,) with which of the bars of a plain row could be picked."""
    for t in range(len(close)):
        out[t] = close[t] >= min_price
    out[: min(max(min_bars - 1, 0), len(out))] = False


@exact
def _eligible(
    high: Any, low: Any, close: Any, volume: Any, min_price: Any, min_dollars: Any, min_bars: Any, out: Any
) -> None:
    """Fill ``out`` (T,) with which bars of any row could be picked."""
    at = np.empty(_DOLLAR_BARS, np.int64)
    bars, bad = 0, -_SWING
    for t in range(len(close)):
        price = close[t]
        out[t] = False
        if price != price:
            continue
        at[bars % _DOLLAR_BARS] = t
        bars += 1
        bad = bars if low[t] <= 0.0 else bad
        good = bars >= min_bars and 0.0 < price < np.inf and price >= min_price and bars - bad >= _SWING
        recent = min(bars, _SWING)
        if low[t] > price * _HIGHER:
            lowest = np.inf
            for back in range(1, recent + 1):
                lowest = min(lowest, low[at[(bars - back) % _DOLLAR_BARS]])
            good = good and not lowest > price * _HIGHER
        if high[t] < price * _LOWER:
            highest = -np.inf
            for back in range(1, recent + 1):
                highest = max(highest, high[at[(bars - back) % _DOLLAR_BARS]])
            good = good and not highest < price * _LOWER
        if good and min_dollars > 0.0:
            count, total = min(bars, _DOLLAR_BARS), 0.0
            for back in range(count, 0, -1):
                s = at[(bars - back) % _DOLLAR_BARS]
                total += close[s] * volume[s]
            good = total / count >= min_dollars and total < np.inf
        out[t] = good


@exact
def _is_spike(price: Any, t: Any, end: Any) -> Any:
    """Return whether bar ``t`` is far off and the next one, before ``end``, is back."""
    if t < 1 or t + 1 >= end:
        return False
    out, back = price[t] / price[t - 1], price[t + 1] / price[t]
    if not (out > 0.0 and back > 0.0 and out < np.inf and back < np.inf):
        return False
    return max(out, 1.0 / out) >= _FAR and abs(out * back - 1.0) <= 2.0 * _DAY


@exact
def _is_split(opened: Any, price: Any, volume: Any, t: Any) -> Any:
    """Return whether bar ``t`` opens at a split's ratio to the close before, stays there, and has no real turnover."""
    ratio, stays = opened[t] / price[t - 1], price[t] / opened[t]
    if not ratio > 0.0 or abs(stays - 1.0) > _DAY:
        return False
    size = max(ratio, 1.0 / ratio)
    whole = max(2.0, np.rint(size))
    if not (
        abs(size / _HALF - 1.0) <= _RATIO or abs(size / _HALVES - 1.0) <= _RATIO or abs(size / whole - 1.0) <= _RATIO
    ):
        return False
    before = np.empty(_TURNOVER_BARS)
    count = 0
    for s in range(max(0, t - _TURNOVER_BARS), t):
        turnover = price[s] * volume[s]
        if np.isfinite(turnover):
            before[count] = turnover
            count += 1
    if count < _LEAST_TURNOVER:
        return False
    return not price[t] * volume[t] > _REAL * np.median(before[:count])


@exact
def _is_off(opened: Any, high: Any, low: Any, price: Any, t: Any) -> Any:
    """Return whether bar ``t`` has a price five times off the median of the closes before it."""
    lowest, highest = price[t], price[t]
    for value in (opened[t], high[t], low[t]):
        if value != value:
            return False
        lowest, highest = min(lowest, value), max(highest, value)
    first = max(0, t - _NEAR)
    doubtful = False
    for s in range(first, t):
        doubtful = doubtful or highest >= _FAR * price[s] or lowest <= price[s] / _FAR
    if not doubtful or t - first < _LEAST_NEAR:
        return False
    usual = np.median(price[first:t])
    return highest >= _FAR * usual or lowest <= usual / _FAR


@exact
def _may_be_wrong(opened: Any, high: Any, low: Any, close: Any, i: Any) -> Any:
    """Return False where no bar of row ``i`` can be a jump or far off those before it; quick, as it is for nearly all.

    Prices are compared in blocks of own bars, each with the block before.
    """
    bars, before = 0, np.nan
    lowest, highest, least, most = np.inf, -np.inf, np.inf, -np.inf  # of all prices, and of closes
    earlier_least, earlier_most = np.inf, -np.inf
    for t in range(close.shape[1]):
        price = close[i, t]
        if price != price:
            continue
        if bars % _BLOCK == 0:
            earlier_least, earlier_most = least, most
            lowest, highest, least, most = np.inf, -np.inf, np.inf, -np.inf
        bars += 1
        if price >= _LEAST_SPLIT * before or price * _LEAST_SPLIT <= before * _ROUNDING:
            return True
        before = price
        lowest = min(lowest, min(price, min(low[i, t], opened[i, t])))
        highest = max(highest, max(price, max(high[i, t], opened[i, t])))
        least, most = min(least, price), max(most, price)
        if highest >= _FAR * min(least, earlier_least) or lowest <= max(most, earlier_most) / _FAR:
            return True
    return False


@fast
def _extremes(opened: Any, high: Any, low: Any, close: Any) -> Any:
    """Return the lowest and the highest of all prices, and the least and the most of the closes."""
    lowest, highest, least, most = low[0], high[0], close[0], close[0]
    for t in range(len(close)):
        under = low[t] if low[t] < opened[t] else opened[t]
        over = high[t] if high[t] > opened[t] else opened[t]
        lowest = under if under < lowest else lowest
        highest = over if over > highest else highest
        least = close[t] if close[t] < least else least
        most = close[t] if close[t] > most else most
    return min(lowest, least), max(highest, most), least, most


@exact
def _plain_may_be_wrong(opened: Any, high: Any, low: Any, close: Any) -> Any:
    """Return what ``_may_be_wrong`` does, of a plain row, whose blocks need no look at each bar."""
    jumps = 0
    for t in range(1, len(close)):
        jumps += (close[t] >= _LEAST_SPLIT * close[t - 1]) | (close[t] * _LEAST_SPLIT <= close[t - 1] * _ROUNDING)
    if jumps:
        return True
    earlier_least, earlier_most = np.inf, -np.inf
    for start in range(0, len(close), _BLOCK):
        block = slice(start, min(start + _BLOCK, len(close)))
        lowest, highest, least, most = _extremes(opened[block], high[block], low[block], close[block])
        if highest >= _FAR * min(least, earlier_least) or lowest <= max(most, earlier_most) / _FAR:
            return True
        earlier_least, earlier_most = least, most
    return False


@exact
def _leave_out_wrong_prices(opened: Any, high: Any, low: Any, close: Any, volume: Any, out: Any) -> None:
    """Set ``out`` (T,) to False where ``screening.quality`` flags an unadjusted split or a price far off.

    Each session is judged by the bars up to it alone: a jump that is gone a bar later was a spike from then on only.
    """
    own = np.flatnonzero(close == close)
    price, bars = close[own], len(own)
    begun, top, bottom, traded = opened[own], high[own], low[own], volume[own]
    for t in range(bars):
        if _is_off(begun, top, bottom, price, t):
            out[own[t]] = False
        if t == 0:
            continue
        change = price[t] / price[t - 1]
        if not (change >= _LEAST_SPLIT or 0.0 < change <= 1.0 / _LEAST_SPLIT) or change == np.inf:
            continue
        spike = _is_spike(price, t, bars)
        split = not _is_spike(price, t - 1, bars) and _is_split(begun, price, traded, t)
        if split:
            out[own[t]] = False
        if spike or split:
            for s in range(t + 1, min(t + _YEAR, bars)):
                out[own[s]] = False
