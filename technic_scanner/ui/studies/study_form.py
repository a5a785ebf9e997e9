"""Draw the fields of a study, which are bound to the URL, and return its request; without criteria, say what to do."""

from __future__ import annotations

from datetime import date

import streamlit as st

from technic_scanner.criteria import CriteriaError
from technic_scanner.criteria.shipped import SHIPPED_SCANS
from technic_scanner.domain.run import RunRecord
from technic_scanner.domain.study_terms import StudyTerms
from technic_scanner.runs.studies.faults import readable
from technic_scanner.studies.holdout import MOST_MONTHS
from technic_scanner.studies.request import StudyRequest
from technic_scanner.studies.result import COST_BPS, EVERY, FIRST
from technic_scanner.ui.app.services import run_service
from technic_scanner.ui.style.wording import count_text

WHERE = "s_where"
_FILLED = "s_filled"
_ONE, _MANY = "Study", "Parameter study"
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2100, 1, 1)
_ENTRIES = {FIRST: "Where they become true", EVERY: "Every session in which they are true"}


def chosen(*, opened: bool) -> bool:
    """Let the viewer choose between one study and a parameter study, which is at first chosen if one is ``opened``."""
    kind = st.segmented_control(
        "What is studied",
        [_ONE, _MANY],
        default=_MANY if opened else _ONE,
        key="s_kind",
        required=True,
        bind="query-params",
        label_visibility="collapsed",
    )
    return bool(kind == _MANY)


def draw(*, sweeps: bool = False) -> StudyRequest | None:
    """Draw the fields; return the request, None where the criteria are missing or have faults.

    ``sweeps``: of a parameter study, which opens no holdout.
    """
    st.selectbox(
        "Start from a shipped scan",
        [scan.name for scan in SHIPPED_SCANS],
        index=None,
        key="s_shipped",
        placeholder="Choose one, or write your own below",
        on_change=_take_shipped,
    )
    where = st.text_area(
        "Criteria", key=WHERE, bind="query-params", height=100, placeholder="rsi(14) < 30 and close > sma(close, 200)"
    )
    request = _fields(where, sweeps=sweeps)
    if not where.strip():
        st.info(
            "Write criteria above, or choose a shipped scan. The study then shows every past session in which they "
            "would have found something, and what followed.",
            title="Nothing to study yet",
        )
        return None
    try:
        readable(where)
    except CriteriaError as error:
        st.error("Correct the criteria:", title=count_text(len(error.places), "fault"))
        st.code(error.shown(), language=None)
        return None
    return request


def fill(record: RunRecord) -> None:
    """Fill the form with what a parameter study was asked, as far as it is not in the address."""
    terms, config = record.study or StudyTerms(), record.config
    values = {
        WHERE: config.criteria,
        "s_source": config.source,
        "s_universe": config.universe or "",
        "s_from": terms.start,
        "s_to": terms.end,
        "s_entry": terms.entry,
        "s_cost": terms.cost_bps,
        "s_holdout": terms.holdout_months,
    }
    for name, value in values.items():
        if name not in st.query_params:
            st.session_state[name] = value
    st.session_state[_FILLED] = True


def address_of(record: RunRecord, where: str) -> dict[str, str]:
    """Return the parts of the address that fill the form: other criteria on the terms of a parameter study."""
    terms, config = record.study or StudyTerms(), record.config
    parts = {
        WHERE: where,
        "s_source": config.source,
        "s_universe": config.universe,
        "s_from": terms.start,
        "s_to": terms.end,
        "s_entry": None if terms.entry == FIRST else _ENTRIES[terms.entry],
        "s_cost": None if terms.cost_bps == COST_BPS else terms.cost_bps,
        "s_holdout": terms.holdout_months,
    }
    return {name: str(value) for name, value in parts.items() if value is not None}


def _take_shipped() -> None:
    texts = {scan.name: scan.text for scan in SHIPPED_SCANS}
    chosen = st.session_state.get("s_shipped")
    if chosen in texts:
        st.session_state[WHERE] = texts[chosen]


def _fields(where: str, *, sweeps: bool) -> StudyRequest:
    sources = [source.name for source in run_service().sources()]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        source = st.selectbox("Source", sources, key="s_source", bind="query-params", width=150)
        universe = st.text_input(
            "Universe", key="s_universe", bind="query-params", placeholder="the default one", width=160
        )
        start, end = _day("From", "s_from"), _day("To", "s_to")
        entry = st.selectbox(
            "An entry is",
            list(_ENTRIES),
            format_func=_ENTRIES.__getitem__,
            key="s_entry",
            bind="query-params",
            width=290,
        )
        cost = st.number_input(
            "Trading cost, bps",
            min_value=0.0,
            max_value=500.0,
            # Streamlit warns of a default value beside one that the session was just given.
            value="min" if st.session_state.pop(_FILLED, False) else COST_BPS,
            step=5.0,
            key="s_cost",
            bind="query-params",
            help="Hundredths of a per cent of each amount bought or sold.",
            width=150,
        )
        months = st.number_input(
            "Hold out, months",
            value=None,
            min_value=1,
            max_value=MOST_MONTHS,
            key="s_holdout",
            bind="query-params",
            placeholder="none",
            help="The newest months are left out of the study, for a test that is made once.",
            width=150,
        )
        opened = st.toggle(
            "Open them",
            key="s_opened",
            disabled=months is None or sweeps,
            help="Study the months that are held out, and nothing else. When it was done first is remembered.",
        )
    return StudyRequest(
        where=where,
        source=source,
        universe=universe.strip() or None,
        start=start,
        end=end,
        entry=entry,
        cost_bps=cost,
        holdout_months=months,
        open_holdout=bool(opened and months and not sweeps),
    )


def _day(label: str, key: str) -> date | None:
    # Without bounds of its own the field takes the last ten years only.
    day: date | None = st.date_input(
        label,
        value=None,
        min_value=_FIRST_DAY,
        max_value=_LAST_DAY,
        key=key,
        bind="query-params",
        format="YYYY-MM-DD",
        width=140,
    )
    return day
