"""Every recursive average (EMA, MACD, RSI, ATR, DI, ADX), moved on bar by bar over one symbol's history."""

from __future__ import annotations

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.kernel_compile import fast

# Bars after which every average has left its seeding phase: MACD's signal line is the last, seeded over bars 25..33.
SEED_BARS = 34

# The state tuple that ``smooth`` carries from bar to bar: 0 EMA 12, 1 EMA 26, 2 MACD's fast EMA, 3 its signal, 4 MACD,
# 5 and 6 MACD and signal one bar earlier, 7 gains, 8 losses, 9 true range, 10 ATR, 11 ATR one bar earlier, 12 DI's true
# range, 13 +DM, 14 -DM, 15 ADX. Each average is kept as sum = decay * sum + input, which is one operation a bar, and
# only ``put_smoothed`` scales it: an EMA by its 2 / (n + 1), Wilder's averages by 1 / 14.
EMA_12_SCALE, EMA_26_SCALE, SIGNAL_SCALE, WILDER_SCALE = 2.0 / 13.0, 2.0 / 27.0, 2.0 / 10.0, 1.0 / 14.0
# Under every sum of directional movements but 0, so that 0 / 0 becomes 0.
LEAST = 1e-300


def _ema(first: int, period: int) -> list[tuple[float, float]]:
    """Return (decay, weight) a bar for an EMA in units of its scale, seeded with the mean of ``period`` bars."""
    scale = 2.0 / (period + 1.0)
    seed = [(1.0, 0.0)] * first + [(1.0, 1.0 / (period * scale))] * period
    return seed + [(1.0 - scale, 1.0)] * (SEED_BARS + 1 - first - period)


def _wilder(first: int, bars: int) -> list[tuple[float, float]]:
    """Return (decay, weight) a bar for 14 times Wilder's average of 14, seeded with the sum of ``bars`` bars."""
    seed = [(1.0, 0.0)] * first + [(1.0, 1.0)] * bars
    return seed + [(1.0 - WILDER_SCALE, 1.0)] * (SEED_BARS + 1 - first - bars)


def _weight_table() -> FloatArray:
    """Return (SEED_BARS + 1, 12): a row of weights a bar, the last one for ever after; columns: see ``smooth``.

    The seeds are TA-Lib's: an EMA starts as the mean of its first bars, MACD's fast one over bars 14..25 so that both
    start together; RSI and ATR as the mean of 14 changes, the DI sums as the sum of 13, ADX as the mean of the first 14
    DX (Wilder, New Concepts in Technical Trading Systems, 1978).
    """
    pairs = (_ema(0, 12), _ema(0, 26), _ema(14, 12), _ema(25, 9), _wilder(14, 14))
    decays = (_wilder(1, 14), _wilder(1, 13))
    return np.array(
        [
            [number for kind in pairs for number in kind[bar]] + [kind[bar][0] for kind in decays]
            for bar in range(SEED_BARS + 1)
        ]
    )


WEIGHTS = _weight_table()
STEADY = tuple(float(number) for number in WEIGHTS[-1])
_BAR_0_EMA_12, _BAR_0_EMA_26 = float(WEIGHTS[0, 1]), float(WEIGHTS[0, 3])


@fast
def first_state(close: float) -> tuple[float, ...]:
    """Return the averages after the first bar, which has no change and no true range."""
    return (_BAR_0_EMA_12 * close, _BAR_0_EMA_26 * close) + (0.0,) * 14


@fast
def smooth(
    s: tuple[float, ...], previous: tuple[float, float, float], bar: tuple[float, float, float], w: tuple[float, ...]
) -> tuple[float, ...]:
    """Return the averages ``s`` moved on by one bar.

    ``previous`` and ``bar``: (high, low, close), low <= high; ``w``: the bar's row of WEIGHTS, or STEADY. Comparisons
    are multiplied in rather than branched on: the direction of a price is a coin flip that a branch mispredicts.
    """
    high, low, close = bar
    prev_high, prev_low, prev_close = previous
    change = close - prev_close
    up = high - prev_high
    down = prev_low - low
    true_range = max(high, prev_close) - min(low, prev_close)
    ema_26 = w[2] * s[1] + w[3] * close
    macd_fast = w[4] * s[2] + w[5] * close
    macd = EMA_12_SCALE * macd_fast - EMA_26_SCALE * ema_26
    plus = w[11] * s[13] + max(up, 0.0) * (up > down)
    minus = w[11] * s[14] + max(down, 0.0) * (down > up)
    dx = abs(plus - minus) / max(plus + minus, LEAST)
    return (
        w[0] * s[0] + w[1] * close,
        ema_26,
        macd_fast,
        w[6] * s[3] + w[7] * macd,
        macd,
        s[4],
        s[3],
        w[10] * s[7] + max(change, 0.0),
        w[10] * s[8] + max(-change, 0.0),
        true_range,
        w[10] * s[10] + true_range,
        s[10],
        w[11] * s[12] + true_range,
        plus,
        minus,
        w[8] * s[15] + w[9] * dx,
    )


@fast
def smooth_all(high: FloatArray, low: FloatArray, close: FloatArray) -> tuple[float, ...]:
    """Return the averages after all bars of one symbol; high, low, close: (m,), m >= 1, finite."""
    # Unsigned indices spare the test for a negative index on each of the loop's reads.
    bars = np.uintp(len(close))
    seeds = min(bars, np.uintp(SEED_BARS))
    state = first_state(close[0])
    previous = (high[0], low[0], close[0])
    for t in range(np.uintp(1), seeds):
        bar = (high[t], low[t], close[t])
        state = smooth(state, previous, bar, WEIGHTS[t])
        previous = bar
    for t in range(seeds, bars):
        bar = (high[t], low[t], close[t])
        state = smooth(state, previous, bar, STEADY)
        previous = bar
    return state
