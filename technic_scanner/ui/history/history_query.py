"""Draw the history page's filters, which are bound to the URL, and return the store query of their values."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.model import RunQuery
from technic_scanner.ui.app.services import run_service, viewer_zone

PAGE_ROWS = 50
DEPTHS: dict[str, int] = {"30": 30, "100": 100, "500": 500, "All": 100_000}
_CURSORS = "history_cursors"
_CLEARED: dict[str, Any] = {
    "h_status": [],
    "h_source": None,
    "h_from": None,
    "h_to": None,
    "h_min": None,
    "h_max": None,
    "h_pinned": False,
    "h_text": "",
    "h_key": "",
}
_STATUSES = [status.value for status in RunStatus]


def draw() -> RunQuery:
    """Draw the filters and return their query, without a cursor."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        statuses = st.multiselect(
            "Status",
            _STATUSES,
            key="h_status",
            bind="query-params",
            on_change=_first_page,
            placeholder="All",
            width=260,
        )
        source = st.selectbox(
            "Source",
            [source.name for source in run_service().sources()],
            index=None,
            key="h_source",
            bind="query-params",
            on_change=_first_page,
            placeholder="All",
            width=150,
        )
        start = st.date_input(
            "From", value=None, key="h_from", format="YYYY-MM-DD", bind="query-params", on_change=_first_page, width=140
        )
        end = st.date_input(
            "To", value=None, key="h_to", format="YYYY-MM-DD", bind="query-params", on_change=_first_page, width=140
        )
        least = st.number_input(
            "Min. seconds",
            value=None,
            min_value=0.0,
            key="h_min",
            bind="query-params",
            on_change=_first_page,
            width=130,
        )
        most = st.number_input(
            "Max. seconds",
            value=None,
            min_value=0.0,
            key="h_max",
            bind="query-params",
            on_change=_first_page,
            width=130,
        )
        pinned = st.toggle("Pinned only", key="h_pinned", bind="query-params", on_change=_first_page)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Label or run id",
            key="h_text",
            bind="query-params",
            on_change=_first_page,
            width=260,
        )
        key = st.text_input(
            "Same config as",
            key="h_key",
            bind="query-params",
            on_change=_first_page,
            placeholder="run id, config hash or full key",
            help=_KEY_HELP,
            width=260,
        )
    alike = key.strip() or None
    # Config hashes and run ids contain no dash; full comparability keys do.
    whole_key = alike is not None and "-" in alike
    return RunQuery(
        statuses=tuple(RunStatus(value) for value in statuses),
        source=source,
        comparability_key=alike if whole_key else None,
        same_config_as=None if whole_key else alike,
        created_from=_midnight(start),
        created_to=_midnight(end, days=1),
        min_seconds=least,
        max_seconds=most,
        pinned=True if pinned else None,
        text=text.strip() or None,
        limit=PAGE_ROWS,
    )


_KEY_HELP = (
    "A run id (full or its last eight characters) or a config hash finds all runs with that config; as-of date, "
    "account, universe size, cache state and version may differ. A full comparability key finds only runs with the "
    "same size, cache state and version as well. The column “Comparable with” shows each run's key; its first 16 "
    "characters are the config hash."
)


def only_like(key: str) -> None:
    """Filter by a config hash or a comparability key; call it from a callback, before the widgets are drawn."""
    st.session_state["h_key"] = key
    _first_page()


def clear() -> None:
    """Empty all filters; call it from a callback, before the widgets are drawn. The URL follows the bound widgets."""
    for key, value in _CLEARED.items():
        st.session_state[key] = value
    _first_page()


def cursor() -> str | None:
    """Return the cursor of the current page; None is the first page."""
    stack: list[str | None] = st.session_state.get(_CURSORS) or [None]
    return stack[-1]


def draw_paging(next_cursor: str | None) -> None:
    """Draw the buttons Newer and Older; pages are delimited by keys, so new runs do not shift a page."""
    stack = st.session_state.setdefault(_CURSORS, [None])
    if len(stack) == 1 and next_cursor is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Newer", key="h_newer", disabled=len(stack) == 1, on_click=stack.pop)
        st.button("Older", key="h_older", disabled=next_cursor is None, on_click=stack.append, args=(next_cursor,))
        st.caption(f"Page {len(stack)}")


def _first_page() -> None:
    st.session_state[_CURSORS] = [None]


def _midnight(day: date | None, days: int = 0) -> datetime | None:
    """Return the start of a day in the viewer's zone, as UTC."""
    if day is None:
        return None
    zone = ZoneInfo(viewer_zone() or "UTC")
    return (datetime.combine(day, time.min, tzinfo=zone) + timedelta(days=days)).astimezone(UTC)
