"""Find bars of weeks or months among those of days: whole symbols, and older parts of one symbol's history."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from technic_scanner.adapters.market_data.long_bars import LongBars

BoolArray = npt.NDArray[np.bool_]
# Days between bars of one, two and three weeks or of a month; a holiday moves a bar by a day.
_DISTANCES = ((6, 8), (13, 15), (20, 22), (26, 36))
_RUN = 4  # this many such distances one after another are no holidays


def coarse_rows(bars: LongBars) -> BoolArray:
    """Return the rows that lie a week or a month from the next one, several times in succession."""
    key = bars.codes.astype(np.int64) * 2**32 + bars.days
    if bool((key[1:] > key[:-1]).all()):
        return coarse_keys(key)
    ordered, place = np.unique(key, return_inverse=True)
    return coarse_keys(ordered)[place]


def coarse_keys(ordered: npt.NDArray[np.int64]) -> BoolArray:
    """Return which of ascending numbers (symbol × 2³² + day) lie so, see ``coarse_rows``."""
    coarse = np.zeros(len(ordered), dtype=np.bool_)
    steps = np.diff(ordered)
    wide = np.flatnonzero(steps >= _DISTANCES[0][0])
    if len(wide) < _RUN:
        return coarse
    far = np.logical_or.reduce([(steps[wide] >= low) & (steps[wide] <= high) for low, high in _DISTANCES])
    wide = wide[far]
    breaks = np.flatnonzero(np.diff(wide) != 1)
    starts = np.append(0, breaks + 1) if len(wide) else np.empty(0, np.int64)
    ends = np.append(breaks, len(wide) - 1)[: len(starts)]
    for start, end in zip(starts[ends - starts + 1 >= _RUN], ends[ends - starts + 1 >= _RUN], strict=True):
        coarse[wide[start] : wide[end] + 2] = True
    return coarse
