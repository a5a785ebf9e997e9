"""Copies each row's own newest bars, which may lie far apart, to the end of new rows, without the GIL."""

from __future__ import annotations

import numpy as np

from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.kernel_compile import entry
from technic_scanner.screening.matrix import IntArray

# open, high, low, close, volume
Fields = tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]


@entry
def copy_own_bars(fields: Fields, rows: IntArray, out: Fields) -> None:
    """Fill ``out``, five (m, W), with the newest W bars of ``rows`` (m,) of five (n, T) that have a finite close.

    The newest is in the last column; NaN stands where a row has fewer bars.
    """
    open_, high, low, close, volume = fields
    new_open, new_high, new_low, new_close, new_volume = out
    for k in range(len(rows)):
        row, at = rows[k], new_close.shape[1] - 1
        t = close.shape[1] - 1
        while at >= 0 and t >= 0:
            if np.isfinite(close[row, t]):
                new_open[k, at], new_high[k, at], new_low[k, at] = open_[row, t], high[row, t], low[row, t]
                new_close[k, at], new_volume[k, at] = close[row, t], volume[row, t]
                at -= 1
            t -= 1
        while at >= 0:
            new_open[k, at] = new_high[k, at] = new_low[k, at] = new_close[k, at] = new_volume[k, at] = np.nan
            at -= 1
