"""Find by how much a column of splits adjusts prices: only where the prices jump, so that nothing is adjusted twice.

Most vendors write a split into its first session. Others, such as JPX, write it into the last session before it, whose
own prices are then adjusted too.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from technic_scanner.screening.bars import FloatArray

_FARTHEST = 0.25  # of the log of a jump from that of the split
# In the session after the marked one, which fewer vendors mean, the jump has to be nearer and larger than usual moves.
_NEXT_PART = 0.25
_NEXT_SMALLEST = 0.33  # 1.4 shares for one at least


def split_events(split: FloatArray) -> FloatArray:
    """Return shares for one in the sessions with a split, 1 in all others."""
    return np.where(np.isfinite(split) & (split > 0), split, 1.0)


def split_factor(
    plain: list[FloatArray], split: FloatArray, order: npt.NDArray[np.intp], codes: npt.NDArray[np.int32]
) -> FloatArray:
    """Return by how much each row's price must be divided for the later splits that its prices do not contain yet."""
    close, opened, ordered = np.abs(plain[3])[order], np.abs(plain[0])[order], codes[order]
    same = np.append(False, np.diff(ordered) == 0)
    logs = _logs_of_splits(split_events(split)[order], opened, close, ordered)
    later = np.cumsum(logs[::-1])[::-1] - logs  # of all later rows, also of other symbols
    ends = np.append(np.flatnonzero(~same[1:]), len(order) - 1)
    block = np.cumsum(~same) - 1
    after_block = later[ends][block] if len(ends) else later
    factor = np.empty(len(order))
    factor[order] = np.exp(later - after_block)
    factor[np.abs(factor - 1.0) < 1e-12] = 1.0
    return factor


def _logs_of_splits(
    events: FloatArray, opened: FloatArray, close: FloatArray, codes: npt.NDArray[np.int32]
) -> FloatArray:
    """Return the log of shares for one in the rows at which the price jumps by a split, else 0.

    Events are looked for at their own sessions; where none of a file is there, at the next ones. Rows without a price
    are passed over.
    """
    priced = np.flatnonzero((opened > 0) & (close > 0))
    gaps = np.full(len(priced), np.nan)
    gaps[1:] = np.log(opened[priced[1:]] / close[priced[:-1]])
    gaps[1:][codes[priced[1:]] != codes[priced[:-1]]] = np.nan
    logs = np.zeros(len(events))
    for step in (0, 1):  # one vendor marks all of its splits in the same way
        for row in np.flatnonzero(events != 1.0):
            place = int(np.searchsorted(priced, row)) + step
            if place < len(priced) and codes[priced[place]] == codes[row]:
                fits = _fits(float(gaps[place]), float(np.log(events[row])), is_next=step > 0)
                logs[priced[place]] = min(fits)[1] if fits else logs[priced[place]]
        if logs.any():
            break
    return logs


def _fits(gap: float, event: float, *, is_next: bool) -> list[tuple[float, float]]:
    """Return (distance, log of shares for one) if a gap is the split, so that the bars before are not adjusted.

    ``gap`` and ``event`` are logs. Some vendors write 0.25 for four shares for one.
    """
    if is_next and abs(event) < _NEXT_SMALLEST:
        return []
    farthest = min(_FARTHEST, _NEXT_PART * abs(event)) if is_next else _FARTHEST
    distances = ((abs(gap + shares), shares) for shares in (event, -event))
    return [(distance, shares) for distance, shares in distances if distance < abs(gap) and distance < farthest]
