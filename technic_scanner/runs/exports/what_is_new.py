"""Adds what is new since the session before to a result for a file: columns, and what left as a sheet."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from technic_scanner.runs.changes.picks import WhatIsNew
from technic_scanner.runs.exports.workbook import Sheet
from technic_scanner.runs.model import StoredResult

COLUMNS = ("New", "RanksUp", "ScoreChange", "Sessions")


def with_what_is_new(stored: StoredResult, changes: WhatIsNew) -> tuple[StoredResult, tuple[Sheet, ...]]:
    """Return the result with four columns more, and the sheet of what left or had its history revised, and notes."""
    rows = (
        *((pick.symbol, pick.rank_before, "left", pick.why) for pick in changes.left),
        *((pick.symbol, pick.rank_before, "history revised", pick.why) for pick in changes.adjusted),
        *(("", None, "note", note) for note in changes.notes),
    )
    return replace(stored, table=with_columns(stored.table, changes)), (
        Sheet("Left", ("Symbol", "Rank before", "What", "Why"), rows),
    )


def with_columns(table: pa.Table, changes: WhatIsNew) -> pa.Table:
    """Return the table with the columns, which are unknown for rows that are no picks.

    ``New`` and ``RanksUp`` (ranks better than before) are also unknown where there is nothing to compare with.
    """
    picks = {pick.symbol: pick for pick in changes.picks}
    found = [picks.get(symbol) for symbol in table.column("Symbol").to_pylist()]
    compared = changes.against is not None
    values = (
        pa.array([pick.is_new if pick is not None and compared else None for pick in found], pa.bool_()),
        pa.array([None if pick is None else pick.ranks_up for pick in found], pa.int64()),
        pa.array([None if pick is None else pick.score_change for pick in found], pa.float64()),
        pa.array([None if pick is None else pick.sessions for pick in found], pa.int64()),
    )
    for name, column in zip(COLUMNS, values, strict=True):
        table = table.append_column(name, column)
    return table
