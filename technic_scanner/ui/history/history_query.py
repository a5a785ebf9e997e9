"""Draw the history page's filters, which are bound to the URL, and return the store query of their values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
_KEY_HELP = (
    "A run id (full or its last eight characters) or a config hash finds all runs with that config; as-of date, "
    "account, universe size, cache state and version may differ. A full comparability key finds only runs with the "
    "same size, cache state and version as well. The column “Comparable with” shows each run's key; its first 16 "
    "characters are the config hash."
)
_CRITERIA_HELP = "Finds the runs whose criteria hold this text, in any case: a field, a function or a whole condition."


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: the widget ``draw`` with its label and further arguments; ``empty`` is its value without effect."""

    draw: Callable[..., Any]
    label: str
    empty: Any
    arguments: Mapping[str, Any]


def _filters() -> tuple[dict[str, Filter], ...]:
    """Return the filters of each row of the page, by the key of their widget, which is also their name in the URL."""
    help_text = f"When the run was created: a day in {viewer_zone() or 'UTC'}."
    day = {"value": None, "format": "YYYY-MM-DD", "width": 140, "help": help_text}
    seconds = {"value": None, "min_value": 0.0, "width": 130}
    statuses = [status.value for status in RunStatus]
    sources = [source.name for source in run_service().sources()]
    return (
        {
            "h_status": Filter(st.multiselect, "Status", [], {"options": statuses, "placeholder": "All", "width": 260}),
            "h_source": Filter(
                st.selectbox, "Source", None, {"options": sources, "index": None, "placeholder": "All", "width": 150}
            ),
            "h_from": Filter(st.date_input, "From", None, day),
            "h_to": Filter(st.date_input, "To", None, day),
            "h_min": Filter(st.number_input, "Min. seconds", None, seconds),
            "h_max": Filter(st.number_input, "Max. seconds", None, seconds),
            "h_pinned": Filter(st.toggle, "Pinned only", False, {}),
        },
        {
            "h_text": Filter(st.text_input, "Label or run id", "", {"width": 260}),
            "h_criteria": Filter(
                st.text_input, "Criteria", "", {"placeholder": "rsi(14) < 30", "help": _CRITERIA_HELP, "width": 260}
            ),
            "h_key": Filter(
                st.text_input,
                "Same config as",
                "",
                {"placeholder": "run id, config hash or full key", "help": _KEY_HELP, "width": 260},
            ),
        },
    )


def draw() -> RunQuery:
    """Draw the filters and return their query, without a cursor."""
    values: dict[str, Any] = {}
    for row in _filters():
        with st.container(horizontal=True, vertical_alignment="bottom"):
            for key, one in row.items():
                values[key] = one.draw(one.label, key=key, bind="query-params", on_change=_first_page, **one.arguments)
    same_as = values["h_key"].strip() or None
    # Config hashes and run ids contain no dash; full comparability keys do.
    is_whole_key = same_as is not None and "-" in same_as
    return RunQuery(
        statuses=tuple(RunStatus(value) for value in values["h_status"]),
        source=values["h_source"],
        comparability_key=same_as if is_whole_key else None,
        same_config_as=None if is_whole_key else same_as,
        created_from=_midnight(values["h_from"]),
        created_to=_midnight(values["h_to"], days=1),
        min_seconds=values["h_min"],
        max_seconds=values["h_max"],
        pinned=True if values["h_pinned"] else None,
        text=values["h_text"].strip() or None,
        criteria=values["h_criteria"].strip() or None,
        limit=PAGE_ROWS,
    )


def only_like(key: str) -> None:
    """Filter by a config hash or a comparability key; call it from a callback, before the widgets are drawn."""
    st.session_state["h_key"] = key
    _first_page()


def clear() -> None:
    """Empty all filters; call it from a callback, before the widgets are drawn. The URL follows the bound widgets."""
    for row in _filters():
        for key, one in row.items():
            st.session_state[key] = one.empty
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
