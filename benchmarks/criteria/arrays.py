"""The scans over arrays (symbols, sessions), as users of NumPy, bottleneck and wide pandas frames write them.

One formula for all: ``Ops`` are the moving functions of a library. Wilder's RSI is a loop over sessions for all symbols
at once in NumPy and bottleneck, which have no recursion, and ``ewm`` in pandas.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import bottleneck as bn
import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from benchmarks.criteria.scans import SECTORS, Market

Array = Any


@dataclass(frozen=True)
class Ops:
    """Moving functions along the sessions; each takes an array and a window."""

    mean: Callable[[Array, int], Array]
    deviation: Callable[[Array, int], Array]
    highest: Callable[[Array, int], Array]
    lowest: Callable[[Array, int], Array]
    rank: Callable[[Array, int], Array]
    rsi: Callable[[Array, int], Array]
    ema: Callable[[Array, int], Array]
    sector_rank: Callable[[Array, Array], Array]


def before(x: Array, n: int = 1) -> Array:
    """Return the values n sessions ago."""
    out = np.full_like(x, np.nan)
    out[:, n:] = x[:, :-n]
    return out


def scan_1(m: Market, ops: Ops) -> Array:
    return (m.close > ops.mean(m.close, 200)) & (ops.rsi(m.close, 14) < 30) & (m.volume > 2 * ops.mean(m.volume, 20))


def scan_2(m: Market, ops: Ops) -> Array:
    fast, slow = ops.mean(m.close, 50), ops.mean(m.close, 200)
    crossed = (fast > slow) & (before(fast) <= before(slow))
    found = crossed.copy()
    for n in range(1, 5):
        found[:, n:] |= crossed[:, :-n]
    return found


def scan_3(m: Market, ops: Ops) -> Array:
    base = (before(ops.highest(m.high, 15)) - before(ops.lowest(m.low, 15))) / m.close
    high, usual = before(ops.highest(m.high, 252)), before(ops.mean(m.volume, 50))
    return (m.close > high) & (base < 0.12) & (m.volume > 1.5 * usual)


def scan_4(m: Market, ops: Ops) -> Array:
    return (ops.sector_rank(m.close / before(m.close, 126) - 1, m.sector) > 0.9) & (m.close > ops.ema(m.close, 21))


def scan_7(m: Market, ops: Ops) -> Array:
    width = 4 * ops.deviation(m.close, 20) / ops.mean(m.close, 20)
    narrow = width == ops.lowest(width, 120)
    held = narrow.copy()
    for n in (1, 2):
        held[:, n:] |= narrow[:, :-n]
    top = before(ops.highest(m.high, 20))
    return held & (m.close > top) & (before(m.close) <= before(top))


def scan_10(m: Market, ops: Ops) -> Array:
    one, two = ops.rank(m.volume, 32), ops.rank(m.close + m.high - m.low, 16)
    return one * (1 - two) * (1 - ops.rank(m.close, 32)) > 0.4


FORMULAS: dict[str, Callable[[Market, Ops], Array]] = {
    "1": scan_1, "2": scan_2, "3": scan_3, "4": scan_4, "7": scan_7, "10": scan_10,
}  # fmt: skip
# Sessions that the newest one needs; None: all, for what is recursive.
NEEDED: dict[str, int | None] = {"1": None, "2": 205, "3": 253, "4": None, "7": 150, "10": 32}


# ---- NumPy
def _windows(x: Array, n: int) -> Array:
    return sliding_window_view(x, n, axis=1)


def _padded(values: Array, n: int) -> Array:
    return np.pad(values, ((0, 0), (n - 1, 0)), constant_values=np.nan)


def _np_mean(x: Array, n: int) -> Array:
    total = np.cumsum(x, axis=1)
    total[:, n:] = total[:, n:] - total[:, :-n]
    return _padded(total[:, n - 1 :] / n, n)


def _np_rank(x: Array, n: int) -> Array:
    parts = [_window_rank(part, n) for part in np.array_split(x, max(1, x.size // (1 << 18)))]
    return _padded(np.concatenate(parts), n)


def _window_rank(x: Array, n: int) -> Array:
    view = _windows(x, n)
    newest = view[:, :, -1:]
    return ((view < newest).sum(axis=2) + ((view == newest).sum(axis=2) + 1) / 2) / n


def _np_rsi(x: Array, n: int) -> Array:
    change = np.diff(x, axis=1)
    up, down = np.maximum(change, 0), np.maximum(-change, 0)
    out = np.full(x.shape, np.nan)
    gain, loss = up[:, :n].mean(axis=1), down[:, :n].mean(axis=1)
    for t in range(n, x.shape[1]):
        if t > n:
            gain, loss = (gain * (n - 1) + up[:, t - 1]) / n, (loss * (n - 1) + down[:, t - 1]) / n
        out[:, t] = 100 * gain / (gain + loss)
    return out


def _np_ema(x: Array, n: int) -> Array:
    out = np.full(x.shape, np.nan)
    value = x[:, :n].mean(axis=1)
    out[:, n - 1] = value
    for t in range(n, x.shape[1]):
        value = value + 2 / (n + 1) * (x[:, t] - value)
        out[:, t] = value
    return out


def _np_sector_rank(x: Array, sector: Array) -> Array:
    out = np.full(x.shape, np.nan)
    for number in range(SECTORS):
        mine = sector == number
        out[mine] = (x[mine].argsort(axis=0).argsort(axis=0) + 1) / mine.sum()
    out[np.isnan(x)] = np.nan
    return out


def _bn_sector_rank(x: Array, sector: Array) -> Array:
    out = np.full(x.shape, np.nan)
    for number in range(SECTORS):
        mine = sector == number
        out[mine] = bn.nanrankdata(x[mine], axis=0) / mine.sum()
    return out


NUMPY = Ops(
    mean=_np_mean,
    deviation=lambda x, n: _padded(np.sqrt(np.maximum(_np_mean(x * x, n) - _np_mean(x, n) ** 2, 0))[:, n - 1 :], n),
    highest=lambda x, n: _padded(_windows(x, n).max(axis=2), n),
    lowest=lambda x, n: _padded(_windows(x, n).min(axis=2), n),
    rank=_np_rank,
    rsi=_np_rsi,
    ema=_np_ema,
    sector_rank=_np_sector_rank,
)
BOTTLENECK = Ops(
    mean=lambda x, n: bn.move_mean(x, n, axis=1),
    deviation=lambda x, n: bn.move_std(x, n, axis=1),
    highest=lambda x, n: bn.move_max(x, n, axis=1),
    lowest=lambda x, n: bn.move_min(x, n, axis=1),
    rank=lambda x, n: (bn.move_rank(x, n, axis=1) + 1) / 2 * (1 - 1 / n) + 1 / n,  # it ranks from -1 to 1
    rsi=_np_rsi,
    ema=_np_ema,
    sector_rank=_bn_sector_rank,
)


# ---- pandas, wide: a row a session, a column a symbol
def _frame(x: Array) -> pd.DataFrame:
    return pd.DataFrame(x.T)


def _pd_rsi(x: Array, n: int) -> Array:
    change = _frame(x).diff()
    gain = change.clip(lower=0).ewm(alpha=1 / n, adjust=False).mean()
    loss = (-change).clip(lower=0).ewm(alpha=1 / n, adjust=False).mean()
    return (100 * gain / (gain + loss)).to_numpy().T


PANDAS = Ops(
    mean=lambda x, n: _frame(x).rolling(n).mean().to_numpy().T,
    deviation=lambda x, n: _frame(x).rolling(n).std(ddof=0).to_numpy().T,
    highest=lambda x, n: _frame(x).rolling(n).max().to_numpy().T,
    lowest=lambda x, n: _frame(x).rolling(n).min().to_numpy().T,
    rank=lambda x, n: _frame(x).rolling(n).rank(pct=True).to_numpy().T,
    rsi=_pd_rsi,
    ema=lambda x, n: _frame(x).ewm(span=n, adjust=False).mean().to_numpy().T,
    sector_rank=lambda x, sector: _frame(x).T.groupby(sector).rank(pct=True).to_numpy(),
)
