"""Where each indicator is written: one symbol's existing bars in, its row of the indicator matrix out."""

from __future__ import annotations

import math

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.indicator_names import COLUMN
from technic_scanner.screening.kernel_compile import exact
from technic_scanner.screening.kernel_limits import BETA_RETURNS, LEAST_PRICE, LIMIT
from technic_scanner.screening.kernel_smoothing import EMA_12_SCALE, EMA_26_SCALE, SIGNAL_SCALE, WILDER_SCALE
from technic_scanner.screening.kernel_windows import (
    BETA_MIN_RETURNS,
    SESSIONS_A_YEAR,
    STRENGTH_BARS,
    TREND_BARS,
    covariance,
    deviation,
    highest,
    lowest,
    money_flow,
    obv_slope,
    product,
    raw_stochastic,
    spread,
    total,
    traded,
    trend,
)

# open, high, low, close, volume, benchmark close: (m,) each, on the same sessions.
Columns = tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]

BARS, CLOSE, RETURN_1, GAP = COLUMN["bars"], COLUMN["close"], COLUMN["return_1"], COLUMN["gap"]
SMA_20, SMA_50, SMA_200 = COLUMN["sma_20"], COLUMN["sma_50"], COLUMN["sma_200"]
EMA_12, EMA_26, RSI, MACD = COLUMN["ema_12"], COLUMN["ema_26"], COLUMN["rsi_14"], COLUMN["macd"]
SIGNAL, HIST, HIST_PREV = COLUMN["macd_signal"], COLUMN["macd_hist"], COLUMN["macd_hist_prev"]
ATR, ADX, PLUS_DI, MINUS_DI = COLUMN["atr_14"], COLUMN["adx_14"], COLUMN["plus_di_14"], COLUMN["minus_di_14"]
PCT_B, BANDWIDTH = COLUMN["bollinger_pct_b"], COLUMN["bollinger_bandwidth"]
STOCH_K, STOCH_D, MFI, OBV_SLOPE = COLUMN["stoch_k"], COLUMN["stoch_d"], COLUMN["mfi_14"], COLUMN["obv_slope"]
ROC_5, ROC_21, ROC_63 = COLUMN["roc_5"], COLUMN["roc_21"], COLUMN["roc_63"]
ROC_126, ROC_252, MOMENTUM = COLUMN["roc_126"], COLUMN["roc_252"], COLUMN["momentum_12_1"]
HIGH_252, LOW_252 = COLUMN["high_252_distance"], COLUMN["low_252_distance"]
PRIOR_HIGH, PRIOR_LOW = COLUMN["prior_high_20"], COLUMN["prior_low_20"]
SWING_HIGH, SWING_LOW = COLUMN["swing_high_10"], COLUMN["swing_low_10"]
VOL_20, VOL_60 = COLUMN["realised_vol_20"], COLUMN["realised_vol_60"]
DOLLAR_VOLUME, RELATIVE_VOLUME = COLUMN["dollar_volume_20"], COLUMN["relative_volume"]
EXPANSION, SLOPE, R2 = COLUMN["true_range_expansion"], COLUMN["trend_slope_63"], COLUMN["trend_r2_63"]
BETA, STRENGTH = COLUMN["beta_252"], COLUMN["relative_strength_63"]


@exact
def ratio(part: float, whole: float) -> float:
    """Return part / whole, NaN (unknown) where the whole is not positive."""
    return part / whole if whole > 0.0 else math.nan


@exact
def change(new: float, old: float) -> float:
    """Return new / old - 1, NaN where the old value is not positive."""
    return new / old - 1.0 if old > 0.0 else math.nan


@exact
def finite_or_nan(out: FloatArray) -> None:
    """Make whatever overflowed unknown."""
    for column in range(len(out)):
        if not abs(out[column]) < LIMIT * LIMIT:
            out[column] = math.nan


@exact
def put_smoothed(out: FloatArray, s: tuple[float, ...], bars: int) -> None:
    """Write the recursive averages ``s`` (see kernel_smoothing), each from the bar on where TA-Lib's first value is."""
    if bars >= 12:
        out[EMA_12] = EMA_12_SCALE * s[0]
    if bars >= 15:
        out[RSI] = 100.0 * s[7] / (s[7] + s[8]) if s[7] + s[8] > 0.0 else 0.0
        out[ATR] = WILDER_SCALE * s[10]
        out[PLUS_DI] = 100.0 * s[13] / s[12] if s[12] > 0.0 else 0.0
        out[MINUS_DI] = 100.0 * s[14] / s[12] if s[12] > 0.0 else 0.0
    if bars >= 16:
        out[EXPANSION] = ratio(s[9], WILDER_SCALE * s[11])
    if bars >= 26:
        out[EMA_26] = EMA_26_SCALE * s[1]
    if bars >= 28:
        out[ADX] = 100.0 * WILDER_SCALE * s[15]
    if bars >= 34:
        out[MACD] = s[4]
        out[SIGNAL] = SIGNAL_SCALE * s[3]
        out[HIST] = s[4] - SIGNAL_SCALE * s[3]
    if bars >= 35:
        out[HIST_PREV] = s[5] - SIGNAL_SCALE * s[6]


@exact
def put_bands(out: FloatArray, close: FloatArray) -> None:
    """Write the 20-bar average and Bollinger's bands around it, two population deviations wide."""
    bars = len(close)
    if bars >= 20:
        mean, apart = spread(close, bars - 20, 20)
        reach = 2.0 * math.sqrt(apart / 20.0)
        out[SMA_20] = mean
        out[PCT_B] = ratio(close[bars - 1] - mean + reach, 2.0 * reach)
        out[BANDWIDTH] = ratio(2.0 * reach, mean)


@exact
def put_ranges(out: FloatArray, high: FloatArray, low: FloatArray) -> None:
    """Write the range of the last 10 bars and of the 20 before the last."""
    bars = len(high)
    if bars >= 10:
        out[SWING_HIGH] = highest(high, bars - 10, 10)
        out[SWING_LOW] = lowest(low, bars - 10, 10)
    if bars >= 21:
        out[PRIOR_HIGH] = highest(high, bars - 21, 20)
        out[PRIOR_LOW] = lowest(low, bars - 21, 20)


@exact
def put_long_windows(out: FloatArray, high: FloatArray, low: FloatArray, close: FloatArray) -> None:
    """Write the averages of 50 and 200 bars and the distances to the year's range."""
    bars = len(close)
    if bars >= 50:
        out[SMA_50] = total(close, bars - 50, 50) / 50.0
    if bars >= 200:
        out[SMA_200] = total(close, bars - 200, 200) / 200.0
    if bars >= 252:
        out[HIGH_252] = change(close[bars - 1], highest(high, bars - 252, 252))
        out[LOW_252] = change(close[bars - 1], lowest(low, bars - 252, 252))


@exact
def put_stochastic(out: FloatArray, raw: tuple[float, float, float, float, float]) -> None:
    """Write slow %K and %D from the raw %K of the last five bars, oldest first."""
    a, b, c, d, e = raw
    out[STOCH_K] = (c + d + e) / 3.0
    out[STOCH_D] = (a + 2.0 * b + 3.0 * c + 2.0 * d + e) / 9.0


@exact
def put_changes(out: FloatArray, opened: float, close: FloatArray) -> None:
    """Write the changes over a number of bars, each where its bars exist; ``opened``: the last open."""
    bars = len(close)
    last = close[bars - 1]
    if bars >= 2:
        out[RETURN_1] = change(last, close[bars - 2])
        out[GAP] = change(opened, close[bars - 2])
    if bars >= 6:
        out[ROC_5] = change(last, close[bars - 6])
    if bars >= 22:
        out[ROC_21] = change(last, close[bars - 22])
    if bars >= 64:
        out[ROC_63] = change(last, close[bars - 64])
    if bars >= 127:
        out[ROC_126] = change(last, close[bars - 127])
    if bars >= 253:
        out[ROC_252] = change(last, close[bars - 253])
        out[MOMENTUM] = change(close[bars - 22], close[bars - 253])


@exact
def put_volume(out: FloatArray, high: FloatArray, low: FloatArray, close: FloatArray, volume: FloatArray) -> None:
    """Write what depends on volume, each where its bars exist."""
    bars = len(close)
    if bars >= 15:
        out[MFI] = money_flow(high, low, close, volume)
    if bars >= 20:
        out[OBV_SLOPE] = ratio(obv_slope(close, volume), total(volume, bars - 20, 20) / 20.0)
        out[DOLLAR_VOLUME] = traded(close, volume)
    if bars >= 21:
        out[RELATIVE_VOLUME] = ratio(volume[bars - 1], total(volume, bars - 21, 20) / 20.0)


@exact
def put_logs(out: FloatArray, close: FloatArray, logs: FloatArray) -> None:
    """Write volatility and trend of up to 63 last closes, none where one is not positive; ``logs``: (63,) scratch."""
    bars = len(close)
    count = min(bars, TREND_BARS)
    if lowest(close, bars - count, count) < LEAST_PRICE:
        return
    for t in range(count):
        # Against the last close, so that equal closes give exactly 0 and small moves keep their digits.
        logs[t] = math.log(close[bars - count + t] / close[bars - 1])
    put_trend(out, logs[:count])


@exact
def put_trend(out: FloatArray, logs: FloatArray) -> None:
    """Write volatility and trend of the last of (m,) log closes."""
    bars = len(logs)
    if bars >= 21:
        out[VOL_20] = deviation(logs, bars - 20, 20)
    if bars >= 61:
        out[VOL_60] = deviation(logs, bars - 60, 60)
    if bars >= TREND_BARS:
        slope, explained, whole = trend(logs, bars - TREND_BARS)
        out[SLOPE] = slope * SESSIONS_A_YEAR
        out[R2] = ratio(explained, whole)


@exact
def put_beta(out: FloatArray, close: FloatArray, market: FloatArray, pairs: FloatArray) -> None:
    """Write beta against ``market`` (m,), aligned with close, NaN where the benchmark has no bar.

    Of the last 253 bars those count where both exist; returns are from one of these to the next. Without a bar of the
    benchmark on the last one beta is unknown: the benchmark has ended, or ends before. ``pairs``: (2, 252) scratch.
    """
    bars = len(close)
    first = max(bars - BETA_RETURNS - 1, 0)
    if not market[bars - 1] > 0.0 or lowest(close, first, bars - first) < LEAST_PRICE:
        return
    count = -1
    before = base = 0.0
    for t in range(first, bars):
        if market[t] > 0.0:
            if count >= 0:
                pairs[0, count] = close[t] / before - 1.0
                pairs[1, count] = market[t] / base - 1.0
            before, base = close[t], market[t]
            count += 1
    if count >= BETA_MIN_RETURNS:
        both, whole = covariance(pairs[0], pairs[1], count)
        out[BETA] = ratio(both, whole)


@exact
def put_strength(out: FloatArray, market: FloatArray) -> None:
    """Write the 63-bar return less the benchmark's between the same two days, if it has bars on both."""
    bars = len(market)
    if bars >= STRENGTH_BARS and market[bars - 1] > 0.0 and market[bars - STRENGTH_BARS] > 0.0:
        out[STRENGTH] = out[ROC_63] - (market[bars - 1] / market[bars - STRENGTH_BARS] - 1.0)


@exact
def put_whole_beta(out: FloatArray, close: FloatArray, steps: FloatArray, returns: FloatArray) -> None:
    """Write beta of a symbol that shares its last 253 sessions with the benchmark.

    ``steps``: (252,) the benchmark's returns less their mean, the same for all of them. ``returns``: (252,) scratch.
    """
    first = len(close) - BETA_RETURNS - 1
    if lowest(close, first, BETA_RETURNS + 1) < LEAST_PRICE:
        return
    for t in range(BETA_RETURNS):
        returns[t] = close[first + t + 1] / close[first + t] - 1.0
    out[BETA] = ratio(product(returns, steps, 0, BETA_RETURNS), product(steps, steps, 0, BETA_RETURNS))


@exact
def put_row(out: FloatArray, columns: Columns, state: tuple[float, ...], logs: FloatArray) -> None:
    """Write all but ``bars`` and what needs the benchmark, from one symbol's (m,) bars, m >= 1, and their averages."""
    open_, high, low, close, volume, _ = columns
    bars = len(close)
    out[CLOSE] = close[bars - 1]
    put_smoothed(out, state, bars)
    put_bands(out, close)
    put_ranges(out, high, low)
    put_long_windows(out, high, low, close)
    if bars >= 18:
        a = raw_stochastic(high, low, close, bars - 5)
        b = raw_stochastic(high, low, close, bars - 4)
        c = raw_stochastic(high, low, close, bars - 3)
        d = raw_stochastic(high, low, close, bars - 2)
        put_stochastic(out, (a, b, c, d, raw_stochastic(high, low, close, bars - 1)))
    put_changes(out, open_[bars - 1], close)
    put_volume(out, high, low, close, volume)
    put_logs(out, close, logs)
