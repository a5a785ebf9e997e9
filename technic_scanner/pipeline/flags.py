"""Tell which rows carry a flag, and warn if many rows are left out because their last bar is too old."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from technic_scanner.domain.universe import Security
from technic_scanner.screening.matrix import BoolArray, IntArray
from technic_scanner.screening.quality import LAGGING, PINNED, PRICE_OFF, QUALITY_FLAGS, UNADJUSTED_SPLIT
from technic_scanner.screening.sessions import Placement

# Sessions without a bar after which a symbol has ended; the share of others that may be left out without a warning.
ENDED_AFTER, MOST_LOST = 21, 0.05
NAMED = 10  # symbols in a note
FLAG_TEXTS = {
    UNADJUSTED_SPLIT: "Prices that look unadjusted for a split",
    PRICE_OFF: "Prices that are far off those before",
    PINNED: "Prices that hardly move, as after an announced takeover",
    LAGGING: "Ranked on a bar before the newest session",
}


def outdated(placement: Placement, max_lag: int) -> tuple[str, ...]:
    """Return a warning if many symbols that still trade are left out because their last bar is too old."""
    live = (placement.last >= 0) & (placement.lag <= ENDED_AFTER)
    lost, total = int((live & (placement.lag > max_lag)).sum()), int(live.sum())
    if lost <= MOST_LOST * total:
        return ()
    verb = "has" if lost == 1 else "have"
    text = (
        f"Warning: {lost:,} of {total:,} symbols that still trade {verb} no bar in the newest session and {verb} "
        "not been ranked. Fetch newer bars, or allow a lag with max_lag_sessions."
    )
    return (text,)


def flags_of(rows: IntArray, doubts: BoolArray, placement: Placement) -> tuple[str, ...]:
    """Return the flags of each of ``rows``, separated by spaces."""
    names = (*QUALITY_FLAGS, LAGGING)
    texts = [
        " ".join(name for bit, name in enumerate(names) if pattern >> bit & 1) for pattern in range(2 ** len(names))
    ]
    marks = np.column_stack((doubts[rows], placement.lag[rows] > 0))
    return tuple([texts[pattern] for pattern in (marks @ (1 << np.arange(len(names)))).tolist()])


def is_of_flag(note: str) -> bool:
    """Return whether a note is one of ``flag_notes``."""
    return note.startswith(tuple(f"{text}: " for text in FLAG_TEXTS.values()))


def flag_notes(listed: Sequence[Security], rows: IntArray, doubts: BoolArray, placement: Placement) -> list[str]:
    """Return a note on each flag that rows have, with the names of the first few."""
    notes = []
    columns = (*doubts[rows].T, placement.lag[rows] > 0)
    for name, column in zip((*QUALITY_FLAGS, LAGGING), columns, strict=True):
        found = [listed[i].symbol for i in rows[column].tolist()]
        if found:
            more = f" and {len(found) - NAMED:,} more" if len(found) > NAMED else ""
            notes.append(f"{FLAG_TEXTS[name]}: {', '.join(found[:NAMED])}{more}.")
    return notes
