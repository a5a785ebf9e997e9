"""One symbol of a block: its new bar pushed, its averages moved on, its row written from the block's windows."""

from __future__ import annotations

import math

import numpy as np

from technic_scanner.screening import kernel_block as block
from technic_scanner.screening import kernel_rows as rows
from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.indicator_names import COLUMN, INDICATORS
from technic_scanner.screening.kernel_compile import exact
from technic_scanner.screening.kernel_limits import BETA_RETURNS, LEAST_PRICE
from technic_scanner.screening.kernel_smoothing import SEED_BARS, STATE_SIZE, STEADY, WEIGHTS, first_state, smooth
from technic_scanner.screening.kernel_windows import BETA_MIN_RETURNS, SESSIONS_A_YEAR, TREND_SPREAD

_BARS_OF = {
    "return_1": 2, "gap": 2, "roc_5": 6, "swing_high_10": 10, "swing_low_10": 10, "mfi_14": 15, "stoch_k": 18,
    "stoch_d": 18, "sma_20": 20, "bollinger_pct_b": 20, "bollinger_bandwidth": 20, "obv_slope": 20,
    "dollar_volume_20": 20, "prior_high_20": 21, "prior_low_20": 21, "relative_volume": 21, "realised_vol_20": 21,
    "roc_21": 22, "sma_50": 50, "realised_vol_60": 61, "trend_slope_63": 63, "trend_r2_63": 63, "roc_63": 64,
    "roc_126": 127, "sma_200": 200, "high_252_distance": 252, "low_252_distance": 252, "roc_252": 253,
    "momentum_12_1": 253,
}  # fmt: skip
# (K,): the bars a window needs; the recursive averages look to that themselves.
BARS_OF = np.array([_BARS_OF.get(name, 1) for name in INDICATORS], dtype=np.int64)
FLOW, RELATIVE_VOLUME = COLUMN["mfi_14"], COLUMN["relative_volume"]

# High, low, close, the benchmark's close, volume.
Bar = tuple[float, float, float, float, float]


@exact
def push(
    cells: FloatArray, tail: FloatArray, place: tuple[int, int], bar: tuple[float, float, float, float, float]
) -> None:
    """Put a bar and the log of its close at ``place``, (slot, symbol)."""
    t, j = place
    for row in range(5):
        tail[row, t, j] = bar[row]
    close, market = bar[2], bar[3]
    cells[block.COUNT, j] += 1.0
    cells[block.JOINED, j] = cells[block.JOINED, j] + 1.0 if market > 0.0 and close >= LEAST_PRICE else 0.0
    far = True
    if cells[block.ANCHOR, j] > 0.0 and close >= LEAST_PRICE:
        tail[block.LOGS, t, j] = math.log(close / cells[block.ANCHOR, j])
        far = abs(tail[block.LOGS, t, j]) > block.FAR
    if far:
        block.anchor_logs(cells, tail, t, j)


@exact
def put_smoothed(out: FloatArray, cells: FloatArray, tail: FloatArray, place: tuple[int, int]) -> None:
    """Move the recursive averages on by the bar at ``place`` and write them."""
    t, j = place
    count = int(cells[block.COUNT, j])
    bar = (tail[block.HIGHS, t, j], tail[block.LOWS, t, j], tail[block.CLOSES, t, j])
    s = cells[:STATE_SIZE, j]
    state = first_state(bar[2])
    if count > 1:
        before = (
            *(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]),
            *(s[8], s[9], s[10], s[11], s[12], s[13], s[14], s[15]),
        )
        previous = (tail[block.HIGHS, t - 1, j], tail[block.LOWS, t - 1, j], tail[block.CLOSES, t - 1, j])
        if count > SEED_BARS:
            state = smooth(before, previous, bar, STEADY)
        else:
            state = smooth(before, previous, bar, WEIGHTS[count - 1])
    # One by one: a loop over a tuple would go through memory.
    (s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]) = state[:8]
    (s[8], s[9], s[10], s[11], s[12], s[13], s[14], s[15]) = state[8:]
    rows.put_smoothed(out, state, count)


@exact
def put_changes(out: FloatArray, closes: FloatArray, place: tuple[int, int], opened: float) -> None:
    """Write the changes over a number of bars."""
    t, j = place
    close = closes[t, j]
    out[rows.CLOSE] = close
    out[rows.RETURN_1] = rows.change(close, closes[t - 1, j])
    out[rows.GAP] = rows.change(opened, closes[t - 1, j])
    out[rows.ROC_5] = rows.change(close, closes[t - 5, j])
    out[rows.ROC_21] = rows.change(close, closes[t - 21, j])
    out[rows.ROC_63] = rows.change(close, closes[t - 63, j])
    out[rows.ROC_126] = rows.change(close, closes[t - 126, j])
    out[rows.ROC_252] = rows.change(close, closes[t - 252, j])
    out[rows.MOMENTUM] = rows.change(closes[t - 21, j], closes[t - 252, j])


@exact
def put_ranges(out: FloatArray, cells: FloatArray, tail: FloatArray, work: FloatArray, place: tuple[int, int]) -> None:
    """Write the ranges and the stochastic, and keep the raw %K."""
    t, j = place
    close = tail[block.CLOSES, t, j]
    out[rows.SWING_HIGH], out[rows.SWING_LOW] = work[block.TOP_10, j], work[block.BOTTOM_10, j]
    out[rows.PRIOR_HIGH], out[rows.PRIOR_LOW] = work[block.TOP_20, j], work[block.BOTTOM_20, j]
    top = max(tail[block.PEAKS, t - 251, j], cells[block.PEAK, j])
    bottom = min(tail[block.TROUGHS, t - 251, j], cells[block.TROUGH, j])
    out[rows.HIGH_252], out[rows.LOW_252] = rows.change(close, top), rows.change(close, bottom)
    top, bottom = work[block.TOP_14, j], work[block.BOTTOM_14, j]
    raw = 100.0 * (close - bottom) / (top - bottom) if top != bottom else 0.0
    kept = cells[block.RAW : block.RAW + 4, j]
    rows.put_stochastic(out, (kept[0], kept[1], kept[2], kept[3], raw))
    kept[0], kept[1], kept[2], kept[3] = kept[1], kept[2], kept[3], raw


@exact
def put_sums(out: FloatArray, cells: FloatArray, tail: FloatArray, work: FloatArray, place: tuple[int, int]) -> None:
    """Write averages, bands and what depends on volume."""
    t, j = place
    close = tail[block.CLOSES, t, j]
    away = work[block.CLOSE_AWAY, j]
    reach = 2.0 * math.sqrt((work[block.CLOSE_SQUARES, j] - away * away / 20.0) / 20.0)
    mean = close + away / 20.0
    out[rows.SMA_20] = mean
    out[rows.PCT_B] = rows.ratio(close - mean + reach, 2.0 * reach)
    out[rows.BANDWIDTH] = rows.ratio(2.0 * reach, mean)
    out[rows.SMA_50] = cells[block.SUM_50, j] / 50.0
    out[rows.SMA_200] = cells[block.SUM_200, j] / 200.0
    inflow, outflow = work[block.FLOW_IN, j], work[block.FLOW_OUT, j]
    out[FLOW] = 100.0 * inflow / (inflow + outflow) if inflow + outflow > 0.0 else 0.0
    volume, total = tail[block.VOLUMES, t, j], work[block.VOLUME_20, j]
    out[rows.OBV_SLOPE] = rows.ratio(work[block.OBV, j], total / 20.0)
    out[rows.DOLLAR_VOLUME] = work[block.TRADED, j] / 20.0
    out[RELATIVE_VOLUME] = rows.ratio(volume, work[block.VOLUME_BEFORE, j] / 20.0)


@exact
def put_logs(out: FloatArray, cells: FloatArray, work: FloatArray, j: int) -> None:
    """Write volatility and trend, none while a close among them is not positive."""
    if cells[block.ANCHOR, j] > 0.0:
        away = work[block.AWAY_20, j]
        squares = work[block.SQUARES_20, j]
        out[rows.VOL_20] = math.sqrt(SESSIONS_A_YEAR * (squares - away * away / 20.0) / 19.0)
        away += work[block.AWAY_40, j]
        squares += work[block.SQUARES_40, j]
        out[rows.VOL_60] = math.sqrt(SESSIONS_A_YEAR * (squares - away * away / 60.0) / 59.0)
        slope, away = work[block.SLOPE, j], work[block.AWAY, j]
        out[rows.SLOPE] = slope * SESSIONS_A_YEAR
        whole = work[block.SQUARES, j] - away * away / 63.0
        out[rows.R2] = rows.ratio(slope * slope * TREND_SPREAD, whole)


@exact
def put_beta(out: FloatArray, cells: FloatArray, tail: FloatArray, place: tuple[int, int], scratch: FloatArray) -> None:
    """Write beta: from its sums where the benchmark was there for each bar of the window, else afresh."""
    t, j = place
    count = int(cells[block.COUNT, j])
    if cells[block.JOINED, j] < min(count, BETA_RETURNS + 1):
        kept = min(count, block.KEPT)
        for k in range(kept):
            scratch[2, k] = tail[block.CLOSES, t - kept + 1 + k, j]
            scratch[3, k] = tail[block.MARKETS, t - kept + 1 + k, j]
        rows.put_beta(out, scratch[2, :kept], scratch[3, :kept], scratch)
        return
    if cells[block.JOINED, j] == BETA_RETURNS + 1:
        block.sum_returns(cells, tail, t, j)
    returns = min(count - 1, BETA_RETURNS)
    if returns >= BETA_MIN_RETURNS:
        own, market = cells[block.SUM_OWN, j], cells[block.SUM_MARKET, j]
        whole = cells[block.SUM_SQUARES, j] - market * market / returns
        out[rows.BETA] = rows.ratio(cells[block.SUM_BOTH, j] - own * market / returns, whole)


@exact
def only_known(out: FloatArray, count: int) -> None:
    """Make unknown what needs more bars than there are."""
    for column in range(len(out)):
        if count < BARS_OF[column]:
            out[column] = math.nan
