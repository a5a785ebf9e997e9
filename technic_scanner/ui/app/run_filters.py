"""Filter runs by any of their columns: on History, and where Results and Compare choose runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from technic_scanner.domain.run import RunRecord
from technic_scanner.runs.model import RunQuery
from technic_scanner.ui.app import beside_runs, column_filters
from technic_scanner.ui.app.run_columns import NAMES, runs_frame
from technic_scanner.ui.app.services import run_service
from technic_scanner.ui.style.wording import count_text

LOOKED_AT, _PAGE = 2_000, 200


@dataclass(frozen=True, slots=True)
class Passing:
    """Runs that pass, newest first, of the newest ``looked_at`` runs; ``more``: older runs were not looked at."""

    records: tuple[RunRecord, ...]
    looked_at: int
    more: bool

    def sentence(self) -> str:
        """Say how many pass, without a full stop."""
        newest = f" the newest {LOOKED_AT:,} of" if self.more else ""
        return f"{count_text(len(self.records), 'run')} of{newest} {count_text(self.looked_at, 'run')} pass"


def draw(prefix: str) -> dict[str, str]:
    """Draw the choice of columns and a text for each; return the texts by column.

    The keys of the widgets, which are also their names in the address, begin with ``prefix``.
    """
    chosen = st.multiselect(
        "Filter by", NAMES, key=_chosen(prefix), bind="query-params", placeholder="any column", width=240
    )
    return {
        name: st.text_input(
            name, key=_text(prefix, name), placeholder="> 5, = long, text", bind="query-params", width=150
        )
        for name in chosen
    }


def texts(prefix: str) -> dict[str, str]:
    """Return the same from the session, for a callback."""
    state = st.session_state
    return {name: state.get(_text(prefix, name)) or "" for name in state[_chosen(prefix)]}


def clear(prefix: str) -> None:
    """Choose no column; call it from a callback, before the widgets are drawn."""
    st.session_state[_chosen(prefix)] = []


def are_set(filters: Mapping[str, str]) -> bool:
    """Return whether a filter has a text."""
    return any(text.strip() for text in filters.values())


def passing(query: RunQuery, filters: Mapping[str, str]) -> Passing:
    """Return those of the newest runs that pass; what columns show is not in the store's index.

    Raises ConfigError that names every filter that cannot be used.
    """
    records: list[RunRecord] = []
    cursor: str | None = None
    while len(records) < LOOKED_AT:
        page = run_service().list(replace(query, cursor=cursor, limit=_PAGE))
        records += page.records
        cursor = page.next_cursor
        if cursor is None:
            break
    names = tuple(filters)
    keep = column_filters.passing(runs_frame(records, names, beside_runs.read(records, names)), filters)
    found = tuple(record for record, passes in zip(records, keep, strict=True) if passes)
    return Passing(found, len(records), cursor is not None)


def _chosen(prefix: str) -> str:
    return f"{prefix}_filtered"


def _text(prefix: str, name: str) -> str:
    return f"{prefix}_f_{name}"
