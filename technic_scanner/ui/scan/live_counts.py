"""Count on the cached bars how many symbols meet each row and all of them, while criteria are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import streamlit as st

from technic_scanner.criteria.rows import Rows, item_text, rows_of
from technic_scanner.criteria.rows.counting import Count, counts
from technic_scanner.errors import TechnicError
from technic_scanner.ui.app.services import services
from technic_scanner.ui.scan import form_state
from technic_scanner.ui.scan.builder_state import Node, item_of
from technic_scanner.ui.style.wording import count_text, exchange_date, sentence


@dataclass(frozen=True)
class Live:
    """Counts by the number of a row or group; of how many symbols, and of which session. ``why``: there are none."""

    by_node: Mapping[int, Count | None] = field(default_factory=dict)
    whole: Count | None = None
    symbols: int = 0
    asked: int = 0
    session: date | None = None
    why: str = ""


def of_rows(root: Node, rows: Rows) -> Live:
    """Return the counts of every row and group of the page, and of all together."""
    texts = {node.number: item_text(item_of(node, st.session_state)) for node in root.walk()}
    return _counted(texts, item_text(rows.group), rows.before)


def of_text(text: str) -> Live:
    """Return the count of a text that has no fault."""
    rows = rows_of(text)
    return _counted({}, item_text(rows.group), rows.before)


def _counted(texts: Mapping[int, str], whole: str, before: str) -> Live:
    try:
        held = services().cached_panels.read(form_state.config_of(st.session_state))
    except TechnicError as error:
        return Live(why=sentence(str(error)))
    symbols = len(held.panel.symbols)
    if not symbols:
        return Live(asked=held.asked, why="No bars are cached yet: the first scan of these symbols fetches them.")
    *found, all_of_them = counts([*texts.values(), whole], held.panel, before)
    return Live(dict(zip(texts, found, strict=True)), all_of_them, symbols, held.asked, held.session)


def summary(live: Live, top: int | None = None) -> str:
    """Return the sentence on all rows together."""
    if live.why:
        return live.why
    if live.whole is None:
        return "There is nothing to count yet."
    of_all = f" of {live.symbols:,}" + (
        f" ({live.asked - live.symbols:,} are not cached)" if live.asked > live.symbols else ""
    )
    verb = "matches" if live.whole.true == 1 else "match"
    session = f"{exchange_date(live.session)}, the newest cached session"
    said = [f"**{count_text(live.whole.true, 'symbol')}**{of_all} {verb} on {session}."]
    if top is not None and live.whole.true > top:
        said.append(f"The first {top:,} are kept.")
    if live.whole.only_in_scan:
        said.append("Scores and signals are known in a scan only.")
    elif live.whole.unknown:
        said.append(f"Unknown for {live.whole.unknown:,}.")
    return " ".join(said)


def of_row(live: Live, number: int) -> str:
    """Return the count beside a row."""
    count = live.by_node.get(number)
    if count is None:
        return "–"
    return "in a scan" if count.only_in_scan and not count.true else f"{count.true:,}"
