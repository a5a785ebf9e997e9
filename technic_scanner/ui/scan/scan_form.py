"""The form that configures a scan: what to scan, which rows to keep, how to plan, how to run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from technic_scanner.domain.config import CONFIG_FIELDS, EXECUTORS, RunOptions, ScanConfig
from technic_scanner.domain.profiles import PROFILE_WEIGHTS, SUB_SCORES
from technic_scanner.domain.run import RunRecord
from technic_scanner.domain.universe import SourceInfo
from technic_scanner.ui.app.services import run_service, services
from technic_scanner.ui.scan import session_buttons
from technic_scanner.ui.scan.field_widgets import draw as field
from technic_scanner.ui.scan.field_widgets import draw_buttons, draw_choice, draw_date, draw_names, draw_weight
from technic_scanner.ui.scan.form_state import form_values, key, stage_key, stages_of, weight_key
from technic_scanner.ui.style.theme import stage_label

EDIT_HELP = "Opens the scan form filled in with the settings of this run."


def fill(config: ScanConfig, options: RunOptions) -> None:
    """Set every widget of the form; only before they are drawn, or in a callback."""
    for name, value in form_values(config, options).items():
        st.session_state[name] = value


def fill_as_run(record: RunRecord) -> None:
    """Set them to what a run scanned; the symbols of its watchlists are those of the lists, not of the form."""
    fill(services().watchlists.lookup.as_asked(record.config), record.options)


def prepare() -> None:
    """Give every widget of the form a first value, keeping what is there."""
    for name, value in form_values(ScanConfig(), RunOptions()).items():
        st.session_state.setdefault(name, value)


def draw(
    sources: Sequence[SourceInfo],
    executors: Sequence[str] = EXECUTORS,
    watchlists: Sequence[str] = (),
    *,
    below_symbols: Callable[[], None] = lambda: None,
) -> DeltaGenerator:
    """Draw the whole form, whose values ``form_state`` reads from the session; return the place for its start.

    ``below_symbols`` draws what was understood of the list of symbols.
    """
    source = next((source for source in sources if source.name == st.session_state[key("source")]), None)
    left, middle, right = st.columns(3)
    with left.container(border=True, height="stretch"):
        _what_to_scan(sources, source, watchlists)
        below_symbols()
    with middle.container(border=True, height="stretch"):
        _which_rows(source)
    with right.container(border=True):
        _how_to_plan()
    # Its key keeps it open where the description of a chosen preset moves it.
    with st.expander("Advanced: history, weights and execution", key="advanced_settings"):
        _advanced(executors)
    return right.container(border=True, height="stretch", vertical_alignment="distribute")


def _what_to_scan(sources: Sequence[SourceInfo], source: SourceInfo | None, watchlists: Sequence[str]) -> None:
    st.markdown("**What to scan**")
    labels = {info.name: info.label for info in sources}
    draw_choice(
        st,
        "source",
        labels,
        format_func=lambda name: labels.get(name, f"{name} (not available here)"),
        on_change=_forget_universe,
    )
    universe, limit = st.columns([3, 2])
    draw_choice(
        universe,
        "universe",
        source.universes if source else (),
        index=None,
        placeholder=source.universes[0] if source and source.universes else "default",
        accept_new_options=True,
    )
    field(limit, "max_symbols")
    for name in ("sectors", "industry_contains"):
        field(st, name)
    draw_names(st, "watchlists", watchlists)
    st.text_area(
        CONFIG_FIELDS["symbols"].title,
        key=key("symbols"),
        height=72,
        placeholder="All symbols; or paste a list: AAPL, MSFT, XOM",
        help=f"Separated by spaces, commas or lines. {CONFIG_FIELDS['symbols'].spec.help}",
        persist_state="session",
    )


def _which_rows(source: SourceInfo | None) -> None:
    st.markdown("**Which rows to keep**")
    draw_buttons(st, "direction")
    field(st, "strategy_profile_name")
    for names in (("min_price", "min_dollar_volume"), ("min_tech_rating", "top_n")):
        for column, name in zip(st.columns(2), names, strict=True):
            field(column, name)
    first, last = (source.first_session, source.last_session) if source else (None, None)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        draw_date(st, "as_of_date", first, last)
        session_buttons.draw()


def _how_to_plan() -> None:
    st.markdown("**How to plan a position**")
    for names in (
        ("account_size", "risk_pct"),
        ("account_currency", "currency_rates"),
        ("target_rr", "max_position_pct"),
        ("position_sizing", "total_risk_pct"),
    ):
        for column, name in zip(st.columns(2), names, strict=True):
            field(column, name)
    field(st, "sector_neutral")


def _advanced(executors: Sequence[str]) -> None:
    history, execution = st.columns(2)
    for name in ("lookback_sessions", "max_lag_sessions", "reference", "industries", "subindustries"):
        field(history, name)
    with execution:
        _execution(executors)
    st.markdown("**Sub-score weights** – an empty field takes the weight of the strategy profile")
    base = dict(zip(SUB_SCORES, PROFILE_WEIGHTS[st.session_state[key("strategy_profile_name")]], strict=True))
    for column, name in zip(st.columns(len(SUB_SCORES)), SUB_SCORES, strict=True):
        label, placeholder = name.capitalize(), f"{base[name]:.3f}"
        draw_weight(column, "profile_weights", weight_key(name), label, value=None, placeholder=placeholder)
    st.markdown("**Stage weights** – the share of each stage in the weighted progress; they sum to 1")
    stages = stages_of(st.session_state)
    for column, name in zip(st.columns(len(stages)), stages, strict=True):
        draw_weight(column, "stage_plan", stage_key(name), stage_label(name))


def _execution(executors: Sequence[str]) -> None:
    executor, workers = st.columns(2)
    draw_choice(executor, "executor", executors)
    field(workers, "workers")
    if st.session_state[key("executor")] == "dask":
        field(st, "scheduler", placeholder="Starts a cluster here; or tcp://host:8786")
    for column, name in zip(st.columns(3), ("chunk_size", "fetch_batch_size", "event_interval_seconds"), strict=True):
        field(column, name)
    field(st, "refresh")


def _forget_universe() -> None:
    st.session_state[key("universe")] = None


def known_sources() -> tuple[SourceInfo, ...]:
    """Return the sources that this installation can scan."""
    return run_service().sources()


def known_watchlists() -> tuple[str, ...]:
    """Return the names of the watchlists."""
    return tuple(watchlist.name for watchlist in services().watchlists.all())


def known_executors() -> tuple[str, ...]:
    """Return the names of the executors that this installation offers."""
    return tuple(info.name for info in run_service().executors())
