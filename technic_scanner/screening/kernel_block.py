"""One new bar on top of a saved state, for a block of symbols: its tail of last bars, and the windows over it.

In a block the last bars of WIDTH symbols lie side by side, so a window is a few rows added up for all symbols at once.
"""

from __future__ import annotations

import math

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.kernel_compile import exact, fast
from technic_scanner.screening.kernel_limits import BETA_RETURNS, LEAST_PRICE
from technic_scanner.screening.kernel_smoothing import STATE_SIZE
from technic_scanner.screening.kernel_windows import FLOW_TIE, OBV_WEIGHTS, TREND_BARS, TREND_WEIGHTS

WIDTH = 64
# The last bars that are kept: beta's oldest return, which leaves its window with the new bar, starts 253 bars back.
# They lie in a longer tail that is moved back when it is full.
KEPT = 254
ROOM = 320
# Rows of the tail. The last two are the year's range from a bar up to where the tail was last moved.
HIGHS, LOWS, CLOSES, MARKETS, VOLUMES, LOGS, PEAKS, TROUGHS = range(8)
TAILS = 8

# A symbol's cells: the recursive averages first, then these. A sum is two cells, value and what its rounding lost, so
# that taking away an old bar leaves nothing of it behind.
PEAK, TROUGH = STATE_SIZE, STATE_SIZE + 1  # of the bars since the tail was last moved
SUM_50, SUM_200, SUM_OWN, SUM_MARKET, SUM_BOTH, SUM_SQUARES = range(STATE_SIZE + 2, STATE_SIZE + 14, 2)
RAW = STATE_SIZE + 14  # raw %K of the last four bars, oldest first
ANCHOR = STATE_SIZE + 18  # the logs kept are of close / anchor; 0 while a close among them is not positive
JOINED = STATE_SIZE + 19  # latest bars in a row with a benchmark and a positive close
COUNT = STATE_SIZE + 20  # bars so far
LAG = STATE_SIZE + 21  # sessions without a bar since the last one: the symbol's tail ends that far before the block's
CELLS = STATE_SIZE + 22
SUM_END = RAW  # cells PEAK..SUM_END are moved on for a whole block at once

# Rows of the work space: what the windows leave for each symbol.
BOTTOM_14, TOP_14, BOTTOM_10, TOP_10, BOTTOM_20, TOP_20, CLOSE_AWAY, CLOSE_SQUARES, VOLUME_20, TRADED, OBV = range(11)
FLOW_IN, FLOW_OUT, AWAY, SQUARES, SLOPE, AWAY_40, SQUARES_40, AWAY_20, SQUARES_20, OWN, MARKET, VOLUME_BEFORE = range(
    11, 23
)
SCRATCH = 23  # and one more
WORK = 25

# Logs further from the anchor than this are taken again, for a log near 0 has the most digits.
FAR = 0.7
LARGEST = 1e300


@exact
def reset_year(cells: FloatArray, tail: FloatArray, newest: int) -> None:
    """Note the highest high and lowest low from each kept bar up to slot ``newest``, and begin anew after it."""
    for j in range(WIDTH):
        tail[PEAKS, newest, j] = tail[HIGHS, newest, j]
        tail[TROUGHS, newest, j] = tail[LOWS, newest, j]
        cells[PEAK, j] = -LARGEST
        cells[TROUGH, j] = LARGEST
    for t in range(newest - 1, newest - KEPT, -1):
        peaks, later, high = tail[PEAKS, t], tail[PEAKS, t + 1], tail[HIGHS, t]
        for j in range(WIDTH):
            peaks[j] = max(later[j], high[j])
        troughs, later, low = tail[TROUGHS, t], tail[TROUGHS, t + 1], tail[LOWS, t]
        for j in range(WIDTH):
            troughs[j] = min(later[j], low[j])


@exact
def catch_up(cells: FloatArray, tail: FloatArray, head: int, j: int) -> None:
    """Move a symbol's kept bars up to the block's head, over the sessions in which it had none."""
    lag = int(cells[LAG, j])
    for row in range(TAILS):
        for t in range(head - 1, head - 1 - KEPT, -1):
            tail[row, t, j] = tail[row, t - lag, j]
    cells[LAG, j] = 0.0


@exact
def move_back(cells: FloatArray, tail: FloatArray) -> int:
    """Move a full tail's last KEPT bars to its beginning; return the new head."""
    for j in range(WIDTH):
        if cells[LAG, j] > 0.0:
            catch_up(cells, tail, ROOM, j)
    for row in range(PEAKS):
        for t in range(KEPT):
            tail[row, t] = tail[row, t + ROOM - KEPT]
    reset_year(cells, tail, KEPT - 1)
    return KEPT


@exact
def two_sum(value: float, lost: float, number: float) -> tuple[float, float]:
    """Return value + number, and the rounding lost so far and by this addition (Knuth's two-sum)."""
    rough = value + number
    back = rough - value
    rest = lost + ((value - (rough - back)) + (number - back))
    total = rough + rest
    return total, rest - (total - rough)


@exact
def add(cells: FloatArray, at: int, numbers: FloatArray, sign: float) -> None:
    """Add sign x (WIDTH,) numbers to the sums in cells ``at`` and ``at`` + 1."""
    sums, lost = cells[at], cells[at + 1]
    for j in range(WIDTH):
        sums[j], lost[j] = two_sum(sums[j], lost[j], sign * numbers[j])


@exact
def add_one(cells: FloatArray, at: int, j: int, number: float) -> None:
    """Add a number to one symbol's sum in cells ``at`` and ``at`` + 1."""
    cells[at, j], cells[at + 1, j] = two_sum(cells[at, j], cells[at + 1, j], number)


@fast
def extend(work: FloatArray, row: FloatArray, top: int, bottom_row: FloatArray, bottom: int) -> None:
    """Raise work[top] to ``row`` and lower work[bottom] to ``bottom_row``."""
    tops, bottoms = work[top], work[bottom]
    for j in range(WIDTH):
        tops[j] = max(tops[j], row[j])
    for j in range(WIDTH):
        bottoms[j] = min(bottoms[j], bottom_row[j])


@exact
def ranges(work: FloatArray, tail: FloatArray, last: int) -> None:
    """Find the range of the last 10 and 14 bars, and of the 20 before the last."""
    work[TOP_10] = tail[HIGHS, last - 9]
    work[BOTTOM_10] = tail[LOWS, last - 9]
    for t in range(last - 8, last):
        extend(work, tail[HIGHS, t], TOP_10, tail[LOWS, t], BOTTOM_10)
    work[TOP_14], work[BOTTOM_14] = work[TOP_10], work[BOTTOM_10]
    for t in range(last - 13, last - 9):
        extend(work, tail[HIGHS, t], TOP_14, tail[LOWS, t], BOTTOM_14)
    work[TOP_20], work[BOTTOM_20] = work[TOP_14], work[BOTTOM_14]
    for t in range(last - 20, last - 13):
        extend(work, tail[HIGHS, t], TOP_20, tail[LOWS, t], BOTTOM_20)
    extend(work, tail[HIGHS, last], TOP_10, tail[LOWS, last], BOTTOM_10)
    extend(work, tail[HIGHS, last], TOP_14, tail[LOWS, last], BOTTOM_14)


@fast
def accumulate(sums: FloatArray, squares: FloatArray, row: FloatArray, origin: FloatArray) -> None:
    """Add the distances of ``row`` from ``origin``, and their squares."""
    for j in range(WIDTH):
        away = row[j] - origin[j]
        sums[j] += away
        squares[j] += away * away


@fast
def accumulate_steps(
    sums: FloatArray, squares: FloatArray, rows: tuple[FloatArray, FloatArray], origin: FloatArray
) -> None:
    """Add the distances from ``origin`` of the steps from rows[0] to rows[1], and their squares."""
    before, row = rows
    for j in range(WIDTH):
        away = row[j] - before[j] - origin[j]
        sums[j] += away
        squares[j] += away * away


@fast
def weigh(sums: FloatArray, row: FloatArray, origin: FloatArray, weight: float) -> None:
    """Add the distances of ``row`` from ``origin`` times ``weight``."""
    for j in range(WIDTH):
        sums[j] += weight * (row[j] - origin[j])


@fast
def flow(work: FloatArray, tail: FloatArray, last: int) -> None:
    """Sum the money flow of the last 14 bars in the direction of the typical price."""
    inflow, outflow, typical = work[FLOW_IN], work[FLOW_OUT], work[SCRATCH]
    for t in range(last - 14, last + 1):
        high, low, close, volume = tail[HIGHS, t], tail[LOWS, t], tail[CLOSES, t], tail[VOLUMES, t]
        before = work[SCRATCH + 1]
        for j in range(WIDTH):
            before[j] = typical[j]
        for j in range(WIDTH):
            typical[j] = high[j] + low[j] + close[j]
        if t > last - 14:
            for j in range(WIDTH):
                step = typical[j] - before[j]
                tie = FLOW_TIE * (abs(typical[j]) + abs(before[j]))
                inflow[j] += typical[j] * volume[j] * (step > tie)
            for j in range(WIDTH):
                step = typical[j] - before[j]
                tie = FLOW_TIE * (abs(typical[j]) + abs(before[j]))
                outflow[j] += typical[j] * volume[j] * (step < -tie)


@fast
def volumes(work: FloatArray, tail: FloatArray, last: int) -> None:
    """Sum volume over the last 20 bars, close x volume too, and OBV's slope."""
    sums, money, slope = work[VOLUME_20], work[TRADED], work[OBV]
    work[VOLUME_BEFORE] = tail[VOLUMES, last - 20]
    for i in range(20):
        close, volume = tail[CLOSES, last - 19 + i], tail[VOLUMES, last - 19 + i]
        for j in range(WIDTH):
            sums[j] += volume[j]
        if i < 19:
            earlier = work[VOLUME_BEFORE]
            for j in range(WIDTH):
                earlier[j] += volume[j]
        for j in range(WIDTH):
            money[j] += close[j] * volume[j]
        if i > 0:
            before, weight = tail[CLOSES, last - 20 + i], OBV_WEIGHTS[i]
            for j in range(WIDTH):
                step = close[j] - before[j]
                slope[j] += math.copysign(weight * volume[j], step) * (step != 0.0)


@fast
def logs(work: FloatArray, tail: FloatArray, last: int) -> None:
    """Sum what volatility of 20 and 60 returns and the trend of 63 logs need, all from the last one."""
    newest, step = tail[LOGS, last], work[SCRATCH]
    for j in range(WIDTH):
        step[j] = newest[j] - tail[LOGS, last - 1, j]
    for i in range(TREND_BARS):
        row = tail[LOGS, last - TREND_BARS + 1 + i]
        accumulate(work[AWAY], work[SQUARES], row, newest)
        weigh(work[SLOPE], row, newest, TREND_WEIGHTS[i])
    for t in range(last - 59, last + 1):
        pair = (tail[LOGS, t - 1], tail[LOGS, t])
        if t > last - 20:
            accumulate_steps(work[AWAY_20], work[SQUARES_20], pair, step)
        else:
            accumulate_steps(work[AWAY_40], work[SQUARES_40], pair, step)


@exact
def windows(work: FloatArray, tail: FloatArray, last: int) -> None:
    """Fill the work space from the block's tail, whose newest bar is at ``last``."""
    work[:] = 0.0
    ranges(work, tail, last)
    for t in range(last - 19, last + 1):
        accumulate(work[CLOSE_AWAY], work[CLOSE_SQUARES], tail[CLOSES, t], tail[CLOSES, last])
    volumes(work, tail, last)
    flow(work, tail, last)
    logs(work, tail, last)


@exact
def step_return(closes: FloatArray, t: int, j: int) -> float:
    """Return close / close before - 1 of a symbol's bar at slot t, 0 where there is none before."""
    before = closes[t - 1, j]
    return closes[t, j] / before - 1.0 if before > 0.0 else 0.0


@exact
def roll(cells: FloatArray, tail: FloatArray, work: FloatArray, last: int) -> None:
    """Move the sums on by the bar at slot ``last``: closes of 50 and 200 bars, beta's returns, the year's range."""
    closes = tail[CLOSES]
    add(cells, SUM_50, closes[last], 1.0)
    add(cells, SUM_50, closes[last - 50], -1.0)
    add(cells, SUM_200, closes[last], 1.0)
    add(cells, SUM_200, closes[last - 200], -1.0)
    own, market = work[OWN], work[MARKET]
    for sign, t in ((1.0, last), (-1.0, last - BETA_RETURNS)):
        for j in range(WIDTH):
            own[j] = step_return(closes, t, j)
        for j in range(WIDTH):
            market[j] = step_return(tail[MARKETS], t, j)
        add(cells, SUM_OWN, own, sign)
        add(cells, SUM_MARKET, market, sign)
        for j in range(WIDTH):
            own[j] *= market[j]
        add(cells, SUM_BOTH, own, sign)
        for j in range(WIDTH):
            market[j] *= market[j]
        add(cells, SUM_SQUARES, market, sign)
    extend(cells, tail[HIGHS, last], PEAK, tail[LOWS, last], TROUGH)


@exact
def sum_returns(cells: FloatArray, tail: FloatArray, last: int, j: int) -> None:
    """Sum a symbol's last 252 returns, the benchmark's, and their products, from the beginning."""
    for at in range(SUM_OWN, SUM_SQUARES + 2):
        cells[at, j] = 0.0
    for t in range(last - BETA_RETURNS + 1, last + 1):
        own, market = step_return(tail[CLOSES], t, j), step_return(tail[MARKETS], t, j)
        numbers = (own, market, own * market, market * market)
        for k in range(4):
            add_one(cells, SUM_OWN + 2 * k, j, numbers[k])


@exact
def anchor_logs(cells: FloatArray, tail: FloatArray, last: int, j: int) -> None:
    """Take a symbol's last 63 logs again, of close / last close; none (anchor 0) where one is not positive."""
    bars = min(int(cells[COUNT, j]), TREND_BARS)
    anchor = tail[CLOSES, last, j]
    for t in range(last - bars + 1, last + 1):
        if not tail[CLOSES, t, j] >= LEAST_PRICE:
            anchor = 0.0
    cells[ANCHOR, j] = anchor
    if anchor > 0.0:
        for t in range(last - bars + 1, last + 1):
            tail[LOGS, t, j] = math.log(tail[CLOSES, t, j] / anchor)
