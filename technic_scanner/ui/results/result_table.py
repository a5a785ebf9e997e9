"""Show the rows of one run: filters, order, the columns, and the selection that opens a symbol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from technic_scanner.domain.run import RunRecord
from technic_scanner.runs.criteria_facts import own_columns
from technic_scanner.runs.exports import note_columns
from technic_scanner.runs.model import Rows, StoredResult
from technic_scanner.runs.plan_sums import plan_sums
from technic_scanner.ui.app import url_state
from technic_scanner.ui.results import (
    changes_view,
    chart_grid,
    column_sets,
    result_data,
    row_filters,
    save_watchlist,
    shown_exports,
    symbol_notes,
)
from technic_scanner.ui.style import tables
from technic_scanner.ui.style.wording import count_text, escape

ROWS_AT_ONCE = 500
_CLOSED = "r_table_closed"
_FORM, _FORMS = "r_as", ("Table", "Charts")
_HINT = "Click a row to see its chart and reasons; the arrow keys walk the list, and Enter and Space open a row."


def filtered(record: RunRecord, everything: pd.DataFrame) -> pd.DataFrame:
    """Draw the filters and the order; return the rows that pass, in that order."""
    shown = row_filters.draw(record, everything)
    # The choice is drawn below; before its first run only the address has it.
    form = st.session_state.get(_FORM) or st.query_params.get(_FORM, _FORMS[0])
    hint = "" if shown.empty or form != _FORMS[0] else f" {_HINT}"
    st.caption(f"{count_text(len(shown), 'row')} of {len(everything):,}.{hint}")
    return shown


def show(record: RunRecord, stored: StoredResult, everything: pd.DataFrame, shown: pd.DataFrame, which: Rows) -> None:
    """Show ``shown``, the rows of ``everything`` that passed the filters, with the open one selected.

    Above them stands what the planned positions add up to.
    """
    if (sums := plan_sums(stored.table, stored.context.account_currency)) is not None:
        st.caption(escape(sums.sentence(stored.readable_config)))
    if shown.empty:
        st.info("Relax the filters above to see rows again.", title="No row passes these filters")
        st.button("Clear filters", key="r_clear", on_click=row_filters.clear)
        return
    if _as_charts():
        chart_grid.show(record, stored, shown)
        return
    drawn = _first(shown)
    columns = _draw_rows(record, stored, drawn, which)
    with st.container(horizontal=True):
        shown_exports.draw(record, stored, shown, columns)
        save_watchlist.draw(record, shown)
    symbol = url_state.symbol_in_address()
    if symbol is not None and symbol in set(everything["Symbol"]) - set(drawn["Symbol"]):
        st.caption(f"{escape(symbol)} is not in the rows shown.")


def _as_charts() -> bool:
    """Let the rows be shown as a table or as charts; return whether as charts."""
    chosen = st.segmented_control(
        "Show the rows as",
        _FORMS,
        key=_FORM,
        default=_FORMS[0],
        required=True,
        bind="query-params",
        label_visibility="collapsed",
    )
    return bool(chosen == _FORMS[1])


def neighbours(shown: pd.DataFrame, symbol: str) -> tuple[str | None, str | None]:
    """Return the symbols before and after one in the list; None where the list ends or does not have it."""
    position = tables.position_of(shown, symbol)
    if position is None:
        return None, None
    names = shown["Symbol"]
    before = str(names.iloc[position - 1]) if position else None
    after = str(names.iloc[position + 1]) if position + 1 < len(names) else None
    return before, after


def _first(shown: pd.DataFrame) -> pd.DataFrame:
    """Return the rows to draw, by default only the first: a browser needs seconds for thousands of rows with charts."""
    if len(shown) <= ROWS_AT_ONCE:
        return shown
    with st.container(horizontal=True, vertical_alignment="center"):
        everything = st.toggle(f"Show all {len(shown):,} rows", key="r_all", bind="query-params")
        if not everything:
            st.caption(f"The first {ROWS_AT_ONCE:,} rows are shown. Filters, charts and files cover all rows.")
    return shown if everything else shown.head(ROWS_AT_ONCE)


def _draw_rows(record: RunRecord, stored: StoredResult, rows: pd.DataFrame, which: Rows) -> Sequence[str]:
    """Draw the table and return its columns."""
    own = own_columns(stored)
    choice = column_sets.choose(record, rows, own, whole=which is Rows.ALL)
    shown = symbol_notes.with_notes(choice.rows, symbol_notes.all_notes())
    # Of which source the rows are is not known of a config that cannot be read.
    config = stored.readable_config
    prices = (
        {} if config is None else result_data.spark_prices(record.run_id, record.attempt, which, config, stored.as_of)
    )
    opened = url_state.symbol_in_address()
    position = tables.position_of(shown, opened)
    # The key depends on the rows and their order: with a constant key a table keeps the selected position when its
    # rows change (streamlit #17026). The selection is then restored from the symbol.
    key = _key(tables.revision(record.run_id, record.attempt, *shown["Symbol"]), opened)
    _follow(key, position)
    noted = [name for name in note_columns.COLUMNS if name not in choice.names]
    names = tables.drawn(tables.with_own(choice.names, noted), shown)
    tables.in_window(len(shown), "r_window").dataframe(
        # Only the columns shown: all columns of 8,000 rows are more than twice as many bytes.
        tables.with_scores(tables.with_prices(shown, prices))[names],
        key=key,
        column_order=names,
        column_config=tables.column_settings(names, stored.context.account_currency, shown)
        | changes_view.column_settings()
        | tables.own_settings(own)
        | symbol_notes.column_settings(),
        hide_index=True,
        placeholder="–",
        height="stretch",
        on_select=lambda: _select(shown, st.session_state[key]["selection"]),
        # A click on any cell opens its row, as the box at its left does; with the arrow keys the cell moves.
        selection_mode=("single-row", "single-cell"),
        selection_default=None if position is None else {"selection": {"rows": [position]}},
        alt=f"{'Scanned rows' if which is Rows.ALL else 'Picks'} of run {record.run_id}, one row per symbol",
        lazy=False,
    )
    return names


def _key(mark: str, opened: str | None) -> str:
    """Return the key of the table of these rows: a new one where something else than the table closed its symbol.

    A table keeps what was clicked last. A click on the same cell would change nothing, and would not open it again.
    """
    key = f"rows_{mark}_{st.session_state.get(_CLOSED, 0)}"
    if opened is not None or not _selected(key):
        return key
    st.session_state[_CLOSED] = st.session_state.get(_CLOSED, 0) + 1
    return f"rows_{mark}_{st.session_state[_CLOSED]}"


def _follow(key: str, position: int | None) -> None:
    """Select the row of the open symbol where something else than the table has opened it."""
    selected = _selected(key)
    if position is not None and selected and position not in selected:
        st.session_state[key] = {"selection": {"rows": [position], "cells": [(position, "Symbol")]}}


def _selected(key: str) -> set[int]:
    """Return the rows that a drawn table has selected, by their boxes or by a cell."""
    selection = st.session_state.get(key, {}).get("selection", {"rows": [], "cells": []})
    return {*selection["rows"], *(row for row, _ in selection["cells"])}


def _select(shown: pd.DataFrame, selection: Mapping[str, Any]) -> None:
    """Put the selected row's symbol into the URL, looked up in the frame that was displayed."""
    opened = url_state.symbol_in_address()
    chosen = [tables.selected_symbol(shown, [row]) for row, _ in selection["cells"]]
    chosen += [tables.selected_symbol(shown, [row]) for row in selection["rows"]]
    # Both kinds of selection last; what differs from the open symbol is what was clicked.
    url_state.open_symbol(next((symbol for symbol in chosen if symbol != opened), opened if chosen else None))
