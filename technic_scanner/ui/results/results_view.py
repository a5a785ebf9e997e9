"""Show the results of one run: key figures, market context, the filterable table, and the tabs below it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from technic_scanner.domain.run import RunRecord
from technic_scanner.progress.text import format_percent, rate_text, seconds_text
from technic_scanner.runs.criteria_facts import own_columns
from technic_scanner.runs.model import Rows, StoredResult
from technic_scanner.runs.plan_sums import plan_sums
from technic_scanner.ui.app import url_state
from technic_scanner.ui.results import (
    changes_view,
    missing_view,
    no_results,
    result_data,
    result_exports,
    result_sections,
    row_choice,
    row_filters,
)
from technic_scanner.ui.run import run_summary
from technic_scanner.ui.scan import scan_form
from technic_scanner.ui.style import tables
from technic_scanner.ui.style.wording import count_text, escape, sentence, unreadable_text

ROWS_AT_ONCE = 500

_OLD_DATA = "The data are old:"  # how a source begins the note that its newest session is long past


def show(record: RunRecord) -> None:
    """Show one run's results."""
    which = row_choice.draw(record)
    stored = result_data.stored_result(record, which)
    everything = result_data.rows(record.run_id, record.attempt, which)
    _headline(record, stored)
    if record.error is not None:
        no_results.say_that_it_failed(record, record.error)
    _figures(record, len(result_data.rows(record.run_id, record.attempt)))
    _context(stored)
    if record.status.can_resume and record.error is None:
        _say_that_it_stopped(record, stored)
    if everything.empty:
        if not record.status.can_resume:
            _say_that_none_passed(record, stored)
        result_sections.show_symbol(record, stored, everything)
        missing_view.show(record, stored)
    else:
        shown = _table(record, stored, everything, which)
        result_sections.show(record, stored, everything, shown)


def _say_that_none_passed(record: RunRecord, stored: StoredResult) -> None:
    if record.metrics is not None and record.metrics.symbols_rejected == 0 < record.metrics.symbols_failed:
        advice, title = "Scan again when the source has data for them.", "No symbol had usable bars"
    else:
        advice, title = "Relax the filters and scan again.", "No symbol passed"
    st.info(f"{escape(sentence(stored.status_text))} {advice}", title=title)
    st.button(
        "Change this scan",
        key="r_change",
        on_click=_open_form,
        args=(record,),
        disabled=record.request_fault is not None,
        help=escape(unreadable_text(record)) or "Opens the scan form filled in with the settings of this run.",
    )


def _open_form(record: RunRecord) -> None:
    scan_form.fill(record.config, record.options)
    st.switch_page(url_state.SCAN_PAGE)


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
        parts.append(f"as of {stored.as_of.isoformat()}")
    if record.error is None:
        parts.append(escape(stored.status_text))
    left, right = st.columns([5, 2], vertical_alignment="center")
    left.markdown(" · ".join(parts))
    with right.container(horizontal=True, horizontal_alignment="right"):
        result_exports.draw(record, stored)


def _context(stored: StoredResult) -> None:
    context = stored.context
    notes = (*context.notes, *stored.notes)
    if not notes and not context.facts:
        return
    for note in stored.notes:
        if note.startswith(_OLD_DATA):
            st.warning(escape(note))
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
            pd.DataFrame(context.facts, columns=["Market", "Value"]),
            hide_index=True,
            height=tables.height(len(context.facts), 320),
            column_config={"Value": st.column_config.NumberColumn(format="%.3f")},
            alt="Market context of the scan; an empty cell means unknown",
        )
        with words:
            _notes(notes)


def _notes(notes: Sequence[str]) -> None:
    st.markdown("\n".join(f"- {escape(note)}" for note in notes))


def _figures(record: RunRecord, picks: int) -> None:
    metrics = record.metrics
    if metrics is None:
        return
    with st.grid(6, gap="small", min_column_width=130):
        st.metric("Picks", f"{picks:,}", border=True, height="stretch")
        st.metric("Scanned", f"{metrics.symbols_scanned:,}", border=True, height="stretch")
        st.metric(
            "Rejected",
            f"{metrics.symbols_rejected:,}",
            border=True,
            height="stretch",
            help=run_summary.REJECTED_HELP,
        )
        # Symbols that a stopped run had not reached have not failed.
        label = "Not evaluated" if record.status.can_resume else "Failed"
        st.metric(label, f"{metrics.symbols_failed:,}", border=True, height="stretch", help=_FAILED_HELP)
        st.metric(
            "Duration",
            seconds_text(metrics.total_seconds),
            border=True,
            height="stretch",
            help=f"{rate_text(metrics.symbols_per_second, 'symbols')} in the scanning stage",
        )
        st.metric(
            "Cache hits",
            "unknown" if metrics.cache_hit_rate is None else format_percent(metrics.cache_hit_rate),
            border=True,
            height="stretch",
        )


_FAILED_HELP = "Symbols without usable bars, or not reached before the run ended. Each is listed below with its reason."


def _table(record: RunRecord, stored: StoredResult, everything: pd.DataFrame, which: Rows) -> pd.DataFrame:
    """Show the rows with the open one selected; return those that pass the filters."""
    shown = row_filters.draw(record, everything)
    hint = "" if shown.empty else " Click a row to see its chart and reasons."
    st.caption(f"{count_text(len(shown), 'row')} of {len(everything):,}.{hint}")
    if (sums := plan_sums(stored.table)) is not None:
        st.caption(escape(sums.sentence(stored.readable_config)))
    symbol = url_state.symbol_in_address()
    if shown.empty:
        st.info("Relax the filters above to see rows again.", title="No row passes these filters")
        st.button("Clear filters", key="r_clear", on_click=row_filters.clear)
    else:
        drawn = _first(shown)
        _draw_rows(record, stored, drawn, which)
        if symbol is not None and symbol in set(everything["Symbol"]) - set(drawn["Symbol"]):
            st.caption(f"{escape(symbol)} is not in the rows shown.")
    return shown


def _first(shown: pd.DataFrame) -> pd.DataFrame:
    """Return the rows to draw, by default only the first: a browser needs seconds for thousands of rows with charts."""
    if len(shown) <= ROWS_AT_ONCE:
        return shown
    with st.container(horizontal=True, vertical_alignment="center"):
        everything = st.toggle(f"Show all {len(shown):,} rows", key="r_all", bind="query-params")
        if not everything:
            st.caption(f"The first {ROWS_AT_ONCE:,} rows are shown. Filters, charts and files cover all rows.")
    return shown if everything else shown.head(ROWS_AT_ONCE)


def _draw_rows(record: RunRecord, stored: StoredResult, shown: pd.DataFrame, which: Rows) -> None:
    view, shown = changes_view.choose(record, shown)
    # Of which source the rows are is not known of a config that cannot be read.
    config = stored.readable_config
    prices = (
        {} if config is None else result_data.spark_prices(record.run_id, record.attempt, which, config, stored.as_of)
    )
    position = tables.position_of(shown, url_state.symbol_in_address())
    # The key depends on the rows and their order: with a constant key a table keeps the selected position when its
    # rows change (streamlit #17026). The selection is then restored from the symbol.
    mark = tables.revision(record.run_id, record.attempt, *shown["Symbol"])
    own = own_columns(stored)
    wanted = tables.with_own(changes_view.column_names(view, whole=which is Rows.ALL), own)
    names = [name for name in wanted if name in shown or name in tables.DRAWN]
    st.dataframe(
        # Only the columns shown: all columns of 8,000 rows are more than twice as many bytes.
        tables.with_scores(tables.with_prices(shown, prices))[names],
        key=f"rows_{mark}",
        column_order=names,
        column_config=tables.column_settings(names) | changes_view.column_settings() | tables.own_settings(own),
        hide_index=True,
        placeholder="–",
        height=tables.height(len(shown), 420),
        on_select=lambda: _select(shown, f"rows_{mark}"),
        selection_mode="single-row",
        selection_default=None if position is None else {"selection": {"rows": [position]}},
        alt=f"{'Scanned rows' if which is Rows.ALL else 'Picks'} of run {record.run_id}, one row per symbol",
        lazy=False,
    )


def _select(shown: pd.DataFrame, key: str) -> None:
    """Put the selected row's symbol into the URL, looked up in the frame that was displayed."""
    url_state.open_symbol(tables.selected_symbol(shown, st.session_state[key]["selection"]["rows"]))
