"""One new bar on top of a saved state: what the full pass would say, from the sums, extremes and last bars it left."""

from __future__ import annotations

import math

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.kernel_compile import exact
from technic_scanner.screening.kernel_rows import (
    BETA,
    HIGH_252,
    LEAST_PRICE,
    LOW_252,
    SMA_50,
    SMA_200,
    change,
    put_beta,
    put_smoothed,
    put_stochastic,
    put_trend,
    ratio,
)
from technic_scanner.screening.kernel_smoothing import SEED_BARS, STATE_SIZE, STEADY, WEIGHTS, first_state, smooth
from technic_scanner.screening.kernel_windows import BETA_RETURNS, TREND_BARS, highest, lowest, raw_stochastic

# The last bars that are kept: beta's oldest return, which leaves its window with the new bar, starts 253 bars back.
# They lie in a longer row that is moved back when it is full, so that they are always contiguous and rarely moved.
KEPT = 254
ROOM = 320
HIGHS, LOWS, CLOSES, MARKETS, VOLUMES, LOGS = range(6)
TAILS = 6

# A symbol's cells: the recursive averages first, then these. A sum is two cells, value and what its rounding lost: so
# taking away an old bar leaves nothing of it behind.
YEAR_HIGH, YEAR_HIGH_AGE, YEAR_LOW, YEAR_LOW_AGE = range(STATE_SIZE, STATE_SIZE + 4)
SUM_50, SUM_200, SUM_RETURNS, SUM_PRODUCTS = range(STATE_SIZE + 4, STATE_SIZE + 12, 2)
RAW = STATE_SIZE + 12  # raw %K of the last four bars, oldest first
ANCHOR = STATE_SIZE + 16  # the logs kept are of close / anchor; 0 while a close among them is not positive
JOINED = STATE_SIZE + 17  # latest sessions in a row in which the symbol and the benchmark have a bar
COUNT = STATE_SIZE + 18  # bars so far
HEAD = STATE_SIZE + 19  # where the next bar goes in the tail
CELLS = STATE_SIZE + 20

# Logs further from the anchor than this are taken again, for a log near 0 has the most digits.
FAR = 0.7

# The benchmark's last close, its newest return, the return that leaves beta's window, the sum of the 252 returns in it
# and the sum of their squared distances from their mean; NaN where it has no bar.
Market = tuple[float, float, float, float, float]


@exact
def add(cells: FloatArray, at: int, number: float) -> None:
    """Add to the sum in cells ``at`` and ``at`` + 1 without losing the rounding (Knuth's two-sum)."""
    value, lost = cells[at], cells[at + 1]
    rough = value + number
    back = rough - value
    lost += (value - (rough - back)) + (number - back)
    cells[at] = rough + lost
    cells[at + 1] = lost - (cells[at] - rough)


@exact
def push(cells: FloatArray, tail: FloatArray, bar: tuple[float, float, float, float, float]) -> None:
    """Append high, low, close, benchmark close, volume to the (TAILS, ROOM) tail."""
    head = int(cells[HEAD])
    if head == ROOM:
        for row in range(TAILS):
            for t in range(KEPT):
                tail[row, t] = tail[row, t + ROOM - KEPT]
        head = KEPT
    for row in range(5):
        tail[row, head] = bar[row]
    cells[HEAD] = head + 1
    cells[COUNT] += 1.0


@exact
def last(tail: FloatArray, row: int, cells: FloatArray) -> FloatArray:
    """Return the kept bars of one row of the tail, newest last."""
    head = int(cells[HEAD])
    return tail[row, head - min(int(cells[COUNT]), KEPT) : head]


@exact
def advance_smoothed(out: FloatArray, cells: FloatArray, high: FloatArray, low: FloatArray, close: FloatArray) -> None:
    """Move the recursive averages on by the last bar."""
    count = int(cells[COUNT])
    state = first_state(close[-1])
    if count > 1:
        s = cells
        before = (
            *(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]),
            *(s[8], s[9], s[10], s[11], s[12], s[13], s[14], s[15]),
        )  # fmt: skip
        previous = (high[-2], low[-2], close[-2])
        bar = (high[-1], low[-1], close[-1])
        if count > SEED_BARS:
            state = smooth(before, previous, bar, STEADY)
        else:
            state = smooth(before, previous, bar, WEIGHTS[count - 1])
    for at in range(STATE_SIZE):
        cells[at] = state[at]
    put_smoothed(out, state, count)


@exact
def advance_stochastic(
    out: FloatArray, cells: FloatArray, high: FloatArray, low: FloatArray, close: FloatArray
) -> None:
    """Write the stochastic from the raw %K of four earlier bars and of the last."""
    bars = len(close)
    if bars < 14:
        return
    raw = raw_stochastic(high, low, close, bars - 1)
    if bars >= 18:
        put_stochastic(out, (cells[RAW], cells[RAW + 1], cells[RAW + 2], cells[RAW + 3], raw))
    for at in range(RAW, RAW + 3):
        cells[at] = cells[at + 1]
    cells[RAW + 3] = raw


@exact
def advance_sums(out: FloatArray, cells: FloatArray, close: FloatArray) -> None:
    """Move the sums of 50 and 200 closes on by the last bar."""
    bars = len(close)
    add(cells, SUM_50, close[-1])
    add(cells, SUM_200, close[-1])
    if bars > 50:
        add(cells, SUM_50, -close[bars - 51])
    if bars > 200:
        add(cells, SUM_200, -close[bars - 201])
    if bars >= 50:
        out[SMA_50] = cells[SUM_50] / 50.0
    if bars >= 200:
        out[SMA_200] = cells[SUM_200] / 200.0


@exact
def advance_year(out: FloatArray, cells: FloatArray, high: FloatArray, low: FloatArray, close: FloatArray) -> None:
    """Move the year's extremes on by the last bar; search the year again only when the old one has left it."""
    bars = len(close)
    start = max(bars - 252, 0)
    cells[YEAR_HIGH_AGE] += 1.0
    cells[YEAR_LOW_AGE] += 1.0
    if bars == 1 or high[-1] >= cells[YEAR_HIGH]:
        cells[YEAR_HIGH], cells[YEAR_HIGH_AGE] = high[-1], 0.0
    elif cells[YEAR_HIGH_AGE] >= 252.0:
        cells[YEAR_HIGH], cells[YEAR_HIGH_AGE] = newest_highest(high, start)
    if bars == 1 or low[-1] <= cells[YEAR_LOW]:
        cells[YEAR_LOW], cells[YEAR_LOW_AGE] = low[-1], 0.0
    elif cells[YEAR_LOW_AGE] >= 252.0:
        cells[YEAR_LOW], cells[YEAR_LOW_AGE] = newest_lowest(low, start)
    if bars >= 252:
        out[HIGH_252] = change(close[-1], cells[YEAR_HIGH])
        out[LOW_252] = change(close[-1], cells[YEAR_LOW])


@exact
def newest_highest(high: FloatArray, start: int) -> tuple[float, float]:
    """Return the largest of high[start:] and how many bars ago it was last reached."""
    value = highest(high, start, len(high) - start)
    age = 0
    while high[len(high) - 1 - age] != value:
        age += 1
    return value, float(age)


@exact
def newest_lowest(low: FloatArray, start: int) -> tuple[float, float]:
    """Return the smallest of low[start:] and how many bars ago it was last reached."""
    value = lowest(low, start, len(low) - start)
    age = 0
    while low[len(low) - 1 - age] != value:
        age += 1
    return value, float(age)


@exact
def anchor_logs(cells: FloatArray, close: FloatArray, logs: FloatArray) -> None:
    """Take the last 63 logs again, of close / last close; none (anchor 0) where one of them is not positive."""
    bars = len(close)
    first = max(bars - TREND_BARS, 0)
    cells[ANCHOR] = close[-1] if lowest(close, first, bars - first) >= LEAST_PRICE else 0.0
    if cells[ANCHOR] > 0.0:
        for t in range(first, bars):
            logs[t] = math.log(close[t] / cells[ANCHOR])


@exact
def advance_logs(out: FloatArray, cells: FloatArray, close: FloatArray, logs: FloatArray) -> None:
    """Move the kept logs on by the last bar and write volatility and trend from them."""
    bars = len(close)
    far = True
    if cells[ANCHOR] > 0.0 and close[-1] >= LEAST_PRICE:
        logs[bars - 1] = math.log(close[-1] / cells[ANCHOR])
        far = abs(logs[bars - 1]) > FAR
    if far:
        anchor_logs(cells, close, logs)
    if cells[ANCHOR] > 0.0:
        put_trend(out, logs[max(bars - TREND_BARS, 0) :])


@exact
def sum_returns(cells: FloatArray, close: FloatArray, market: FloatArray) -> None:
    """Sum the last 252 returns, and their products with the benchmark's, from the beginning."""
    for at in range(SUM_RETURNS, SUM_PRODUCTS + 2):
        cells[at] = 0.0
    for t in range(len(close) - BETA_RETURNS, len(close)):
        own = close[t] / close[t - 1] - 1.0
        add(cells, SUM_RETURNS, own)
        add(cells, SUM_PRODUCTS, own * (market[t] / market[t - 1] - 1.0))


@exact
def advance_beta(
    out: FloatArray, cells: FloatArray, columns: tuple[FloatArray, FloatArray], market: Market, pairs: FloatArray
) -> None:
    """Write beta: by moving its sums on where both have had a bar in each of the last 254 sessions, else afresh."""
    close, closes = columns
    bars = len(close)
    cells[JOINED] = cells[JOINED] + 1.0 if closes[-1] > 0.0 and close[-1] >= LEAST_PRICE else 0.0
    if cells[JOINED] <= BETA_RETURNS:
        put_beta(out, close, closes, pairs)
        return
    if cells[JOINED] == BETA_RETURNS + 1:
        sum_returns(cells, close, closes)
    else:
        own = close[-1] / close[-2] - 1.0
        gone = close[bars - 253] / close[bars - 254] - 1.0
        add(cells, SUM_RETURNS, own)
        add(cells, SUM_RETURNS, -gone)
        add(cells, SUM_PRODUCTS, own * market[1])
        add(cells, SUM_PRODUCTS, -(gone * market[2]))
    out[BETA] = ratio(cells[SUM_PRODUCTS] - cells[SUM_RETURNS] * market[3] / BETA_RETURNS, market[4])
