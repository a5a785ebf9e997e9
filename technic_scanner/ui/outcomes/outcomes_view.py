"""Show how the picks of past runs performed afterwards, with n and intervals, or what is missing to tell."""

from __future__ import annotations

import streamlit as st

from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.exports.export import to_csv
from technic_scanner.runs.performance.judged_runs import JudgedRuns
from technic_scanner.runs.performance.performance_query import PerformanceQuery
from technic_scanner.runs.performance.performance_report import (
    GROUPS,
    PerformanceReport,
    limits_note,
)
from technic_scanner.screening.evidence import Interval
from technic_scanner.screening.pick_returns import EXIT_TEXTS, HORIZONS
from technic_scanner.ui.app import url_state
from technic_scanner.ui.app.services import run_service, services
from technic_scanner.ui.outcomes import outcome_charts, outcome_tables
from technic_scanner.ui.style import tables, theme
from technic_scanner.ui.style.wording import UNKNOWN, count_text, escape, number


def runs_to_judge() -> int:
    """Return the number of successful runs; without any, show what to do."""
    ended = run_service().count_by_status().get(RunStatus.SUCCEEDED, 0)
    if ended == 0:
        st.info(
            "Run a scan with an as-of date in the past. Its picks are then measured over the sessions after that date.",
            title="No picks yet",
        )
        url_state.link(url_state.SCAN_PAGE, "Configure a scan")
    return ended


def show(query: PerformanceQuery, ended: int) -> None:
    """Show the outcomes that pass the filters, of the newest of ``ended`` successful runs."""
    newest = run_service().list().records
    found = _report(query, ended, newest[0].run_id if newest else "")
    if notes := (*found.notes, *limits_note(found)):
        st.caption("  \n".join(f"Note: {escape(note)}" for note in notes))
    if found.judged == 0:
        _nothing(found)
        return
    st.caption("All dates here are those of the exchange.")
    _figures(found)
    _evidence(found)
    _groups(found)
    _extremes(found)


def interval_text(interval: Interval) -> str:
    """Return an estimate as text, in per cent, with its interval and n: ``54.2% (48.1 to 60.3%), n 412``."""
    if interval.mean is None:
        return f"{UNKNOWN}, n {interval.n:,}"
    band = (
        "" if interval.low is None or interval.high is None else f" ({_cent(interval.low)} to {_cent(interval.high)}%)"
    )
    return f"{_cent(interval.mean)}%{band}, n {interval.n:,}"


@st.cache_resource(ttl="5m", max_entries=4, show_spinner="Reading prices after the picks…")
def _judged(source: str | None, universe: str | None, ended: int, newest: str) -> JudgedRuns:
    # Shared, not copied: Arrow tables are immutable, and a hundred thousand picks take megabytes.
    del ended, newest  # part of the key only: each new run changes the table
    return services().outcomes.judged(source, universe)


@st.cache_resource(ttl="5m", max_entries=8, show_spinner="Computing outcome statistics…")
def _report(query: PerformanceQuery, ended: int, newest: str) -> PerformanceReport:
    return _judged(query.source, query.universe, ended, newest).report(query)


def _nothing(found: PerformanceReport) -> None:
    if found.picks.num_rows:
        advice = "Scan" if found.query.horizon == min(HORIZONS) else "Choose fewer sessions above, or scan"
        st.info(
            f"{count_text(found.picks.num_rows, 'pick')} of {count_text(found.runs, 'run')}, but none has bars for "
            f"{count_text(found.query.horizon, 'session')} after its as-of date yet. {advice} with an earlier "
            "as-of date.",
            title="Too early to tell",
        )
    else:
        st.info("Relax the filters above.", title="No pick passes these filters")


def _figures(found: PerformanceReport) -> None:
    test = found.ic_test
    with st.grid(5, gap="small", min_column_width=150):
        st.metric("Runs", f"{found.runs:,}", border=True, height="stretch")
        st.metric("Picks measured", f"{found.judged:,} of {found.picks.num_rows:,}", border=True, height="stretch")
        _estimate("Beat the universe", found.hit)
        _estimate("Mean excess return", found.excess, digits=2)
        st.metric(
            "Mean rank IC",
            UNKNOWN if test.mean is None else f"{test.mean:.3f}",
            border=True,
            height="stretch",
            delta=f"t {number(test.t_stat)}, n {count_text(test.n, 'date')}",
            delta_color="off",
            delta_arrow="off",
            help=f"The standard error allows for overlap: a date shares sessions with up to {test.lags} later ones.",
        )
    exits = "; ".join(f"{EXIT_TEXTS[name]} {count:,}" for name, count in found.exits)
    if exits:
        st.caption(f"Level reached first: {exits}. A daily bar that spans both does not show which was first.")
    st.caption(_intervals_sentence(found))


def _intervals_sentence(found: PerformanceReport) -> str:
    if found.dates < 2:
        return "Intervals are 95%, from the picks of a single as-of date, assumed to be independent."
    return (
        f"Intervals are 95%, from the means of {count_text(found.dates, 'as-of date')}, because picks of one date "
        "move together. A group with a single date has no interval."
    )


def _estimate(label: str, interval: Interval, digits: int = 1) -> None:
    band = UNKNOWN if interval.low is None else f"{_cent(interval.low, digits)} to {_cent(interval.high, digits)}%"
    st.metric(
        label,
        UNKNOWN if interval.mean is None else f"{_cent(interval.mean, digits)}%",
        border=True,
        height="stretch",
        delta=f"95%: {band}, n {interval.n:,}",
        delta_color="off",
        delta_arrow="off",
    )


def _evidence(found: PerformanceReport) -> None:
    left, right = st.columns(2, border=True)
    with left:
        st.markdown("**Rank IC by date**")
        st.plotly_chart(
            outcome_charts.ic_over_time(found.ic, found.ic_test),
            key="o_ic",
            config=theme.FIGURE_CONFIG,
            alt=f"Rank correlation of score and return on each as-of date, mean {number(found.ic_test.mean, 3)}",
        )
    with right:
        st.markdown("**Excess return by score**")
        st.plotly_chart(
            outcome_charts.score_groups(found.quantiles),
            key="o_quantiles",
            config=theme.FIGURE_CONFIG,
            alt="Mean excess return of score groups, lowest first: "
            + "; ".join(interval_text(group) for group in found.quantiles),
        )
    with st.container(border=True):
        st.markdown("**Growth of 1: picks and universe**")
        if found.equity is None:
            st.caption("Needs two runs of the same config at different as-of dates, with bars in between.")
            return
        curve = found.equity.curve
        st.plotly_chart(
            outcome_charts.equity(found.equity),
            key="o_equity",
            config=theme.FIGURE_CONFIG,
            alt=f"Growth of 1: picks after costs {number(float(curve.picks[-1]), 3)}, "
            f"universe {number(float(curve.universe[-1]), 3)}",
        )
        st.caption(
            f"Profile {theme.stage_label(found.equity.profile).lower()}, equal weights, bought at the close of the "
            f"as-of date and rebalanced at each of {len(curve.turnover)} runs. Costs are "
            f"{found.query.cost_bps:g} bps of turnover, which averages "
            f"{number(100 * float(curve.turnover.mean()), 0)}% per run.{_equity_rest(found)}"
        )


def _equity_rest(found: PerformanceReport) -> str:
    assert found.equity is not None  # asked where it is drawn
    parts = []
    if found.equity.others:
        others = count_text(found.equity.others, "other configuration")
        parts.append(f"{others} not shown, which have fewer runs: filter by source, universe or profile above")
    if found.equity.curve.unpriced:
        parts.append(f"{count_text(found.equity.curve.unpriced, 'position')} without a price counted as unchanged")
    return f" {'; '.join(parts).capitalize()}." if parts else ""


def _groups(found: PerformanceReport) -> None:
    with st.container(border=True):
        group = st.segmented_control(
            "Picks by",
            list(GROUPS),
            format_func=str.capitalize,
            default="tier",
            key="o_group",
            required=True,
            bind="query-params",
        )
        chart, table = st.columns([2, 3])
        with chart:
            st.plotly_chart(
                outcome_charts.group_means([item for item in found.groups if item.group == group]),
                key="o_group_chart",
                config=theme.FIGURE_CONFIG,
                alt=f"Mean excess return by {group}; the table beside it has the same numbers",
            )
        with table:
            frame = outcome_tables.groups_frame(found, group)
            st.dataframe(
                frame,
                hide_index=True,
                placeholder="–",
                column_config={
                    **{name: st.column_config.NumberColumn(format="localized") for name in frame.columns[1:3]},
                    **{name: st.column_config.NumberColumn(format="percent") for name in frame.columns[3:]},
                },
                alt=f"Hit rate and mean excess return by {group}, with n and 95% intervals",
            )


def _extremes(found: PerformanceReport) -> None:
    with st.container(border=True):
        head, action = st.columns([5, 1], vertical_alignment="center")
        head.markdown("**Best and worst picks**")
        action.download_button(
            "All as CSV",
            data=lambda: to_csv(found.picks),
            file_name="technic-outcomes.csv",
            mime="text/csv",
            on_click="ignore",
            key="o_csv",
            width="stretch",
        )
        frame = outcome_tables.extremes_frame(found)
        half = (len(frame) + 1) // 2
        shares = {name: st.column_config.NumberColumn(format="percent") for name in ("Return", "Universe", "Excess")}
        for label, ends in (("best", frame.head(half)), ("worst", frame.iloc[half:].iloc[::-1])):
            st.caption(f"{label.capitalize()} picks by excess return over the universe")
            st.dataframe(
                ends,
                hide_index=True,
                height=tables.height(len(ends), 300),
                placeholder="–",
                column_config={
                    **shares,
                    "Open": st.column_config.LinkColumn(display_text="Open", width=60),
                    "Rank": st.column_config.NumberColumn(format="%d"),
                    "Score": st.column_config.NumberColumn(format="%.1f"),
                },
                alt=f"The {label} picks by excess return, each with a link to its run",
            )


def _cent(fraction: float | None, digits: int = 1) -> str:
    return number(None if fraction is None else 100 * fraction, digits)
