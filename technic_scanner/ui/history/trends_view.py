"""Show statistics over many runs: stage seconds, percentiles, rates, the accuracy of the ETA, slow-downs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import streamlit as st

from technic_scanner.progress.text import seconds_text
from technic_scanner.runs.exports.export import timings_csv
from technic_scanner.runs.model import MOMENTS, RunQuery, StageSample
from technic_scanner.runs.timings import analytics
from technic_scanner.ui.app import moments, url_state
from technic_scanner.ui.app.services import run_service, viewer_zone
from technic_scanner.ui.history import charts, slowdowns_view, stage_grid, timing_frames
from technic_scanner.ui.history.history_query import DEPTHS
from technic_scanner.ui.style import theme
from technic_scanner.ui.style.tables import height, revision
from technic_scanner.ui.style.wording import short_id

Samples = tuple[StageSample, ...]
Mark = tuple[object, ...]  # a cache key that changes when a run begins or ends

# Limits of what a browser draws quickly; percentiles and rates always cover all runs that were asked for.
MAX_BARS = 200
MAX_ROWS = 2_000
TREND_BY_RUN = 200


def show(query: RunQuery) -> None:
    """Show the statistics of the newest finished runs that pass the filters."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        depth = st.segmented_control(
            "Runs in the charts", list(DEPTHS), default="30", key="h_depth", required=True, bind="query-params"
        )
        whole = replace(query, limit=DEPTHS[depth], cursor=None)
        ended = _ended()
        # Most of the page needs only the newest runs; the tabs that need all of them read them when they are opened.
        samples = _samples(replace(whole, limit=min(whole.limit, slowdowns_view.MAX_JUDGED)), ended)
        st.download_button(
            "Timings as CSV",
            data=lambda: timings_csv(run_service().samples(whole)),
            file_name="technic-timings.csv",
            mime="text/csv",
            on_click="ignore",
            key="h_csv",
            disabled=not samples,
        )
    if not samples:
        st.info("Stage timings appear when a run that passes the filters has ended.", title="No timings yet")
        return
    slowdowns_view.warn(whole, ended)
    titles = list(_TABS)
    for title, tab in zip(titles, st.tabs(titles, on_change="rerun", key="h_tab", bind="query-params"), strict=True):
        if tab.open:
            with tab:
                _TABS[title](samples, whole, ended)


@st.cache_resource(ttl="1m", max_entries=4, show_spinner=False)
def _samples(query: RunQuery, ended: Mark) -> Samples:
    """Return timings; shared between sessions because they are immutable, and read again when a run has ended."""
    del ended  # part of the key only
    return run_service().samples(query)


@st.cache_data(ttl="1m", max_entries=4, show_spinner=False)
def _statistics(query: RunQuery, ended: Mark) -> tuple[analytics.StageStatistics, ...]:
    """Return percentiles, also of very many runs; cached in the same way as the samples."""
    del ended
    return analytics.stage_statistics(run_service().stage_seconds(query))


@st.cache_data(ttl="1m", max_entries=4, show_spinner=False)
def _days(query: RunQuery, ended: Mark) -> tuple[analytics.DayTrend, ...]:
    """Return daily medians, which the store computes; cached in the same way as the samples."""
    del ended
    return run_service().day_trends(query)


def _ended() -> Mark:
    """Return a cache key that changes whenever a run begins or ends."""
    newest = run_service().list(RunQuery(limit=1)).records
    return (*(record.run_id for record in newest), *sorted(run_service().count_by_status().items()))


def _by_local_time(samples: Samples) -> Samples:
    """Return the samples with times in the viewer's zone: charts print times unconverted, tables convert them."""
    zone = ZoneInfo(viewer_zone() or "UTC")
    return tuple(
        replace(sample, created_at=sample.created_at.astimezone(zone).replace(tzinfo=None)) for sample in samples
    )


def _stages(samples: Samples, _whole: RunQuery, _ended: Mark) -> None:
    drawn = samples[:MAX_BARS]
    if len(drawn) < len(samples):
        st.caption(
            f"The chart shows the newest {len(drawn):,} runs and the table at most {MAX_ROWS:,}; "
            "the CSV contains all selected runs."
        )
    # Wide enough to show the status of a run beside its seconds at 1280 px.
    chart, table = st.columns([3, 4])
    with chart:
        event = st.plotly_chart(
            charts.stacked_stages(_by_local_time(drawn)),
            key=f"h_stack_{revision(*(sample.run_id for sample in drawn))}",
            on_select="rerun",
            selection_mode="points",
            config=theme.FIGURE_CONFIG,
            alt="Seconds of each stage, stacked per run, oldest left; the table beside it has the same numbers",
        )
    with table:
        frame = timing_frames.seconds_frame(samples[:MAX_ROWS])
        st.dataframe(
            frame,
            hide_index=True,
            height=height(len(frame), 340),
            lazy=False,
            placeholder="–",
            column_config={
                "Run": st.column_config.TextColumn(pinned=True, width=90),
                "Status": st.column_config.TextColumn(width=104),
                "Created": moments.column("Created"),
                **{
                    name: st.column_config.NumberColumn(_SHORT.get(name, name), format="%.3f", width=74)
                    for name in frame.select_dtypes("number").columns
                },
            },
            alt="Seconds of each stage of each run, newest first; empty where a run did not reach the stage",
        )
    _link_to_bar(event["selection"]["points"])


_SHORT = {
    "Universe loading": "Universe",
    "Data fetching": "Fetch",
    "Symbol scanning": "Scan",
    "Finalization": "Finalize",
    "Between stages": "Between",
}


def _link_to_bar(points: Sequence[dict[str, object]]) -> None:
    run_id = run_of_point(points)
    if run_id is None:
        st.caption(f"Click a bar to open its run. {moments.zones_text()}")
        return
    with st.container(horizontal=True):
        st.markdown(f"Run **{short_id(run_id)}**:")
        url_state.link(url_state.SCAN_PAGE, "Timeline", run=run_id)
        url_state.link(url_state.RESULTS_PAGE, "Results", run=run_id)


def run_of_point(points: Sequence[dict[str, object]]) -> str | None:
    """Return the run id of the clicked bar, None if no bar is clicked."""
    if not points:
        return None
    carried = points[0].get("customdata")
    if isinstance(carried, list | tuple):
        carried = carried[0] if carried else None
    return None if carried is None else str(carried)


def _grid(samples: Samples, _whole: RunQuery, _ended: Mark) -> None:
    stage_grid.show(samples[:MAX_BARS])


def _percentiles(samples: Samples, whole: RunQuery, ended: Mark) -> None:
    statistics = (
        analytics.stage_statistics(samples) if len(samples) < slowdowns_view.MAX_JUDGED else _statistics(whole, ended)
    )
    chart, table = st.columns([3, 2])
    with chart:
        st.plotly_chart(
            charts.stage_boxes(statistics),
            key="h_boxes",
            config=theme.FIGURE_CONFIG,
            alt="Distribution of each stage's seconds: "
            + ", ".join(f"{theme.stage_label(row.stage)} median {seconds_text(row.p50)}" for row in statistics),
        )
    with table:
        formats = {name: st.column_config.NumberColumn(format="%.3f") for name in ("p50", "p90", "p95", "Mean")}
        st.dataframe(
            timing_frames.statistics_frame(statistics),
            hide_index=True,
            height="content",
            column_config=formats,
            alt="Seconds per stage: number of successful runs, percentiles, mean",
        )
        st.caption("In seconds, over successful runs only; n is the number of runs.")


def _rates(samples: Samples, whole: RunQuery, ended: Mark) -> None:
    if len(samples) <= TREND_BY_RUN:
        figure, unit = charts.rate_trend(_by_local_time(samples)), "per run"
        clock = viewer_zone() or "UTC"
    else:
        figure, unit = charts.daily_rates(_days(whole, ended)), "daily medians of successful runs"
        clock = "UTC"
    st.plotly_chart(
        figure,
        key="h_rates",
        config=theme.FIGURE_CONFIG,
        alt="Symbols per second and share of cache hits over time, " + unit,
    )
    st.caption(f"Shown {unit}. Times are in {clock}.")


def _accuracy(samples: Samples, _whole: RunQuery, _ended: Mark) -> None:
    slowdowns_view.say_how_many_are_judged(len(samples))
    moment = st.segmented_control(
        "Prediction at the start, or at this % of the work",
        MOMENTS,
        default="start",
        key="h_moment",
        required=True,
        bind="query-params",
    )
    left, right = st.columns(2)
    with left:
        st.plotly_chart(
            charts.eta_accuracy(samples[:MAX_ROWS], moment),
            key="h_eta",
            config=theme.FIGURE_CONFIG,
            alt=f"Total seconds predicted {charts.moment_label(moment)} against the seconds that runs took",
        )
    with right:
        st.plotly_chart(
            charts.eta_error_trend(_by_local_time(samples[:MAX_BARS]), (moment,)),
            key="h_eta_error",
            config=theme.FIGURE_CONFIG,
            alt=f"Error of the prediction {charts.moment_label(moment)} for each run",
        )
    shares = {name: st.column_config.NumberColumn(format="percent") for name in ("Median error", "Bias", "Within 20%")}
    st.dataframe(
        timing_frames.accuracy_frame(samples),
        hide_index=True,
        placeholder="–",
        height="content",
        column_config=shares,
        alt="Accuracy of the ETA at the start and at 10, 25, 50 and 75 per cent of the work",
    )
    st.caption(
        "Errors are shares of the actual duration. A bias above zero means that predictions were too long. "
        f"Successful runs only. {moments.zones_text()}"
    )


def _slow_downs(samples: Samples, whole: RunQuery, ended: Mark) -> None:
    slowdowns_view.show(len(samples), whole, ended)


_TABS: dict[str, Callable[[Samples, RunQuery, Mark], None]] = {
    "Stage seconds": _stages,
    "Runs × stages": _grid,
    "Percentiles": _percentiles,
    "Throughput and cache": _rates,
    "ETA accuracy": _accuracy,
    "Slow-downs": _slow_downs,
}
