"""Draw the outcome page's filters, which are bound to the URL, and return the query of their values."""

from __future__ import annotations

import streamlit as st

from technic_scanner.domain.config import DIRECTIONS, STRATEGY_PROFILES
from technic_scanner.domain.sectors import GICS_SECTORS
from technic_scanner.runs.performance.performance_query import PerformanceQuery
from technic_scanner.screening.pick_returns import HORIZONS
from technic_scanner.screening.regime import REGIMES
from technic_scanner.ui.app.services import run_service

TIERS = ("core", "satellite")
_GROUPS = {"Terciles": 3, "Quintiles": 5, "Deciles": 10}


def draw() -> PerformanceQuery:
    """Draw the filters and return their query."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        horizon = st.segmented_control(
            "Sessions after the as-of date", HORIZONS, default=21, key="o_horizon", required=True, bind="query-params"
        )
        source = st.selectbox(
            "Source",
            [source.name for source in run_service().sources()],
            index=None,
            key="o_source",
            bind="query-params",
            placeholder="All",
            width=150,
        )
        universe = st.text_input(
            "Universe", key="o_universe", bind="query-params", placeholder="all", help="The name of one.", width=140
        )
        direction = st.selectbox(
            "Direction",
            DIRECTIONS,
            index=None,
            key="o_direction",
            bind="query-params",
            placeholder="most runs",
            help="Runs that pick longs, shorts or both are never pooled.",
            width=130,
        )
        since = st.date_input(
            "As of, from", value=None, key="o_since", bind="query-params", format="YYYY-MM-DD", width=140
        )
        until = st.date_input(
            "As of, to", value=None, key="o_until", bind="query-params", format="YYYY-MM-DD", width=140
        )
        top = st.number_input(
            "Top ranks only", value=None, min_value=1, key="o_top", bind="query-params", placeholder="all", width=140
        )
        cost = st.number_input(
            "Trading cost, bps",
            min_value=0.0,
            max_value=500.0,
            value=PerformanceQuery().cost_bps,
            step=5.0,
            key="o_cost",
            bind="query-params",
            help="Hundredths of a per cent of each amount bought or sold. Applies to the equity curve only.",
            width=150,
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        profiles = st.multiselect(
            "Profiles", STRATEGY_PROFILES, key="o_profiles", bind="query-params", placeholder="All", width=200
        )
        sectors = st.multiselect(
            "Sectors", GICS_SECTORS, key="o_sectors", bind="query-params", placeholder="All", width=220
        )
        tiers = st.multiselect("Tiers", TIERS, key="o_tiers", bind="query-params", placeholder="All", width=180)
        regimes = st.multiselect("Regimes", REGIMES, key="o_regimes", bind="query-params", placeholder="All", width=200)
        groups = st.segmented_control(
            "Score groups", list(_GROUPS), default="Quintiles", key="o_groups", required=True, bind="query-params"
        )
    return PerformanceQuery(
        source=source,
        universe=universe.strip() or None,
        direction=direction,
        profiles=tuple(profiles),
        sectors=tuple(sectors),
        tiers=tuple(tiers),
        regimes=tuple(regimes),
        since=since,
        until=until,
        horizon=horizon,
        top_n=top,
        cost_bps=cost,
        quantiles=_GROUPS[groups],
    )
