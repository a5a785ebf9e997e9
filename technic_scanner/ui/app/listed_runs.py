"""List the runs that a page offers to choose from, with filters by any column behind a button."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from technic_scanner.domain.run import RunRecord
from technic_scanner.errors import TechnicError
from technic_scanner.runs.model import RunQuery
from technic_scanner.ui.app import notices, run_filters
from technic_scanner.ui.app.services import run_service

LISTED, _PASSING = 50, 200


def newest(usable: Callable[[RunRecord], bool]) -> list[RunRecord]:
    """Return those of the newest runs that can be chosen."""
    return [record for record in run_service().list(RunQuery(limit=LISTED)).records if usable(record)]


def beside_filters(
    prefix: str, usable: Callable[[RunRecord], bool], recent: Sequence[RunRecord]
) -> tuple[DeltaGenerator, list[RunRecord]]:
    """Draw the button; return the place of the list beside it, and the runs to list.

    They are those that pass the filters and can be chosen, without filters the ``recent`` ones. ``prefix`` is as in
    ``run_filters.draw``.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        place = st.container()
        with st.popover("Filter runs…", key=f"{prefix}_filters"):
            filters = run_filters.draw(prefix)
            st.caption("Compares what the column shows on History: > 5, = long, != dask, or a part of the text.")
    if not run_filters.are_set(filters):
        return place, list(recent)
    try:
        found = run_filters.passing(RunQuery(), filters)
    except TechnicError as error:
        notices.show_error(error)
        return place, []
    st.caption(f"{found.sentence()} the filters.")
    return place, [record for record in found.records if usable(record)][:_PASSING]
