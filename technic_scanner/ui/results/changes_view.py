"""Show what is new in a run since the session before: columns of its table, and what left it, with the reasons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from technic_scanner.domain.run import RunRecord
from technic_scanner.runs.changes.picks import LeftPick, WhatIsNew
from technic_scanner.ui.app.services import services
from technic_scanner.ui.style import tables
from technic_scanner.ui.style.wording import count_text, escape, exchange_date, short_id

VIEW = "New"
_FILTERS: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "Entered": lambda rows: rows["New"].fillna(value=False),
    "Moved up": lambda rows: rows["RanksUp"].fillna(0) > 0,
    "Moved down": lambda rows: rows["RanksUp"].fillna(0) < 0,
    "Same rank": lambda rows: rows["RanksUp"].eq(0).fillna(value=False),
}
COLUMNS = ("New", "RanksUp", "ScoreChange", "Sessions")
NAMES = (
    "Rank",
    "Symbol",
    tables.PRICES,
    *COLUMNS,
    "Signal",
    "Tier",
    "CompositeScore",
    "AlphaScore",
    "Close",
    tables.CURRENCY,
    "Sector",
)


@st.cache_resource(ttl="1m", max_entries=8, show_spinner=False)
def _changes(run_id: str, attempt: int) -> WhatIsNew:
    del attempt  # part of the key only: a resumed run has another result
    return services().changes.what_is_new(run_id)


def changes_of(record: RunRecord) -> WhatIsNew:
    """Return what is new in a run."""
    return _changes(record.run_id, record.attempt)


def narrowed(record: RunRecord, rows: pd.DataFrame) -> pd.DataFrame:
    """Say what changed, and return the rows with the columns of changes, those that a choice of changes keeps."""
    show(record)
    rows = with_changes(record, rows)
    kept = st.pills("Show", _FILTERS, selection_mode="multi", key="r_new_filter", label_visibility="collapsed")
    return rows if not kept else rows[pd.concat([_FILTERS[name](rows) for name in kept], axis=1).any(axis=1)]


def column_names(view: str, *, whole: bool) -> Sequence[str]:
    """Return the columns of a view; ``whole``: of all scanned rows instead of the picks."""
    return NAMES if view == VIEW else tables.view(view, whole=whole)


def with_changes(record: RunRecord, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the columns of changes; unknown where there is no session before."""
    changes = _changes(record.run_id, record.attempt)
    picks = {pick.symbol: pick for pick in changes.picks}
    compared = changes.against is not None
    found = [picks.get(symbol) for symbol in rows["Symbol"]]
    return rows.assign(
        New=pd.array([pick.is_new if pick is not None and compared else None for pick in found], dtype="boolean"),
        RanksUp=pd.array([None if pick is None else pick.ranks_up for pick in found], dtype="Int64"),
        ScoreChange=pd.array([None if pick is None else pick.score_change for pick in found], dtype="Float64"),
        Sessions=pd.array([None if pick is None else pick.sessions for pick in found], dtype="Int64"),
    )


def column_settings() -> dict[str, Any]:
    """Return the ``column_config`` of the columns of changes."""
    return {
        "New": st.column_config.CheckboxColumn("New", width=60, help="Not in the list at the session before."),
        "RanksUp": st.column_config.NumberColumn(
            "Δ rank", format="%+d", width=70, help="By how many ranks it is better than before; negative is worse."
        ),
        "ScoreChange": st.column_config.NumberColumn("Δ score", format="%+.1f", width=80, help="Score now − before."),
        "Sessions": st.column_config.NumberColumn(
            "Sessions", width=80, help="Sessions in a row in the list, this one included; at most 60 are counted."
        ),
    }


def show(record: RunRecord) -> None:
    """Say what was compared, and list the symbols that left."""
    changes = _changes(record.run_id, record.attempt)
    for note in changes.notes:
        st.caption(escape(note))
    if changes.against is None:
        return
    st.caption(
        f"Against {exchange_date(changes.against_as_of)}, run {short_id(changes.against)}: "
        f"{len(changes.entered)} entered, {len(changes.left)} left, "
        f"{len(changes.moved)} moved, {len(changes.stayed)} on the same rank."
    )
    _list(changes.left, f"{count_text(len(changes.left), 'symbol')} left", "r_left")
    _list(changes.adjusted, f"{count_text(len(changes.adjusted), 'symbol')} with a revised history", "r_adjusted")


def _list(picks: tuple[LeftPick, ...], title: str, key: str) -> None:
    if not picks:
        return
    with st.expander(title, key=key):
        st.dataframe(
            pd.DataFrame(
                [(pick.symbol, pick.rank_before, pick.why) for pick in picks], columns=["Symbol", "Rank before", "Why"]
            ),
            hide_index=True,
            height=tables.height(len(picks), 320),
            alt=title,
        )
