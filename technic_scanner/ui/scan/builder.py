"""Draw criteria as rows of field, operator and value in groups, with a count beside each."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from technic_scanner.criteria.fields import LABELS, NAMED, PRICES, SCAN_NUMBERS, SUB_SCORE_FIELDS
from technic_scanner.criteria.rows import Formula, Row
from technic_scanner.criteria.rows.model import AND, FOR, IN, NOT_IN, OR, WITHIN, values_of
from technic_scanner.domain.sectors import GICS_SECTORS
from technic_scanner.ui.scan import criteria_state, live_counts
from technic_scanner.ui.scan.builder_state import Node, item_of, operators_of, widget_values
from technic_scanner.ui.scan.live_counts import Live

Place = Any
# What a row begins with; any other number of the language can be typed.
_READY = (
    *("rsi(14)", "sma(close, 20)", "sma(close, 50)", "sma(close, 200)", "ema(close, 21)", "sma(volume, 20)"),
    *("highest(high, 252)[1]", "lowest(low, 252)[1]", "highest(high, 20)[1]", "roc(close, 5)", "roc(close, 21)"),
    *("roc(close, 126)", "atr(14) / close", "adx(14)", "mfi(14)", "close * volume", "weekly.close", "weekly.rsi(14)"),
    *("rank(roc(close, 126))", "close / market.close"),
)
FIELDS: tuple[str, ...] = (*PRICES, *_READY, *NAMED, *LABELS, *SUB_SCORE_FIELDS, *SCAN_NUMBERS)
_JOINTS = {AND: "all of these", OR: "any of these"}
_HELD = {"": "in the newest bar", WITHIN: "within the last", FOR: "for the last"}
_COLLAPSED: dict[str, Any] = {"label_visibility": "collapsed"}


def draw() -> Live:
    """Draw the rows of the form's criteria; return the counts."""
    sheet = criteria_state.sheet()
    live = live_counts.of_rows(sheet.root, criteria_state.rows())
    _group(sheet.root, live, "", top=True)
    _around()
    return live


def _group(node: Node, live: Live, path: str, *, top: bool = False) -> None:
    _prepare(node)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.segmented_control(
            f"How the rows of group {path or '1'} are joined",
            list(_JOINTS),
            format_func=_JOINTS.__getitem__,
            key=node.key("joint"),
            on_change=criteria_state.follow_rows,
            required=True,
            **_COLLAPSED,
        )
        if not top:
            _count(node, live)
            _remove(node, f"group {path}")
    for place, child in enumerate(node.children, 1):
        name = f"{path}.{place}" if path else str(place)
        if child.is_group:
            with st.container(border=True, gap="xsmall"):
                _group(child, live, name)
        else:
            _one(child, live, name)
    with st.container(horizontal=True):
        for kind, label in (("row", "Add row"), ("group", "Add group"), ("formula", "Add formula")):
            st.button(
                f"{label} to group {path}" if path else label,
                key=node.key(f"add_{kind}"),
                on_click=partial(criteria_state.add, node.number, kind),
                type="tertiary",
            )


def _one(node: Node, live: Live, name: str) -> None:
    _prepare(node)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        if isinstance(node.item, Formula):
            st.text_input(
                f"Formula {name}",
                key=node.key("text"),
                on_change=criteria_state.follow_rows,
                placeholder="close > sma(close, 50) or gap > 4%",
                width="stretch",
                **_COLLAPSED,
            )
        else:
            _row(node, name)
        _count(node, live)
        _remove(node, f"row {name}")


def _row(node: Node, name: str) -> None:
    row = item_of(node, st.session_state)
    assert isinstance(row, Row)
    known = FIELDS if row.field in FIELDS or not row.field else (*FIELDS, row.field)
    changed: dict[str, Any] = {"on_change": criteria_state.follow_rows} | _COLLAPSED
    st.selectbox(
        f"Field of row {name}",
        known,
        index=None,
        key=node.key("field"),
        accept_new_options=True,
        placeholder="Field or formula",
        width=250,
        **changed,
    )
    st.session_state[node.key("operator")] = row.operator
    st.selectbox(f"Operator of row {name}", operators_of(row.field), key=node.key("operator"), width=140, **changed)
    _values(node, row, name, changed)
    st.selectbox(
        f"When row {name} holds", list(_HELD), format_func=_HELD.__getitem__, key=node.key("held"), width=170, **changed
    )
    if row.held:
        st.number_input(
            f"Bars of row {name}", min_value=1, max_value=1260, step=1, key=node.key("bars"), width=110, **changed
        )


def _values(node: Node, row: Row, name: str, changed: dict[str, Any]) -> None:
    if row.operator in {IN, NOT_IN}:
        options = list(dict.fromkeys((*(GICS_SECTORS if row.field.strip().lower() == "sector" else ()), *row.values)))
        st.multiselect(
            f"Values of row {name}",
            options,
            key=node.key("names"),
            accept_new_options=True,
            placeholder="Names",
            width=300,
            **changed,
        )
        return
    for place in ("value", "second")[: values_of(row.operator) or 0]:
        width = 184 if values_of(row.operator) == 1 else 130
        label = f"{'Value' if place == 'value' else 'Second value'} of row {name}"
        st.text_input(label, key=node.key(place), placeholder="30, 8%, 10m, sma(close, 50)", width=width, **changed)


def _prepare(node: Node) -> None:
    """Give the widgets of a node their first values, keeping what is there."""
    for key, value in widget_values(node).items():
        st.session_state.setdefault(key, value)


def _count(node: Node, live: Live) -> None:
    told = live_counts.of_row(live, node.number)
    st.markdown(f"**{told}** match" if told[:1].isdecimal() else told, width=92)


def _remove(node: Node, what: str) -> None:
    st.button(
        f"Remove {what}",
        key=node.key("remove"),
        on_click=partial(criteria_state.remove, node.number),
        type="tertiary",
    )


def _around() -> None:
    """Draw the lines before and after the condition, open where there are some."""
    filled = bool(st.session_state.get(criteria_state.BEFORE) or st.session_state.get(criteria_state.AFTER))
    with st.expander("Names, order and columns", expanded=filled, key="criteria_around"):
        st.text_area(
            "Names that rows may use, one a line: let width = 4 * stdev(close, 20)",
            key=criteria_state.BEFORE,
            on_change=criteria_state.follow_rows,
            height=68,
        )
        st.text_area(
            "Order of the picks and columns of your own, one a line: rank by volume top 25, show rsi(14)",
            key=criteria_state.AFTER,
            on_change=criteria_state.follow_rows,
            height=68,
        )
