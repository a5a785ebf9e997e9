"""The outcomes page: judged picks of past runs, with n and intervals, and what it says before there are any."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from technic_scanner.domain.config import ScanConfig
from technic_scanner.runs.performance.performance_query import PerformanceQuery
from technic_scanner.runs.performance.performance_report import Equity, GroupPerformance, IcPoint
from technic_scanner.screening.evidence import Interval, MeanTest
from technic_scanner.screening.pick_returns import EquityCurve
from technic_scanner.ui.outcomes import outcome_charts, outcome_tables, outcomes_view
from tests.support.quiet import without_workers
from tests.ui.conftest import Stage
from tests.ui.scan.test_ui_scan_page import texts, titles

DATES = (date(2010, 4, 1), date(2010, 5, 3), date(2010, 6, 1))


@pytest.fixture(scope="module")
def judged_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with scans at three past dates."""
    home = tmp_path_factory.mktemp("judged")
    stage = Stage(without_workers(home))
    for day in DATES:
        stage.scanned(ScanConfig(as_of_date=day, direction="both", sectors=("Energy", "Utilities")))
    stage.services.close()
    return home


@pytest.fixture
def judged(judged_home: Path, monkeypatch: pytest.MonkeyPatch):
    from technic_scanner.ui.app import services as ui_services

    services = without_workers(judged_home)
    monkeypatch.setattr(ui_services, "_built", [services])
    yield Stage(services)
    services.close()


def test_it_shows_estimates_with_n_and_intervals(judged, open_page) -> None:
    app = open_page("outcomes")
    assert not app.exception
    found = judged.services.outcomes.report(PerformanceQuery())
    shown = {metric.label: metric for metric in app.metric}
    assert shown["Runs"].value == str(len(DATES))
    assert shown["Picks measured"].value == f"{found.judged:,} of {found.picks.num_rows:,}"
    assert shown["Mean rank IC"].value == f"{found.ic_test.mean:.3f}"
    assert f"n {found.excess.n:,}" in shown["Mean excess return"].delta
    assert len(app.get("plotly_chart")) == 4
    assert "survivor" in texts(app) or "dropped out" in texts(app)


def test_the_horizon_comes_from_the_address(judged, open_page) -> None:
    app = open_page("outcomes", o_horizon="63")
    assert not app.exception
    found = judged.services.outcomes.report(PerformanceQuery(horizon=63))
    assert {metric.label: metric.value for metric in app.metric}["Picks measured"].startswith(f"{found.judged:,} of")


def test_what_picks_are_grouped_by_comes_from_the_address(judged, open_page) -> None:
    app = open_page("outcomes", o_group="Sector")
    assert not app.exception
    frames = [frame.value for frame in app.dataframe if "Hit rate" in frame.value]
    assert [sorted(frame["Sector"]) for frame in frames] == [["Energy", "Utilities"]]


def test_picks_that_wait_for_their_sessions_say_so(seeded, open_page) -> None:
    app = open_page("outcomes")
    assert not app.exception
    assert "Too early to tell" in titles(app, "info")


def test_extremes_are_sorted_by_excess_return(judged) -> None:
    found = judged.services.outcomes.report(PerformanceQuery())
    frame = outcome_tables.extremes_frame(found)
    assert frame["Excess"].is_monotonic_decreasing
    assert frame["Excess"].iloc[0] == pytest.approx(np.nanmax(found.picks["excess_21"].to_numpy()))
    assert set(frame["Side"]) <= {"long", "short"}
    first = frame.iloc[0]
    best = found.picks.to_pylist()[int(np.nanargmax(found.picks["excess_21"].to_numpy()))]
    assert (first["Symbol"], first["Open"]) == (
        best["Symbol"],
        f"results?run={best['run_id']}&symbol={best['Symbol']}",
    )


@pytest.mark.parametrize(
    ("horizon", "advice"),
    [
        ("21", "none has bars for 21 sessions after its as-of date yet. Choose fewer sessions above, or scan with an"),
        ("1", "none has bars for 1 session after its as-of date yet. Scan with an"),
    ],
)
def test_too_early_advises_fewer_sessions_only_where_there_are_fewer(
    seeded, open_page, horizon: str, advice: str
) -> None:
    app = open_page("outcomes", o_horizon=horizon)
    assert titles(app, "info") == ["Too early to tell"]
    assert advice in app.info[0].value


def test_best_and_worst_are_shown_apart(judged, open_page) -> None:
    app = open_page("outcomes")
    ends = [frame.value for frame in app.dataframe if "Excess" in frame.value]
    assert len(ends) == 2
    assert ends[0]["Excess"].is_monotonic_decreasing
    assert ends[1]["Excess"].is_monotonic_increasing
    assert ends[0]["Excess"].min() >= ends[1]["Excess"].max()


def test_every_filter_narrows_the_picks(judged, open_page) -> None:
    every = judged.services.outcomes.report(PerformanceQuery())
    regime, tier = every.picks["MarketRegime"][0].as_py(), every.picks["Tier"][0].as_py()
    filters = {
        "o_regimes": (regime, PerformanceQuery(regimes=(regime,))),
        "o_tiers": (tier, PerformanceQuery(tiers=(tier,))),
        "o_sectors": ("Energy", PerformanceQuery(sectors=("Energy",))),
        "o_top": ("3", PerformanceQuery(top_n=3)),
    }
    for key, (value, query) in filters.items():
        app = open_page("outcomes", **{key: value})
        assert not app.exception
        found = judged.services.outcomes.report(query)
        assert found.judged > 0
        shown = {metric.label: metric.value for metric in app.metric}
        assert shown["Picks measured"] == f"{found.judged:,} of {found.picks.num_rows:,}", key


def test_groups_count_every_judged_pick_once(judged) -> None:
    found = judged.services.outcomes.report(PerformanceQuery())
    for group in ("profile", "sector", "tier", "regime"):
        assert outcome_tables.groups_frame(found, group)["n"].sum() == found.judged


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (Interval(412, 0.542, 0.481, 0.603), "54.2% (48.1 to 60.3%), n 412"),
        (Interval(1, 0.5, None, None), "50.0%, n 1"),
        (Interval(0, None, None, None), "unknown, n 0"),
    ],
)
def test_estimates_are_said_with_their_interval(interval: Interval, text: str) -> None:
    assert outcomes_view.interval_text(interval) == text


def test_ic_bars_leave_out_what_is_unknown_and_draw_the_mean() -> None:
    points = (IcPoint(DATES[1], 0.2, 30, 1), IcPoint(DATES[0], -0.1, 20, 2), IcPoint(DATES[2], None, 2, 1))
    figure = outcome_charts.ic_over_time(points, MeanTest(2, 0.05, 0.15, 0.33, -0.2, 0.3, 1))
    assert list(figure.data[0].y) == [-0.1, 0.2]
    line, band = figure.layout.shapes
    assert (line.y0, line.y1, band.y0, band.y1) == (0.05, 0.05, -0.2, 0.3)
    assert figure.layout.annotations[0].text == "mean 0.050 (-0.200 to 0.300)"
    assert len(figure.data) == 1


def test_each_of_few_dates_is_named_under_its_bar_and_the_band_lies_behind() -> None:
    test = MeanTest(2, 0.05, 0.15, 0.33, -0.2, 0.3, 1)
    days = [date(2010 + month // 12, month % 12 + 1, 1) for month in range(25)]
    points = [IcPoint(day, 0.1, 30, 1) for day in days]
    few = outcome_charts.ic_over_time(points[:24], test)
    assert few.layout.xaxis.type == "category"
    assert json.loads(few.to_json())["data"][0]["x"][:2] == ["2010-01-01", "2010-02-01"]
    assert few.layout.shapes[1].layer == "below"
    assert outcome_charts.ic_over_time(points, test).layout.xaxis.type is None


def test_a_long_series_of_ics_has_a_trailing_mean() -> None:
    days = [date(2010 + month // 12, month % 12 + 1, 1) for month in range(24)]
    points = [IcPoint(day, float(value), 30, 1) for value, day in enumerate(days)]
    figure = outcome_charts.ic_over_time(points, MeanTest(24, 11.5, None, None, None, None, 0))
    trailing = figure.data[1]
    assert list(trailing.x) == days[11:]
    assert list(trailing.y) == [end - 5.5 for end in range(11, 24)]


def test_whiskers_reach_to_the_ends_of_the_interval() -> None:
    figure = outcome_charts.score_groups([Interval(9, 0.01, -0.01, 0.04), Interval(0, None, None, None)])
    assert list(figure.data[0].error_y.array) == pytest.approx([0.03, 0.0])
    assert list(figure.data[0].error_y.arrayminus) == pytest.approx([0.02, 0.0])
    assert list(figure.data[0].x) == ["Q1<br>n 9", "Q2<br>n 0"]


def test_equity_shows_costs_and_the_universe_beside_the_picks() -> None:
    curve = EquityCurve(np.array([1.0, 1.1]), np.array([1.0, 1.2]), np.array([1.0, 1.05]), np.array([1.0]), 0)
    figure = outcome_charts.equity(Equity("x", "position", 0, DATES[:2], curve))
    assert [list(trace.y) for trace in figure.data] == [[1.0, 1.1], [1.0, 1.2], [1.0, 1.05]]
    assert len({trace.line.dash for trace in figure.data}) == 3
    assert {trace.mode for trace in figure.data} == {"lines+markers"}


def test_the_equity_of_many_dates_is_lines_alone() -> None:
    days = tuple(np.arange("2026-01-01", "2026-04-01", dtype="datetime64[D]").astype(object))
    growth = np.linspace(1.0, 1.2, len(days))
    figure = outcome_charts.equity(Equity("x", "position", 0, days, EquityCurve(growth, growth, growth, growth, 0)))
    assert {trace.mode for trace in figure.data} == {"lines"}


def test_group_points_name_their_n() -> None:
    group = GroupPerformance("tier", "core", 2, Interval(3, 0.5, 0.1, 0.9), Interval(3, 0.01, 0.0, 0.02))
    assert list(outcome_charts.group_means([group]).data[0].y) == ["core · 3 picks"]


def test_outcomes_are_told_in_words_not_in_codes(judged) -> None:
    found = judged.services.outcomes.report(PerformanceQuery())
    frame = outcome_tables.extremes_frame(found)
    assert set(frame["Profile"]) == {"short term swing"}
    assert set(frame["Reached first"]) <= {"stop", "target", "neither yet", "neither in 63 sessions"} | {
        text for text in frame["Reached first"] if text.startswith("either, order unknown")
    }
    assert outcome_tables.groups_frame(found, "profile")["Profile"].tolist() == ["short term swing"]
    (point,) = outcome_charts.group_means([item for item in found.groups if item.group == "profile"]).data
    assert point.y[0].startswith("short term swing · ")
