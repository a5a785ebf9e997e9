"""Choose one of several rows for one symbol and session: of several boards, or of a session that is repeated."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from technic_scanner.adapters.market_data.long_bars import LongBars
from technic_scanner.screening.bars import FIELDS

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.integer]
# A close that is this far from that of the session before, where another row's is nearer, is the wrong one.
_FAR = 0.2
# A row with this many times the volume of the last one is that of the main market.
_LARGER = 5.0


@dataclass(slots=True)
class Chosen:
    """Which rows stay; ``boards`` are the boards of each symbol that has several, the used one first."""

    keep: BoolArray
    boards: dict[str, tuple[str, ...]] = field(default_factory=dict)


def keys_of(bars: LongBars) -> npt.NDArray[np.int64]:
    """Return one number per symbol and day."""
    return bars.codes.astype(np.int64) * 2**32 + bars.days.astype(np.int64)


def _ordered(keys: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return keys if bool((keys[1:] >= keys[:-1]).all()) else np.sort(keys)


def share_repeated(bars: LongBars) -> float:
    """Return the share of all symbols' days that have more than one row."""
    if len(bars) == 0:
        return 0.0
    keys = _ordered(keys_of(bars))
    starts = np.flatnonzero(np.append(True, np.diff(keys) != 0))
    return float((np.diff(np.append(starts, len(keys))) > 1).mean())


def copies(bars: LongBars) -> BoolArray:
    """Return the rows that equal an earlier one in symbol, day and all numbers."""
    keys = _ordered(keys_of(bars))
    if bool((keys[1:] > keys[:-1]).all()):
        return np.zeros(len(bars), dtype=np.bool_)
    table = np.column_stack([keys_of(bars).astype(np.float64), *(np.nan_to_num(f, nan=-1.0) for f in bars.fields)])
    _, first = np.unique(table, axis=0, return_index=True)
    again = np.ones(len(bars), dtype=np.bool_)
    again[first] = False
    return again


def main_boards(bars: LongBars, boards: IntArray, names: tuple[str, ...]) -> Chosen:
    """Keep of each symbol the board with the largest volume, and boards that never trade on the same day as it."""
    chosen = Chosen(np.ones(len(bars), dtype=np.bool_))
    _, inverse, counts = np.unique(keys_of(bars), return_inverse=True, return_counts=True)
    for code in np.unique(bars.codes[counts[inverse] > 1]):
        rows = np.flatnonzero(bars.codes == code)
        present = np.unique(boards[rows])
        traded = {int(b): float(np.nansum(bars.fields[4][rows[boards[rows] == b]])) for b in present}
        ordered = sorted(traded, key=lambda board: -traded[board])
        days = set(bars.days[rows[boards[rows] == ordered[0]]].tolist())
        dropped = []
        for board in ordered[1:]:
            its = rows[boards[rows] == board]
            if days.isdisjoint(bars.days[its].tolist()):
                days.update(bars.days[its].tolist())
            else:
                chosen.keep[its] = False
                dropped.append(board)
        if dropped:
            chosen.boards[bars.symbols[code]] = tuple(names[b] or "(none)" for b in (ordered[0], *dropped))
    return chosen


def one_per_session(bars: LongBars) -> BoolArray:
    """Return which row of each symbol and day stays: the last, or one of many times its volume.

    Another one stays if the close of that one is far from the session before and the other's is near.
    """
    keys = keys_of(bars)
    if bool((keys[1:] > keys[:-1]).all()):
        return np.ones(len(bars), dtype=np.bool_)
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    last = np.append(np.diff(ordered) != 0, True)
    if last.all():
        return np.ones(len(bars), dtype=np.bool_)
    keep = np.zeros(len(bars), dtype=np.bool_)
    keep[order[last]] = True
    ends = np.flatnonzero(last)
    starts = np.append(0, ends[:-1] + 1)
    closes, volumes = bars.fields[FIELDS.index("close")], np.nan_to_num(bars.fields[FIELDS.index("volume")])
    for start, end in zip(starts[ends > starts], ends[ends > starts], strict=True):
        rows = order[start : end + 1]
        most = int(np.argmax(volumes[rows]))
        usual = most if volumes[rows[most]] > _LARGER * volumes[rows[-1]] > 0 else len(rows) - 1
        keep[rows] = False
        keep[rows[usual]] = True
        neighbour = _neighbour(bars, closes, order, int(start), int(end))
        with np.errstate(divide="ignore", invalid="ignore"):
            distance = np.abs(np.log(closes[rows] / neighbour))
        if not np.isfinite(distance).any() or (np.isfinite(distance[usual]) and distance[usual] <= _FAR):
            continue
        keep[rows] = False
        keep[rows[int(np.nanargmin(np.where(np.isfinite(distance), distance, np.inf)))]] = True
    return keep


def _neighbour(bars: LongBars, closes: npt.NDArray[np.float64], order: IntArray, start: int, end: int) -> float:
    """Return the close of the session before, or of the one after; NaN if the symbol has no other session."""
    code = bars.codes[order[start]]
    for place in (start - 1, end + 1):
        if 0 <= place < len(order) and bars.codes[order[place]] == code:
            return float(closes[order[place]])
    return float("nan")
