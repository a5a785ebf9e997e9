"""Which kernel computes each function of the language."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from technic_scanner.criteria import kernel_points as points
from technic_scanner.criteria import kernel_ranks as ranks
from technic_scanner.criteria import kernel_recursive as recursive
from technic_scanner.criteria import kernel_windows as windows
from technic_scanner.criteria.functions import BETA_LEAST
from technic_scanner.screening.bars import FloatArray

SESSIONS_A_YEAR = 252.0
# |difference| of two typical prices that counts as none, relative to |a| + |b|: TA-Lib's dead zone.
FLOW_TIE = 1e-14
# Ranks in longer windows are read from an ordered one.
COUNTED_WINDOW = 700
Arrays = list[Any]
Operation = Callable[[Arrays, tuple[int, ...], int], Any]


def _same(arrays: Arrays) -> Arrays:
    """Return the arrays with equal rows and columns, for kernels that want them so."""
    rows, columns = max(array.shape[0] for array in arrays), min(array.shape[1] for array in arrays)
    return [np.ascontiguousarray(np.broadcast_to(a[:, a.shape[1] - columns :], (rows, columns))) for a in arrays]


def _padded(x: FloatArray, columns: int) -> Any:
    """Return x with at least ``columns`` columns, unknown on the left."""
    lacking = columns - x.shape[1]
    return x if lacking <= 0 else np.hstack([np.full((x.shape[0], lacking), np.nan), x])


def _ago(x: FloatArray, n: int, k: int) -> Any:
    whole = _padded(x, k + n)
    return whole[:, whole.shape[1] - k - n : whole.shape[1] - n]


def _change(args: Arrays, p: tuple[int, ...], k: int) -> Any:
    return args[0][:, -k:] - _ago(args[0], p[0], k)


def _quotient(x: FloatArray, y: FloatArray) -> Any:
    with np.errstate(all="ignore"):
        return np.where(y > 0.0, x / y, np.nan)


def _wma(args: Arrays, p: tuple[int, ...], k: int) -> Any:
    n = p[0]
    return windows.weighted(args[0], np.arange(1, n + 1) / (n * (n + 1) / 2.0), k)


def _realised_vol(args: Arrays, p: tuple[int, ...], k: int) -> Any:
    n, close = p[0], args[0]
    columns = min(close.shape[1], k + n)
    moves = points.logarithm(_quotient(close[:, close.shape[1] - columns :], _ago(close, 1, columns)), columns)
    return windows.moments(moves, n, k, math.sqrt(SESSIONS_A_YEAR * n / (n - 1.0)), windows.STDEV)


def _raw_stochastic(args: Arrays, n: int, k: int) -> Any:
    high, low = windows.extremes(args[0], n, k, 1.0), windows.extremes(args[1], n, k, -1.0)
    close = args[2][:, args[2].shape[1] - k :]
    with np.errstate(all="ignore"):
        return np.where(high == low, 0.0 * close, 100.0 * (close - low) / (high - low))


def _stochastic(args: Arrays, p: tuple[int, ...], k: int, *, signal: bool) -> Any:
    n, smooth, length = p
    total = args[2].shape[1]
    k_bars = min(total, k + length - 1)
    raw = _raw_stochastic(args, n, min(total, k_bars + smooth - 1))
    slow = windows.totals(raw, smooth, k_bars, windows.MEAN)
    mean: FloatArray = windows.totals(slow, length, k, windows.MEAN)
    return mean if signal else np.where(np.isnan(mean), np.nan, slow[:, slow.shape[1] - k :])


def _true_range(args: Arrays, _: tuple[int, ...], k: int) -> Any:
    high, low, close = args
    last = _ago(close, 1, k)
    return np.maximum(high[:, high.shape[1] - k :], last) - np.minimum(low[:, low.shape[1] - k :], last)


def _range_pct(args: Arrays, _: tuple[int, ...], k: int) -> Any:
    high, low, close = (array[:, array.shape[1] - k :] for array in args)
    return _quotient(high - low, close)


def _mfi(args: Arrays, p: tuple[int, ...], k: int) -> Any:
    high, low, close, volume = _same(args)
    n = p[0]
    columns = min(close.shape[1], k + n - 1)
    typical = high + low + close
    now, before = typical[:, typical.shape[1] - columns :], _ago(typical, 1, columns)
    flow = now * volume[:, volume.shape[1] - columns :]
    tie = FLOW_TIE * (np.abs(now) + np.abs(before))
    up = windows.totals(np.where(now - before > tie, flow, 0.0 * (flow + before)), n, k, windows.SUM)
    down = windows.totals(np.where(now - before < -tie, flow, 0.0 * (flow + before)), n, k, windows.SUM)
    with np.errstate(all="ignore"):
        return np.where(up + down > 0.0, 100.0 * up / (up + down), 0.0 * (up + down))


def _obv_slope(args: Arrays, p: tuple[int, ...], k: int) -> Any:
    close, volume = _same(args)
    n = p[0]
    columns = min(close.shape[1], k + n - 1)
    signed = np.sign(close[:, close.shape[1] - columns :] - _ago(close, 1, columns)) * volume[:, -columns:]
    centred = np.arange(n) - (n - 1) / 2.0
    weights = np.cumsum((centred / np.square(centred).sum())[::-1])[::-1]
    slope = np.zeros((len(close), k))
    for lag in range(n - 2, -1, -1):
        slope = slope + weights[n - 1 - lag] * _ago(signed, lag, k)
    mean = windows.totals(np.ascontiguousarray(volume), n, k, windows.MEAN)
    return _quotient(slope, mean)


def _across_rows(args: Arrays, p: tuple[int, ...], k: int) -> Any:
    x, y = _same(args)
    return windows.correlations(x, y, p[0], k)


def _choose(args: Arrays, _: tuple[int, ...], k: int) -> Any:
    return points.choose(*args, max(array.shape[0] for array in args), k)


def _folded(sign: int) -> Operation:
    def fold(args: Arrays, _: tuple[int, ...], k: int) -> Any:
        value = args[0]
        for other in args[1:]:
            value = points.arithmetic(sign, value, other, max(value.shape[0], other.shape[0]), k)
        return value

    return fold


def _pointwise(function: Callable[[FloatArray], FloatArray]) -> Operation:
    def apply(args: Arrays, _: tuple[int, ...], k: int) -> Any:
        with np.errstate(all="ignore"):
            value = function(args[0][:, args[0].shape[1] - k :])
        return np.where(np.isfinite(value), value, np.nan)

    return apply


def _count(args: Arrays, p: tuple[int, ...], k: int) -> Any:
    return windows.totals(points.as_numbers(args[0]), p[0], k, windows.SUM)


def _ts_rank(args: Arrays, p: tuple[int, ...], k: int) -> Any:
    # Counting is quicker in short windows, and where one bar is asked for; the two give the same bits.
    count = p[0] <= COUNTED_WINDOW or k < p[0]
    return (ranks.window_ranks if count else ranks.ordered_window_ranks)(args[0], p[0], k)


def _value_when(args: Arrays, p: tuple[int, ...], k: int) -> Any:
    condition, x = _same(args)
    return ranks.value_when(condition, x, p[0], k)


def _macd(what: int) -> Operation:
    return lambda args, p, k: recursive.macd(args[0], p, k, what)


def _directional(what: int) -> Operation:
    return lambda args, p, k: recursive.directional(*args, p[0], k, what)


def _bands(what: int) -> Operation:
    return lambda args, p, k: windows.moments(args[0], p[0], k, float(p[1]), what)


OPERATIONS: dict[str, Operation] = {
    "sma": lambda args, p, k: windows.totals(args[0], p[0], k, windows.MEAN),
    "sum": lambda args, p, k: windows.totals(args[0], p[0], k, windows.SUM),
    "ema": lambda args, p, k: recursive.ema(args[0], p[0], k),
    "wma": _wma,
    "rsi": lambda args, p, k: recursive.rsi(args[0], p[0], k),
    "macd": _macd(recursive.LINE),
    "macd_signal": _macd(recursive.SIGNAL),
    "macd_hist": _macd(recursive.HISTOGRAM),
    "stoch_k": lambda args, p, k: _stochastic(args, p, k, signal=False),
    "stoch_d": lambda args, p, k: _stochastic(args, p, k, signal=True),
    "change": _change,
    "roc": lambda args, p, k: points.growth(args[0], p[0], k),
    "adx": _directional(recursive.ADX),
    "plus_di": _directional(recursive.PLUS),
    "minus_di": _directional(recursive.MINUS),
    "slope": lambda args, p, k: windows.line(args[0], p[0], k, windows.SLOPE),
    "r2": lambda args, p, k: windows.line(args[0], p[0], k, windows.R2),
    "atr": lambda args, p, k: recursive.atr(*args, p[0], k),
    "true_range": _true_range,
    "range_pct": _range_pct,
    "stdev": lambda args, p, k: windows.moments(args[0], p[0], k, 1.0, windows.STDEV),
    "realised_vol": _realised_vol,
    "bollinger_pct_b": _bands(windows.PCT_B),
    "bollinger_width": _bands(windows.WIDTH),
    "mfi": _mfi,
    "obv": lambda args, p, k: recursive.obv(*_same(args), k),  # noqa: ARG005 - the form of all of them
    "obv_slope": _obv_slope,
    "highest": lambda args, p, k: windows.extremes(args[0], p[0], k, 1.0),
    "lowest": lambda args, p, k: windows.extremes(args[0], p[0], k, -1.0),
    "count": _count,
    "ts_rank": _ts_rank,
    "correlation": _across_rows,
    "beta": lambda args, p, k: ranks.betas(*_same(args), p[0], k, min(BETA_LEAST, p[0])),
    "bars_since": lambda args, p, k: ranks.bars_since(args[0], p[0], k),
    "value_when": _value_when,
    "pivot_high": lambda args, p, k: recursive.pivots(args[0], p[0], k, 1.0),
    "pivot_low": lambda args, p, k: recursive.pivots(args[0], p[0], k, -1.0),
    "abs": _pointwise(np.abs),
    "log": lambda args, p, k: points.logarithm(args[0], k),  # noqa: ARG005 - as above
    "sqrt": _pointwise(np.sqrt),
    "min": _folded(points.LEAST),
    "max": _folded(points.MOST),
    "if": _choose,
    "bars": lambda args, p, k: recursive.bars(args[0], k),  # noqa: ARG005 - as above
}
