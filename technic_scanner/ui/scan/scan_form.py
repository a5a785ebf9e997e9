"""The form that configures a scan: what to scan, which rows to keep, how to plan, how to run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from technic_scanner.domain.config import DIRECTIONS, STRATEGY_PROFILES, RunOptions, ScanConfig
from technic_scanner.domain.sectors import GICS_SECTORS
from technic_scanner.domain.universe import SourceInfo
from technic_scanner.screening.scoring import PROFILE_WEIGHTS, SUB_SCORES
from technic_scanner.ui.app.services import run_service
from technic_scanner.ui.scan.form_state import ALL_PICKS, form_values, key
from technic_scanner.ui.style.theme import stage_label

# What no other field and no count depends on waits in the browser until something else is pressed.
_WAITS: dict[str, Any] = {"on_change": "ignore", "persist_state": "session"}
_REACTS: dict[str, Any] = {"persist_state": "session"}


def fill(config: ScanConfig, options: RunOptions) -> None:
    """Set every widget of the form; only before they are drawn, or in a callback."""
    for name, value in form_values(config, options).items():
        st.session_state[name] = value


def prepare() -> None:
    """Give every widget of the form a first value, keeping what is there."""
    for name, value in form_values(ScanConfig(), RunOptions()).items():
        st.session_state.setdefault(name, value)


def draw(sources: Sequence[SourceInfo]) -> DeltaGenerator:
    """Draw the whole form, whose values ``form_state`` reads from the session; return the place for its start."""
    source = _chosen(sources)
    left, middle, right = st.columns(3)
    with left.container(border=True, height="stretch"):
        _what_to_scan(sources, source)
    with middle.container(border=True, height="stretch"):
        _which_rows(source)
    with right.container(border=True):
        _how_to_plan()
    # Its key keeps it open where the description of a chosen preset moves it.
    with st.expander("Advanced: history, weights and how the run is executed", key="advanced_settings"):
        _advanced()
    return right.container(border=True, height="stretch", vertical_alignment="distribute")


def _chosen(sources: Sequence[SourceInfo]) -> SourceInfo | None:
    return next((source for source in sources if source.name == st.session_state[key("source")]), None)


def _what_to_scan(sources: Sequence[SourceInfo], source: SourceInfo | None) -> None:
    st.markdown("**What to scan**")
    labels = {info.name: info.label for info in sources}
    names = _with_current([info.name for info in sources], st.session_state[key("source")])
    st.selectbox(
        "Source",
        names,
        format_func=lambda name: labels.get(name, f"{name} (not available here)"),
        key=key("source"),
        on_change=_forget_universe,
        **_REACTS,
    )
    universes = _with_current(list(source.universes) if source else [], *_set(st.session_state[key("universe")]))
    universe, most = st.columns([3, 2])
    universe.selectbox(
        "Universe",
        universes,
        index=None,
        key=key("universe"),
        placeholder=_default(source),
        accept_new_options=True,
        help="Choose one or type a name; made-up data takes symbols x sessions, such as 8000x1260.",
        **_REACTS,
    )
    most.number_input("Max. symbols", min_value=1, max_value=100_000, step=100, key=key("max_symbols"), **_REACTS)
    sectors = _with_current(list(GICS_SECTORS), *st.session_state[key("sectors")])
    st.multiselect("Sectors", sectors, key=key("sectors"), placeholder="All sectors", **_REACTS)
    st.text_input(
        "Industry contains",
        key=key("industry_contains"),
        placeholder="any; for example: software",
        **_REACTS,
    )
    st.text_area(
        "Only these symbols",
        key=key("symbols"),
        height=72,
        placeholder="all; or paste a watchlist: AAPL, MSFT, XOM",
        help="Separated by spaces, commas or lines. Symbols unknown to the universe are listed with the result.",
        **_REACTS,
    )


def _which_rows(source: SourceInfo | None) -> None:
    st.markdown("**Which rows to keep**")
    st.segmented_control(
        "Direction", DIRECTIONS, format_func=str.capitalize, key=key("direction"), required=True, **_WAITS
    )
    st.selectbox(
        "Strategy profile", STRATEGY_PROFILES, format_func=stage_label, key=key("strategy_profile_name"), **_REACTS
    )
    price, volume = st.columns(2)
    price.number_input("Min. price", min_value=0.0, step=0.5, format="%.2f", key=key("min_price"), **_WAITS)
    volume.number_input(
        "Min. dollar volume",
        min_value=0.0,
        step=50_000.0,
        format="%.0f",
        key=key("min_dollar_volume"),
        help="Mean of close × volume over the last 20 sessions.",
        **_WAITS,
    )
    rating, top = st.columns(2)
    rating.number_input(
        "Min. TechRating", min_value=0.0, max_value=100.0, step=5.0, format="%.0f", key=key("min_tech_rating"), **_WAITS
    )
    top.number_input(
        "Picks to plan",
        min_value=0,
        step=5,
        key=key("top_n"),
        help=f"{ALL_PICKS} plans every row that passes.",
        **_WAITS,
    )
    low, high = _session_bounds(source)
    st.date_input(
        "As of",
        value=None,
        min_value=low,
        max_value=high,
        key=key("as_of_date"),
        format="YYYY-MM-DD",
        help="The scan knows nothing after this session. Empty: the newest session.",
        **_WAITS,
    )


def _how_to_plan() -> None:
    st.markdown("**How to plan a position**")
    account, risk = st.columns(2)
    account.number_input("Account size", min_value=1.0, step=1_000.0, format="%.0f", key=key("account_size"), **_WAITS)
    risk.number_input(
        "Risk per position, %", min_value=0.01, max_value=100.0, step=0.25, format="%.2f", key=key("risk_pct"), **_WAITS
    )
    reward, cap = st.columns(2)
    reward.number_input(
        "Reward ÷ risk", min_value=0.1, max_value=100.0, step=0.5, format="%.1f", key=key("target_rr"), **_WAITS
    )
    cap.number_input(
        "Max. position, %",
        min_value=0.1,
        max_value=100.0,
        step=5.0,
        format="%.1f",
        key=key("max_position_pct"),
        help="Largest share of the account in one position.",
        **_WAITS,
    )
    st.toggle(
        "Score within sectors",
        key=key("sector_neutral"),
        help="AlphaScore compares a symbol with its own sector instead of with the whole scan.",
        **_WAITS,
    )


def _advanced() -> None:
    history, batches = st.columns(2)
    with history:
        st.number_input(
            "History, sessions", min_value=1, max_value=20_000, step=50, key=key("lookback_days"), **_REACTS
        )
        for name, label in (("industries", "Industries"), ("subindustries", "Sub-industries")):
            st.multiselect(
                label,
                st.session_state[key(name)],
                key=key(name),
                accept_new_options=True,
                placeholder="All; type a name and press Enter",
                **_REACTS,
            )
    with batches:
        _execution()
    st.markdown("**Weights of the six sub-scores** – empty fields take the profile's weight")
    base = dict(zip(SUB_SCORES, PROFILE_WEIGHTS[st.session_state[key("strategy_profile_name")]], strict=True))
    for column, name in zip(st.columns(len(SUB_SCORES)), SUB_SCORES, strict=True):
        column.number_input(
            name.capitalize(),
            value=None,
            min_value=0.0,
            step=0.05,
            placeholder=f"{base[name]:.3f}",
            key=key(f"weight_{name}"),
            **_WAITS,
        )
    st.markdown(
        "**Share of each stage in the weighted fraction** – they sum to 1; expected time is learned, not set here"
    )
    names = RunOptions().stage_plan.names
    for column, name in zip(st.columns(len(names)), names, strict=True):
        column.number_input(
            stage_label(name),
            min_value=0.0,
            max_value=1.0,
            step=0.05,
            format="%.3f",
            key=key(f"stage_{name}"),
            **_WAITS,
        )


def _execution() -> None:
    executor, workers = st.columns(2)
    names = _with_current([info.name for info in run_service().executors()], st.session_state[key("executor")])
    executor.selectbox("Executor", names, key=key("executor"), **_REACTS)
    workers.number_input(
        "Workers", value=None, min_value=1, max_value=1024, key=key("workers"), placeholder="one per core", **_REACTS
    )
    if st.session_state[key("executor")] == "dask":
        st.text_input(
            "Dask scheduler",
            value=None,
            key=key("scheduler"),
            placeholder="start one here; or tcp://host:8786",
            **_WAITS,
        )
    chunk, batch, interval = st.columns(3)
    chunk.number_input("Symbols per chunk", min_value=1, max_value=100_000, key=key("chunk_size"), **_WAITS)
    batch.number_input("Symbols per fetch", min_value=1, max_value=10_000, key=key("fetch_batch_size"), **_WAITS)
    interval.number_input(
        "Seconds per event", min_value=0.0, max_value=60.0, step=0.1, key=key("event_interval_seconds"), **_WAITS
    )
    st.toggle("Fetch newer bars of every symbol", key=key("refresh"), **_WAITS)


def _forget_universe() -> None:
    st.session_state[key("universe")] = None


def _default(source: SourceInfo | None) -> str:
    return source.universes[0] if source and source.universes else "default"


def _set(value: Any) -> tuple[Any, ...]:
    return () if value is None else (value,)


def _with_current(options: list[Any], *current: Any) -> list[Any]:
    """Return the options and, after them, values in use that are not among them (an old preset's, for example)."""
    return [*options, *(value for value in current if value not in options)]


def _session_bounds(source: SourceInfo | None) -> tuple[date | None, date | None]:
    """Return the sessions that may be chosen; no bounds when the present value is outside, which a widget refuses."""
    low = source.first_session if source else None
    high = source.last_session if source else None
    chosen = st.session_state[key("as_of_date")]
    inside = chosen is None or ((low is None or low <= chosen) and (high is None or chosen <= high))
    return (low, high) if inside else (None, None)


def known_sources() -> tuple[SourceInfo, ...]:
    """Return the sources that this installation can scan."""
    return run_service().sources()
