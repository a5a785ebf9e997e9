"""Show the rows of one run: filters, order, the columns, and the selection that opens a symbol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from technic_scanner.domain.run import RunRecord
from technic_scanner.runs.criteria_facts import own_columns
from technic_scanner.runs.model import Rows, StoredResult
from technic_scanner.runs.plan_sums import plan_sums
from technic_scanner.ui.app import url_state
from technic_scanner.ui.results import changes_view, result_data, row_filters, shown_exports
from technic_scanner.ui.style import tables
from technic_scanner.ui.style.wording import count_text, escape

ROWS_AT_ONCE = 500
_LOW, _HIGH = 420, 620  # px, most of the table alone and beside a symbol


def filtered(record: RunRecord, everything: pd.DataFrame) -> pd.DataFrame:
    """Draw the filters and the order; return the rows that pass, in that order."""
    shown = row_filters.draw(record, everything)
    hint = "" if shown.empty else " Click a row to see its chart and reasons; the arrow keys walk the list."
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
    drawn = _first(shown)
    columns = _draw_rows(record, stored, drawn, which)
    shown_exports.draw(stored, shown, columns)
    symbol = url_state.symbol_in_address()
    if symbol is not None and symbol in set(everything["Symbol"]) - set(drawn["Symbol"]):
        st.caption(f"{escape(symbol)} is not in the rows shown.")


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
    view, shown = changes_view.choose(record, rows)
    # Of which source the rows are is not known of a config that cannot be read.
    config = stored.readable_config
    prices = (
        {} if config is None else result_data.spark_prices(record.run_id, record.attempt, which, config, stored.as_of)
    )
    opened = url_state.symbol_in_address()
    position = tables.position_of(shown, opened)
    # The key depends on the rows and their order: with a constant key a table keeps the selected position when its
    # rows change (streamlit #17026). The selection is then restored from the symbol.
    mark = tables.revision(record.run_id, record.attempt, *shown["Symbol"])
    own = own_columns(stored)
    wanted = tables.with_own(changes_view.column_names(view, whole=which is Rows.ALL), own)
    names = tables.drawn(wanted, shown)
    st.dataframe(
        # Only the columns shown: all columns of 8,000 rows are more than twice as many bytes.
        tables.with_scores(tables.with_prices(shown, prices))[names],
        key=f"rows_{mark}",
        column_order=names,
        column_config=tables.column_settings(names, stored.context.account_currency)
        | changes_view.column_settings()
        | tables.own_settings(own),
        hide_index=True,
        placeholder="–",
        height=tables.height(len(shown), _LOW if opened is None else _HIGH),
        on_select=lambda: _select(shown, st.session_state[f"rows_{mark}"]["selection"]),
        # A click on any cell opens its row, as the box at its left does; with the arrow keys the cell moves.
        selection_mode=("single-row", "single-cell"),
        selection_default=None if position is None else {"selection": {"rows": [position]}},
        alt=f"{'Scanned rows' if which is Rows.ALL else 'Picks'} of run {record.run_id}, one row per symbol",
        lazy=False,
    )
    return names


def _select(shown: pd.DataFrame, selection: Mapping[str, Any]) -> None:
    """Put the selected row's symbol into the URL, looked up in the frame that was displayed."""
    opened = url_state.symbol_in_address()
    chosen = [tables.selected_symbol(shown, [row]) for row, _ in selection["cells"]]
    chosen += [tables.selected_symbol(shown, [row]) for row in selection["rows"]]
    # Both kinds of selection last; what differs from the open symbol is what was clicked.
    url_state.open_symbol(next((symbol for symbol in chosen if symbol != opened), opened if chosen else None))
