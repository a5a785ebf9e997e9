"""Flag rows whose prices cannot be taken at face value: unadjusted splits, prices far off, pinned prices."""

from __future__ import annotations

import math

import numpy as np

from technic_scanner.screening.bars import FIELDS, FloatArray, Panel, read_only
from technic_scanner.screening.kernel_moves import CalmPrices, Limits, find_calm
from technic_scanner.screening.kernel_own_bars import Fields, copy_own_bars
from technic_scanner.screening.matrix import SESSIONS_PER_YEAR, BoolArray, IntArray, column

UNADJUSTED_SPLIT, PRICE_OFF, PINNED, LAGGING = "unadjusted_split", "price_off", "pinned", "lagging"
# What the bars alone tell, in the order of the columns of ``quality``.
QUALITY_FLAGS: tuple[str, ...] = (UNADJUSTED_SPLIT, PRICE_OFF, PINNED)

# Bars of a row that are looked at, the newest: a year and what stands before it.
YEAR, BEFORE = 252, 21
# The least change of a price that may be a split, how near to a split's ratio the open is, and the close to the open.
LEAST_SPLIT, RATIO_TOLERANCE, DAY_TOLERANCE = 1.4, 0.05, 0.15
HALVES = (1.5, 2.5)
# A real move of that size comes with at least this many times the median turnover of the bars before.
REAL_TURNOVER, TURNOVER_BARS, LEAST_TURNOVER_BARS = 3.0, 20, 5
# How far off a price is, and the bars before the last one that it is compared with.
FAR, NEARBY_BARS, LEAST_NEARBY = 5.0, 10, 3
# Pinned: annualised volatility of 20 sessions below this, or below this share of the year's after a move of that size.
PINNED_VOLATILITY, PINNED_SHARE, PINNED_JUMP = 0.08, 1.0 / 3.0, 0.10
LEAST_AFTER, MOST_AFTER, LEAST_YEAR = 10, 20, 60


def quality(panel: Panel, indicators: FloatArray) -> FloatArray:
    """Return (n, 3): 1 where a flag of QUALITY_FLAGS applies to a symbol of the panel, else 0.

    ``indicators`` (n, K) are those of the same symbols. Every row is judged by its own newest bars, at most a year.
    Rules and constants: docs/numbers.md.
    """
    flags = np.zeros((len(panel.symbols), len(QUALITY_FLAGS)))
    if panel.shape[1] < 2:
        return flags
    volatility = column(indicators, "realised_vol_20")
    calm = _calm(panel, volatility)
    flags[:, QUALITY_FLAGS.index(PINNED)] = calm & (volatility < PINNED_VOLATILITY)
    rows = np.flatnonzero(~calm)
    if len(rows):
        flags[rows] = _looked_at(panel, rows, volatility[rows])
    return flags


def _calm(panel: Panel, volatility_20: FloatArray) -> BoolArray:
    """Return rows (n,) without a gap and so ordinary that only a very low volatility can still give them a flag."""
    calm = np.zeros(len(panel.symbols), bool)
    find_calm(*calm_inputs(panel, volatility_20), calm)
    return calm


def calm_inputs(panel: Panel, volatility_20: FloatArray) -> tuple[CalmPrices, FloatArray, Limits]:
    """Return what ``find_calm`` reads."""
    limits = Limits(
        bars=YEAR + BEFORE,
        year=YEAR,
        split=LEAST_SPLIT,
        jump=PINNED_JUMP,
        soon=LEAST_AFTER,
        later=MOST_AFTER,
        share=PINNED_SHARE,
        nearby=NEARBY_BARS,
        far=FAR,
    )
    open_, high, low, close = (read_only(values) for values in (panel.open, panel.high, panel.low, panel.close))
    return (open_, high, low, close), read_only(volatility_20 / math.sqrt(SESSIONS_PER_YEAR)), limits


def _looked_at(panel: Panel, rows: IntArray, volatility: FloatArray) -> FloatArray:
    """Return the flags of ``rows`` (m,); bars that are missing only on the left need no moving."""
    flags = np.zeros((len(rows), len(QUALITY_FLAGS)))
    gaps = np.isnan(panel.close[rows, -YEAR - BEFORE :])
    broken = gaps[:, -1] | (gaps[:, 1:] & ~gaps[:, :-1]).any(axis=1)
    if not broken.all():
        flags[~broken] = _flags(_newest(panel, rows[~broken], YEAR + BEFORE), volatility[~broken])
    if broken.any():
        flags[broken] = _flags(_own_bars(panel, rows[broken], YEAR + BEFORE), volatility[broken])
    return flags


def _newest(panel: Panel, rows: IntArray, sessions: int) -> Panel:
    """Return the newest ``sessions`` of ``rows``."""
    fields = (panel.open, panel.high, panel.low, panel.close, panel.volume)
    symbols = tuple([panel.symbols[row] for row in rows.tolist()])
    return Panel(symbols, panel.sessions[-sessions:], *(values[rows, -sessions:] for values in fields))


def _own_bars(panel: Panel, rows: IntArray, most: int) -> Panel:
    """Return the newest existing bars of ``rows``, at most ``most``, the newest one of each in the last column."""
    inputs = own_bars_inputs(panel, rows, most)
    copy_own_bars(*inputs)
    out = inputs[2]
    symbols = tuple([panel.symbols[row] for row in rows.tolist()])
    return Panel(symbols, panel.sessions[-out[0].shape[1] :], *out)


def own_bars_inputs(panel: Panel, rows: IntArray, most: int) -> tuple[Fields, IntArray, Fields]:
    """Return what ``copy_own_bars`` reads and fills."""
    open_, high, low, close, volume = (read_only(getattr(panel, name)) for name in FIELDS)
    first, second, third, fourth, fifth = np.empty((5, len(rows), min(most, panel.shape[1])))
    return (open_, high, low, close, volume), rows, (first, second, third, fourth, fifth)


def _flags(bars: Panel, volatility_20: FloatArray) -> FloatArray:
    close = bars.close
    with np.errstate(divide="ignore", invalid="ignore"):
        change = close[:, 1:] / close[:, :-1]
    change[~(change > 0.0) | np.isinf(change)] = np.nan
    splits, spikes = _jumps(bars, change)
    pinned = _pinned(change[:, -YEAR:], volatility_20)
    return np.column_stack((splits, spikes | _last_bar_off(bars), pinned)).astype(np.float64)


def _jumps(bars: Panel, change: FloatArray) -> tuple[BoolArray, BoolArray]:
    """Return which rows (n,) have a jump of a split without a real move's turnover, and which a spike of one bar.

    ``change`` (n, m − 1) is close ÷ close before, NaN where one of them is not a price.
    """
    count = len(change)
    splits, spikes = np.zeros(count, bool), np.zeros(count, bool)
    recent = change[:, -YEAR:]
    offset = change.shape[1] - recent.shape[1]
    rows, at = np.nonzero((recent >= LEAST_SPLIT) | (recent <= 1.0 / LEAST_SPLIT))
    for row, t in zip(rows.tolist(), (at + offset + 1).tolist(), strict=True):
        flag = _flag_of_jump(bars.open[row], bars.close[row], bars.volume[row], change[row], t)
        splits[row] |= flag == UNADJUSTED_SPLIT
        spikes[row] |= flag == PRICE_OFF
    return splits, spikes


def wrong_price_sessions(panel: Panel, row: int) -> IntArray:
    """Return the columns (k,) of all bars of a row, of any age, that look like an unadjusted split or are far off."""
    at, jumps = own_jumps(panel, row)
    opened, close, volume = (values[row, at] for values in (panel.open, panel.close, panel.volume))
    change = close[1:] / close[:-1]
    wrong = [t for t in jumps.tolist() if _flag_of_jump(opened, close, volume, change, t)]
    return at[np.array(wrong, dtype=np.int64)]


def own_jumps(panel: Panel, row: int) -> tuple[IntArray, IntArray]:
    """Return the columns (m,) of a row's own bars, and which of those (k,) begin with a jump that may be a split."""
    at = np.flatnonzero(panel.close[row] > 0.0)
    close = panel.close[row, at]
    change = close[1:] / close[:-1]
    return at, np.flatnonzero((change >= LEAST_SPLIT) | (change <= 1.0 / LEAST_SPLIT)) + 1


def _flag_of_jump(open_: FloatArray, close: FloatArray, volume: FloatArray, change: FloatArray, t: int) -> str | None:
    """Return the flag that the jump to bar ``t`` gives a row; the return from a spike gives none."""
    if _is_spike(change, t):
        return PRICE_OFF
    if not _is_spike(change, t - 1) and _is_split(open_, close, volume, t):
        return UNADJUSTED_SPLIT
    return None


def _is_spike(change: FloatArray, t: int) -> bool:
    """Return whether bar ``t`` is far off and the next one is back; ``change[t − 1]`` leads to bar t."""
    if not 1 <= t < len(change):
        return False
    out, back = float(change[t - 1]), float(change[t])
    return max(out, 1.0 / out) >= FAR and abs(out * back - 1.0) <= 2.0 * DAY_TOLERANCE


def _is_split(open_: FloatArray, close: FloatArray, volume: FloatArray, t: int) -> bool:
    """Return whether bar ``t`` opens at a split's ratio to the close before, stays there, and has no real turnover."""
    ratio, stays = float(open_[t] / close[t - 1]), float(close[t] / open_[t])
    if not ratio > 0.0 or abs(stays - 1.0) > DAY_TOLERANCE or not _is_split_ratio(max(ratio, 1.0 / ratio)):
        return False
    turnover = close[max(0, t - TURNOVER_BARS) : t + 1] * volume[max(0, t - TURNOVER_BARS) : t + 1]
    before = turnover[:-1][np.isfinite(turnover[:-1])]
    if len(before) < LEAST_TURNOVER_BARS:
        return False
    return not float(turnover[-1]) > REAL_TURNOVER * float(np.median(before))


def _is_split_ratio(ratio: float) -> bool:
    candidates = (*HALVES, max(2.0, float(round(ratio))))
    return any(abs(ratio / other - 1.0) <= RATIO_TOLERANCE for other in candidates)


def _last_bar_off(bars: Panel) -> BoolArray:
    """Return which rows (n,) have a last bar with a price five times off the median of the closes before it."""
    last = np.stack([values[:, -1] for values in (bars.open, bars.high, bars.low, bars.close)])
    off = np.zeros(len(bars.symbols), bool)
    near = bars.close[:, -NEARBY_BARS - 1 : -1]
    lowest, highest = last.min(axis=0), last.max(axis=0)
    # Only a bar that is off some of them can be off their median.
    doubtful = ((highest[:, None] >= FAR * near) | (lowest[:, None] <= near / FAR)).any(axis=1)
    for row in np.flatnonzero(doubtful).tolist():
        known = near[row][np.isfinite(near[row])]
        usual = float(np.median(known))
        off[row] = len(known) >= LEAST_NEARBY and bool(highest[row] >= FAR * usual or lowest[row] <= usual / FAR)
    return off


def _pinned(change: FloatArray, volatility_20: FloatArray) -> BoolArray:
    """Return which rows (n,) hardly move: below 8 % a year, or far below the year's own after a jump."""
    pinned = volatility_20 < PINNED_VOLATILITY
    jumped = (change >= 1.0 + PINNED_JUMP) | (change <= 1.0 - PINNED_JUMP)
    after = np.where(jumped.any(axis=1), jumped[:, ::-1].argmax(axis=1), 0)
    rows = np.flatnonzero(~pinned & (after >= LEAST_AFTER))
    recent = np.where(after >= MOST_AFTER, volatility_20, np.nan)
    for row in rows[after[rows] < MOST_AFTER].tolist():
        recent[row] = _spread(change[row : row + 1, -after[row] :], LEAST_AFTER)[0]
    year = _spread(np.where(jumped[rows], np.nan, change[rows]), LEAST_YEAR)
    pinned[rows] = recent[rows] < PINNED_SHARE * year
    return pinned


def _spread(change: FloatArray, least: int) -> FloatArray:
    """Return the annualised sample standard deviation (n,) of the known changes, NaN if fewer than ``least``."""
    known = np.isfinite(change)
    count = known.sum(axis=1)
    mean = np.where(known, change, 0.0).sum(axis=1) / np.maximum(count, 1)
    squares = (np.where(known, change - mean[:, None], 0.0) ** 2).sum(axis=1)
    variance = np.where(count >= least, squares / np.maximum(count - 1, 1), np.nan)
    return np.sqrt(variance) * math.sqrt(SESSIONS_PER_YEAR)
