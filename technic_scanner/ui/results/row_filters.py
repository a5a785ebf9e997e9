"""Draw the filters of a run's table, criteria among them, and return the rows that pass."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from technic_scanner import criteria
from technic_scanner.domain.run import RunRecord
from technic_scanner.domain.symbols import alike
from technic_scanner.errors import TechnicError
from technic_scanner.runs.model import Rows
from technic_scanner.runs.notes.model import Note
from technic_scanner.runs.notes.service import as_kept, tags_in_use
from technic_scanner.ui.app import notices
from technic_scanner.ui.app.services import run_service, services
from technic_scanner.ui.results import symbol_notes
from technic_scanner.ui.style.wording import count_text, escape

SORTS: dict[str, tuple[str, bool]] = {
    "Rank": ("Rank", True),
    "Score": ("CompositeScore", False),
    "Tech rating": ("TechRating", False),
    "Alpha": ("AlphaScore", False),
    "Symbol": ("Symbol", True),
    "Sector": ("Sector", True),
    "Return, 21 sessions": ("ROC21", False),
    "Relative volume": ("RelativeVolume", False),
}


def draw(record: RunRecord, rows: pd.DataFrame) -> pd.DataFrame:
    """Draw the filters and return the rows that pass, in the chosen order."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input("Find", key="r_find", placeholder="symbol or name", bind="query-params", width=160)
        sectors = st.multiselect(
            "Sectors",
            sorted(rows["Sector"].dropna().unique()),
            key="r_sectors",
            bind="query-params",
            placeholder="All",
            width=220,
        )
        signals = st.multiselect(
            "Signals", _ordered(rows["Signal"]), key="r_signals", bind="query-params", placeholder="All", width=180
        )
        tiers = st.multiselect(
            "Tiers", _ordered(rows["Tier"]), key="r_tiers", bind="query-params", placeholder="All", width=160
        )
        lists = _watchlists()
        least = st.number_input(
            "Min. score",
            min_value=0.0,
            max_value=100.0,
            step=5.0,
            format="%.0f",
            key="r_score",
            bind="query-params",
            width=120,
        )
        notes = symbol_notes.all_notes()
        tags = _tags(notes)
        order = st.selectbox("Sort by", list(SORTS), key="r_sort", bind="query-params", width=160)
    where = st.text_input(
        "Criteria",
        key="r_where",
        placeholder="rsi(14) < 30 and close > sma(close, 200)",
        bind="query-params",
        help="Filters all scanned rows by the bars that the run judged, without a new scan. docs/criteria.md has the "
        "language.",
    )
    keep = pd.Series(True, index=rows.index)
    if where.strip():
        keep &= rows["Symbol"].isin(_matching(record, where.strip()))
    if text.strip():
        needle = text.strip().casefold()
        keep &= rows["Symbol"].str.casefold().str.contains(needle, regex=False) | rows["Name"].fillna(
            ""
        ).str.casefold().str.contains(needle, regex=False)
    for column, chosen in (("Sector", sectors), ("Signal", signals), ("Tier", tiers)):
        if chosen:
            keep &= rows[column].isin(chosen)
    if lists:
        listed = set().union(*(map(alike, services().watchlists.lookup.symbols_of(name)) for name in lists))
        keep &= rows["Symbol"].map(alike).isin(listed)
    if tags:
        keep &= (
            rows["Symbol"].map(as_kept).isin({symbol for symbol, note in notes.items() if set(note.tags) & set(tags)})
        )
    if least:
        keep &= rows["CompositeScore"] >= least
    name, ascending = SORTS[order]
    return rows[keep].sort_values(name, ascending=ascending, kind="stable", na_position="last")


def clear() -> None:
    """Empty all filters; the URL follows because the widgets are bound to it. The sort order is kept."""
    st.session_state.update(
        r_find="", r_sectors=[], r_signals=[], r_tiers=[], r_lists=[], r_score=0.0, r_where="", r_tags=[]
    )


def _watchlists() -> list[str]:
    """Draw the choice of watchlists where there are some; return the chosen ones."""
    names = [item.name for item in services().watchlists.all() if item.fault is None]
    st.session_state["r_lists"] = [name for name in st.session_state.get("r_lists", ()) if name in names]
    if not names:
        return []
    return st.multiselect("Watchlists", names, key="r_lists", bind="query-params", placeholder="All", width=180)


def _tags(notes: Mapping[str, Note]) -> list[str]:
    """Draw the choice of tags where there are some; return the chosen ones."""
    known = tags_in_use(notes)
    if not known:
        return []
    return st.multiselect("Tags", known, key="r_tags", bind="query-params", placeholder="All", width=160)


def _matching(record: RunRecord, text: str) -> frozenset[str]:
    """Return the symbols that meet criteria, and say what was found; all faults of the text where it has some."""
    try:
        asked = criteria.compile(text)
    except criteria.CriteriaError as error:
        st.code(error.shown(), language=None)
        return frozenset()
    try:
        matches, unknown, notes = _judged(record.run_id, record.attempt, asked.canonical)
    except TechnicError as error:
        notices.show_error(error)
        return frozenset()
    for note in notes:
        st.warning(escape(note))
    st.caption(f"{count_text(len(matches), 'scanned row')} meet the criteria; unknown of {unknown:,}.")
    return matches


@st.cache_data(max_entries=16, show_spinner="Reading the bars of the run")
def _judged(run_id: str, attempt: int, text: str) -> tuple[frozenset[str], int, tuple[str, ...]]:
    del attempt  # part of the key only: a resumed run has another result
    stored = run_service().result(run_id, Rows.ALL)
    found = services().scanning.judge_run(stored, criteria.compile(text))
    return frozenset(found.matches), found.judged.unknown, found.notes


def _ordered(values: pd.Series) -> list[str]:
    return list(dict.fromkeys(values.dropna()))
