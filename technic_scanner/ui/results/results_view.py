"""Show the results of one run: key figures, market context, the filterable table, and the tabs below it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from technic_scanner.domain.run import STUDY, RunRecord
from technic_scanner.runs.market_facts import fact_text
from technic_scanner.runs.model import Rows, StoredResult
from technic_scanner.ui.app import notices, url_state
from technic_scanner.ui.results import (
    missing_view,
    no_results,
    result_data,
    result_exports,
    result_sections,
    result_table,
    result_tiles,
    row_choice,
)
from technic_scanner.ui.run import run_note
from technic_scanner.ui.scan import edit_button
from technic_scanner.ui.style import tables
from technic_scanner.ui.style.wording import count_text, escape, exchange_date, sentence

_HALF_PAGE = 520  # px; two of them fit into a window of 1280


def show(record: RunRecord) -> None:
    """Show one run's results."""
    if record.kind == STUDY:
        no_results.say_that_it_is_a_study(record)
        return
    which = row_choice.draw(record)
    stored = result_data.stored_result(record, which)
    everything = result_data.rows(record.run_id, record.attempt, which)
    _headline(record, stored)
    if record.error is not None:
        no_results.say_that_it_failed(record, record.error)
    if record.readable_config is not None:
        url_state.study_link(record.config)
    result_tiles.show(record, result_data.rows(record.run_id, record.attempt))
    _context(stored)
    if record.status.can_resume and record.error is None:
        _say_that_it_stopped(record, stored)
    if everything.empty:
        if not record.status.can_resume:
            _say_that_none_passed(record, stored)
        result_tiles.show_scan(record)
        result_sections.show_symbol(record, stored, everything, everything)
        missing_view.show(record, stored)
    else:
        shown = _rows_and_symbol(record, stored, everything, which)
        result_tiles.show_scan(record)
        result_sections.show(record, stored, everything, shown)


def _rows_and_symbol(record: RunRecord, stored: StoredResult, everything: pd.DataFrame, which: Rows) -> pd.DataFrame:
    """Show the table and, beside it or below it on a narrow page, the open symbol; return the filtered rows."""
    shown = result_table.filtered(record, everything)
    opened = url_state.symbol_in_address()
    # The table's place is the same with and without a symbol, so that it keeps its scroll position and the focus.
    grid = st.grid(2, min_column_width=_HALF_PAGE, key="r_table_and_symbol")
    with grid.cell(column_span="all" if opened is None else 1):
        result_table.show(record, stored, everything, shown, which)
    if opened is not None:
        with grid.cell():
            result_sections.show_symbol(record, stored, everything, shown)
    return shown


def _say_that_none_passed(record: RunRecord, stored: StoredResult) -> None:
    if record.metrics is not None and record.metrics.symbols_rejected == 0 < record.metrics.symbols_failed:
        advice, title = "Scan again when the source has data for them.", "No symbol had usable bars"
    else:
        advice, title = "Relax the filters and scan again.", "No symbol passed"
    st.info(f"{escape(sentence(stored.status_text))} {advice}", title=title)
    edit_button.draw(record, "r_change", "Change this scan")


def _say_that_it_stopped(record: RunRecord, stored: StoredResult) -> None:
    metrics, picks = record.metrics, stored.table.num_rows
    text = escape(sentence(stored.status_text))
    if metrics is not None and metrics.symbols_scanned:
        scanned, attempted = metrics.symbols_scanned, count_text(metrics.symbols_attempted, "symbol")
        ranks = "; ranks compare only those" if picks else ""
        text = f"{scanned:,} of {attempted} were scanned before the run stopped{ranks}."
    title = "Picks of a run that stopped early" if picks else "The run stopped before any symbol passed"
    st.info(f"{text} Open the run to resume it.", title=title)
    url_state.link(url_state.SCAN_PAGE, "Open the run", run=record.run_id)


def _headline(record: RunRecord, stored: StoredResult) -> None:
    parts = [f"**{escape(stored.source_label)}**"]
    if stored.as_of is not None:
        parts.append(f"as of {exchange_date(stored.as_of)}")
    if record.error is None:
        parts.append(escape(stored.status_text))
    run_note.show(record)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(" · ".join(parts), width="content")
        run_note.form(record)
        edit_button.draw(record, "r_edit")
        result_exports.draw(record, stored)


def _context(stored: StoredResult) -> None:
    context = stored.context
    notes = stored.all_notes
    if not notes and not context.facts:
        return
    notices.warn_of_old_data(stored.notes)
    # How the market affects this scan and how many rows have a signal must be visible without a click.
    if context.notes:
        st.caption(escape(" ".join(context.notes[:2])))
    title = f"Market: trend {escape(context.regime_trend)}, volatility {escape(context.regime_volatility)}"
    title += f" · {count_text(len(notes), 'note')} on data and method"
    # The content is sent only when the expander is open; otherwise every browser that loads the page would build it.
    details = st.expander(title, key="r_context", on_change="rerun")
    if not details.open:
        return
    with details:
        if not context.facts:
            _notes(notes)
            return
        facts, words = st.columns([2, 3])
        facts.dataframe(
            pd.DataFrame(
                [(name, fact_text(name, value)) for name, value in context.facts], columns=["Market", "Value"]
            ),
            hide_index=True,
            height=tables.height(len(context.facts), 320),
            placeholder="–",
            alt="Market context of the scan; an empty cell means unknown",
        )
        with words:
            _notes(notes)


def _notes(notes: Sequence[str]) -> None:
    st.markdown("\n".join(f"- {escape(note)}" for note in notes))
