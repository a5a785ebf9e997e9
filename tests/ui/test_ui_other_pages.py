"""History, compare, outcomes and system in their states."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.metrics import Outcome
from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.model import RunEnd
from technic_scanner.runs.timings.analytics import stage_statistics
from technic_scanner.runs.timings.compare import compare_runs
from technic_scanner.testing.stores.samples import metrics, scan_result, succeeded, table
from technic_scanner.ui.app import run_columns, url_state
from technic_scanner.ui.compare import compare_view
from technic_scanner.ui.history import slowdowns_view, timing_frames, trends_view
from technic_scanner.ui.style.wording import short_id
from tests.support.extras import hide
from tests.ui.conftest import WORKER
from tests.ui.scan.test_ui_scan_page import texts, titles

from . import builders


@pytest.mark.parametrize(
    ("page", "title"),
    [("history", "No runs yet"), ("compare", "No runs yet"), ("outcomes", "No picks yet")],
)
def test_empty_pages_say_what_to_do(empty, open_page, page: str, title: str) -> None:
    app = open_page(page)
    assert not app.exception
    assert title in titles(app, "info")
    assert app.page_link[0].value == "Configure a scan"


def test_compare_points_to_the_runs_there_are(seeded, open_page) -> None:
    app = open_page("compare")
    assert not app.exception
    assert titles(app, "info") == ["Nothing to compare yet"]
    assert app.info[0].value.startswith("Choose two or more finished runs")
    assert app.page_link[0].value == "Choose in History"


@pytest.mark.parametrize(
    ("times", "text"), [(1, "Choose one more run."), (2, "Both are the same run. Choose a different one.")]
)
def test_compare_says_what_a_choice_of_one_run_lacks(seeded, open_page, times: int, text: str) -> None:
    run_id = seeded.services.service.list().records[0].run_id
    app = open_page("compare", runs=",".join([run_id] * times))
    assert not app.exception
    assert titles(app, "info") == ["Nothing to compare yet"]
    assert app.info[0].value == text


def test_system_names_few_of_many_universes_and_says_how_many_more(empty, open_page) -> None:
    (sources,) = [frame.value for frame in open_page("system").dataframe if "Universes" in frame.value]
    named = sources.set_index("Name")["Universes"]
    assert named["sample"] == "S&P 500"
    (yahoo,) = [info for info in empty.services.service.sources() if info.name == "yahoo"]
    assert named["yahoo"] == f"{', '.join(yahoo.universes[:4])} and {len(yahoo.universes) - 4} more"


def test_history_says_of_a_run_in_flight_what_the_other_pages_say(empty) -> None:
    run = empty.running()
    frame = run_columns.runs_frame([replace(run, time_fraction=0.7558), replace(run, time_fraction=0.9999)])
    assert frame["Progress"].tolist() == [0.755, 0.999]


def test_system_shows_health_sources_and_store(empty, open_page) -> None:
    app = open_page("system")
    assert not app.exception
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Store"] == "✓ available"
    assert shown["▶ Running"] == "0"
    sources = next(frame.value for frame in app.dataframe if "Universes" in frame.value)
    assert {"sample", "synthetic"} <= set(sources["Name"])
    assert "Empty. The first scan of a source fills it." in texts(app)


def test_system_counts_what_the_cache_holds(seeded, open_page) -> None:
    app = open_page("system")
    held = next(frame.value for frame in app.dataframe if "Bars" in frame.value)
    assert held.set_index("Source").loc["sample", "Symbols"] == 524
    assert next(frame for frame in app.dataframe if "Bars" in frame.value).proto.placeholder == "–"


def test_a_link_to_a_pick_carries_any_symbol_whole() -> None:
    assert url_state.results_url("01RUN", "B&F.A") == "results?run=01RUN&symbol=B%26F.A"


def test_history_lists_all_runs_with_their_stage_seconds(seeded, open_page) -> None:
    app = open_page("history")
    assert not app.exception
    runs = app.dataframe[0].value
    assert runs["Scan"].tolist() == ["Nothing", "Whole sample"]
    record = seeded.services.service.list().records[1]
    assert runs["Seconds"].iloc[1] == pytest.approx(record.metrics.total_seconds)
    assert len(app.get("plotly_chart")) == 1


def test_charts_tell_times_as_the_viewers_clock_does(seeded, open_page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trends_view, "viewer_zone", lambda: "Asia/Kolkata")
    spec = open_page("history").get("plotly_chart")[0].proto.spec
    created = seeded.services.service.list().records[1].created_at
    assert f"{created.astimezone(ZoneInfo('Asia/Kolkata')):%m-%d %H:%M}" in spec
    assert f"{created:%m-%d %H:%M}" not in spec


def test_history_filters_come_from_the_address(seeded, open_page) -> None:
    seeded.queued(ScanConfig(), label="Waiting")
    app = open_page("history", h_status="queued")
    assert app.dataframe[0].value["Scan"].tolist() == ["Waiting"]
    assert "No timings yet" in titles(app, "info")
    app = open_page("history", h_text="Whole")
    assert app.dataframe[0].value["Scan"].tolist() == ["Whole sample"]
    app = open_page("history", h_text="no such run")
    assert "No run passes these filters" in titles(app, "info")


def test_filters_that_no_run_passes_are_cleared_with_their_address(seeded, open_page) -> None:
    filters = {
        "h_status": "failed",
        "h_source": "sample",
        "h_from": "2026-01-01",
        "h_to": "2026-01-02",
        "h_min": "5000",
        "h_max": "6000",
        "h_pinned": "true",
        "h_text": "no such run",
        "h_key": "k",
    }
    app = open_page("history", **filters)
    assert "No run passes these filters" in titles(app, "info")
    app.button(key="h_clear").click().run()
    assert not app.exception
    assert app.dataframe[0].value["Scan"].tolist() == ["Nothing", "Whole sample"]
    assert not set(filters) & set(app.query_params)
    assert "h_clear" not in {button.key for button in app.button}


def test_history_pages_by_key_and_back(empty, open_page, monkeypatch: pytest.MonkeyPatch) -> None:
    from technic_scanner.ui.history import history_query

    monkeypatch.setattr(history_query, "PAGE_ROWS", 2)
    for index in range(5):
        empty.queued(ScanConfig(min_price=float(index + 1)), label=f"run {index}")
    app = open_page("history")
    assert app.dataframe[0].value["Scan"].tolist() == ["run 4", "run 3"]
    app.button(key="h_older").click().run()
    assert app.dataframe[0].value["Scan"].tolist() == ["run 2", "run 1"]
    app.button(key="h_older").click().run()
    assert app.dataframe[0].value["Scan"].tolist() == ["run 0"]
    assert app.button(key="h_older").disabled
    app.button(key="h_newer").click().run()
    assert app.dataframe[0].value["Scan"].tolist() == ["run 2", "run 1"]


@pytest.mark.parametrize("tab", ["Percentiles", "Throughput and cache", "ETA accuracy", "Slow-downs"])
def test_every_tab_of_the_timings_draws(seeded, open_page, tab: str) -> None:
    app = open_page("history", h_tab=tab)
    assert not app.exception
    if tab == "Slow-downs":
        assert titles(app, "info") == ["Not enough history"], "nothing was judged, so nothing is well"
        assert "0 stages of" in app.info[0].value
        assert titles(app, "success") == []
    else:
        assert app.get("plotly_chart")


def test_rates_of_many_runs_are_medians_by_day(seeded, open_page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trends_view, "TREND_BY_RUN", 0)
    app = open_page("history", h_tab="Throughput and cache")
    assert not app.exception
    assert "Shown daily medians of successful runs." in texts(app)
    spec = json.loads(app.get("plotly_chart")[0].proto.spec)
    days = {f"{record.created_at:%Y-%m-%d}" for record in seeded.services.service.list().records}
    assert {str(day)[:10] for day in spec["data"][0]["x"]} == days


def test_compare_shows_differences_deltas_and_changed_symbols(seeded, open_page) -> None:
    newer, older = seeded.services.service.list().records
    app = open_page("compare", runs=f"{older.run_id},{newer.run_id}")
    assert not app.exception
    changes, differences, stages = (frame.value for frame in app.dataframe)
    assert differences["Field"].tolist() == ["Symbols"]
    assert stages["Stage"].tolist()[-1] == "Total"
    picks = older.metrics.symbols_returned
    assert (changes["Change"] == "- left").sum() == picks
    assert len(app.get("plotly_chart")) == 1


def broken_off(stage, **changes):
    """Put a run on the stage that failed while it loaded its universe, with the metrics that the engine leaves."""
    run = stage.running(label="Broken")
    cut = metrics((1.0, 0.0, 0.0, 0.0))
    timings = tuple(replace(timing, units=0) for timing in cut.stage_timings)
    left = {"table": table(), "failures": (), "metrics": replace(cut, stage_timings=timings)} | changes
    end = RunEnd(RunStatus.FAILED, None)
    return stage.services.store.finish(run.run_id, WORKER, run.attempt, end, scan_result(**left))


def test_a_failed_run_is_compared_as_a_part_of_a_scan(seeded, open_page) -> None:
    good, failed = seeded.services.service.list().records[1], broken_off(seeded)
    app = open_page("compare", runs=f"{good.run_id},{failed.run_id}")
    assert not app.exception
    assert "B (✕ Failed) did not finish: its seconds and picks are those of a partial scan." in [
        info.value for info in app.info
    ]
    stages = next(frame.value for frame in app.dataframe if "Stage" in frame.value).set_index("Stage")
    assert stages.loc["Universe loading", "B, s"] == 1.0
    assert (
        stages.loc[["Data fetching", "Symbol scanning", "Finalization"], ["B, s", "Δ B, s", "Δ B, %"]]
        .isna()
        .all(axis=None)
    )
    assert "One of the two runs has no results." in texts(app)
    assert not [frame for frame in app.dataframe if "Change" in frame.value]


def test_compared_runs_are_named_with_their_status(seeded, open_page) -> None:
    good, failed = seeded.services.service.list().records[1], broken_off(seeded)
    app = open_page("compare", runs=f"{good.run_id},{failed.run_id}")
    caption = next(text.value for text in app.caption if "Whole sample" in text.value)
    picks = next(text.value for text in app.markdown if text.value.startswith("**Picks, "))
    for said in (caption, picks):
        assert re.search(r"Whole sample .*\(✓ Succeeded\).*Broken .*\(✕ Failed\)", said)
    assert [option.rsplit("(")[-1] for option in app.multiselect[0].options] == [
        "✕ Failed)",
        "○ Nothing found)",
        "✓ Succeeded)",
    ]


def test_runs_that_all_succeeded_need_no_such_word(seeded, open_page) -> None:
    newer, older = seeded.services.service.list().records
    app = open_page("compare", runs=f"{older.run_id},{newer.run_id}")
    assert "did not finish" not in texts(app)


def test_compare_says_which_run_does_not_exist(seeded, open_page) -> None:
    newer, older = seeded.services.service.list().records
    app = open_page("compare", runs=f"{older.run_id},01WRONG,{newer.run_id}")
    assert not app.exception
    assert "01WRONG" in app.error[0].value
    assert len(app.dataframe) == 3


def test_compare_says_which_run_it_leaves_out_and_why(seeded, open_page) -> None:
    newer, older = seeded.services.service.list().records
    lost = seeded.running(label="Lost")
    seeded.end(lost, RunStatus.INTERRUPTED)
    stopped = seeded.queued(ScanConfig(min_price=8.0), label="Stopped")
    seeded.services.service.cancel(stopped.run_id)
    waits = seeded.queued(ScanConfig(min_price=9.0), label="Waits")
    named = [run.run_id for run in (older, stopped, lost, waits, newer)]
    app = open_page("compare", runs=",".join(named))
    assert not app.exception
    said = app.info[0].value
    for words in (
        r"Stopped .*\(■ Cancelled\) is not compared: its attempt 1 did not start\.",
        r"Lost .*\(. Interrupted\) is not compared: it ended before its timings were recorded\.",
        r"Waits .*\(○ Queued\) is not compared: it is waiting for a worker\.",
    ):
        assert re.search(words, said), said
    assert app.multiselect[0].value == [older.run_id, newer.run_id]
    assert len(app.dataframe) == 3
    assert "not compared" not in texts(open_page("compare", runs=f"{older.run_id},{newer.run_id}"))


def test_compare_says_that_it_takes_only_so_many_runs(seeded, open_page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare_view, "MAX_RUNS", 1)
    newer, older = seeded.services.service.list().records
    app = open_page("compare", runs=f"{older.run_id},{newer.run_id}")
    assert app.info[0].value == "Only the first 1 run is compared; 1 more run is not."


def test_the_timings_table_and_chart_hold_the_same_numbers() -> None:
    samples = (builders.sample("01RUNB", 1), builders.sample("01RUNA", 0, (0.4, 1.0, 6.0, 0.3)))
    frame = timing_frames.seconds_frame(samples)
    assert frame["Symbol scanning"].tolist() == [7.0, 6.0]
    assert frame["Total"].tolist() == [sample.total_seconds for sample in samples]


def test_a_run_that_found_nothing_is_not_called_a_success_in_the_timings_either() -> None:
    samples = (builders.sample("a", outcome=Outcome.EMPTY), builders.sample("b", outcome=Outcome.COMPLETE))
    assert timing_frames.seconds_frame(samples)["Status"].tolist() == ["○ Nothing found", "✓ Succeeded"]


def test_stages_that_a_run_did_not_reach_are_empty_and_not_zero() -> None:
    runs = (builders.sample("b", 1, (0.5, 2.0, 0.0, 0.0), status=RunStatus.FAILED), builders.sample("a", 0, (0,) * 4))
    frame = timing_frames.seconds_frame(runs)
    assert frame["Data fetching"].tolist() == [2.0, 0.0]
    assert frame[["Symbol scanning", "Finalization"]].isna().to_numpy().tolist() == [[True, True], [False, False]]
    alone = timing_frames.seconds_frame(runs[:1])
    assert "Finalization" in alone.select_dtypes("number").columns


def test_percentiles_are_shown_with_n_over_successful_runs_alone() -> None:
    samples = (
        builders.sample("a"),
        builders.sample("b", 1, (0.5, 4.0, 7.0, 0.4)),
        builders.sample("c", 2, (9.0, 9.0, 9.0, 9.0), status=RunStatus.CANCELLED),
    )
    frame = timing_frames.statistics_frame(stage_statistics(samples)).set_index("Stage")
    assert frame.loc["Data fetching", ["n", "p50"]].tolist() == [2, 3.0]


def test_a_slower_stage_is_flagged_in_words() -> None:
    from technic_scanner.runs.timings.analytics import regressions

    steady = [builders.sample(f"r{index}", index) for index in range(8)]
    slow = builders.sample("slow", 99, (0.5, 9.0, 7.0, 0.4))
    frame = timing_frames.checks_frame(regressions([*steady, slow]))
    flagged = frame[frame["Verdict"] == "▲ slower"]
    assert flagged["Stage"].tolist() == ["Data fetching"]
    assert flagged["Baseline n"].tolist() == [8]
    assert "not enough history" in set(frame["Verdict"])


def test_the_cost_of_scanning_is_said_in_milliseconds_a_symbol() -> None:
    from technic_scanner.runs.timings.analytics import regressions

    steady = [builders.sample(f"r{index}", index, (0.5, 2.0, 0.007, 0.4)) for index in range(8)]
    frame = timing_frames.checks_frame(regressions(steady)[:4]).set_index("Stage")
    scanning = frame.loc["Symbol scanning"]
    assert scanning["Unit"] == "ms/symbol"
    assert (scanning["Seconds"], scanning["Cost"], scanning["Median"]) == pytest.approx((0.007, 0.014, 0.014))
    # Half a second, the least of a stage that counts as slower, for 500 symbols; 1.5 times the median would be 0.021.
    assert scanning["Limit"] == pytest.approx(1.0)
    fetching = frame.loc["Data fetching"]
    assert (fetching["Unit"], fetching["Cost"], fetching["Median"], fetching["Limit"]) == ("s", 2.0, 2.0, 3.0)


def test_a_filter_that_leaves_only_a_slow_run_does_not_hide_that_it_is_slow(empty, open_page) -> None:
    for _ in range(40):
        succeeded(empty.services.store, scan_result(metrics=metrics((0.5, 2.0, 7.0, 0.4))))
    slow = succeeded(empty.services.store, scan_result(metrics=metrics((0.5, 9.0, 7.0, 0.4))))
    app = open_page("history", h_min="15", h_tab="Slow-downs")
    assert not app.exception
    runs, checks = (frame.value for frame in app.dataframe)
    assert len(runs) == 1
    assert titles(app, "warning") == [f"Run {short_id(slow.run_id)} was slower"]
    assert "Data fetching 4.5 × its median" in app.warning[0].value
    assert checks[["Run", "Stage", "Verdict", "Baseline n"]].to_numpy().tolist() == [
        [short_id(slow.run_id), "Data fetching", "▲ slower", 20]
    ]


def test_steady_runs_with_enough_before_them_are_said_to_be_none_slower(empty, open_page) -> None:
    for _ in range(6):
        succeeded(empty.services.store, scan_result(metrics=metrics((0.5, 2.0, 7.0, 0.4))))
    app = open_page("history", h_tab="Slow-downs")
    assert titles(app, "success") == ["No stage was slower than its baseline"]
    assert app.success[0].value == "5 stages of 30 had enough history to be checked."


def test_a_gap_between_the_stages_is_a_slow_down_said_in_seconds(empty, open_page) -> None:
    for gap in (0.001,) * 6 + (3.0,):
        measured = metrics((0.5, 2.0, 7.0, 0.4), gap_seconds=gap, total_seconds=9.9 + gap)
        succeeded(empty.services.store, scan_result(metrics=measured))
    app = open_page("history", h_tab="Slow-downs")
    assert not app.exception
    assert "Between stages 3.0 s, usually almost no time." in app.warning[0].value
    checks = app.dataframe[1].value
    assert checks[["Stage", "Verdict", "Seconds"]].to_numpy().tolist() == [["Between stages", "▲ slower", 3.0]]


def test_only_so_many_runs_that_a_filter_picked_out_are_judged(
    empty, open_page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slowdowns_view, "MAX_PICKED_OUT", 2)
    for _ in range(6):
        succeeded(empty.services.store, scan_result())
    assert "Covers the newest" not in texts(open_page("history", h_tab="Slow-downs"))
    app = open_page("history", h_min="1", h_tab="Slow-downs")
    assert not app.exception
    assert "Covers the newest 2 runs." in texts(app)
    assert "of 10 had enough history" in app.success[0].value


@pytest.mark.parametrize(
    ("points", "run_id"),
    [([], None), ([{"customdata": "01A"}], "01A"), ([{"customdata": ["01A"]}], "01A"), ([{"x": 1}], None)],
)
def test_a_clicked_bar_names_its_run(points: list[dict[str, object]], run_id: str | None) -> None:
    assert trends_view.run_of_point(points) == run_id


def test_runs_without_metrics_have_empty_cells_and_not_zeros() -> None:
    frame = run_columns.runs_frame([builders.record(status=RunStatus.QUEUED, metrics=None)])
    assert frame["Seconds"].isna().all()
    assert frame["Status"].tolist() == ["○ Queued"]


def test_a_run_that_broke_off_has_neither_progress_nor_seconds_of_what_it_did_not_reach() -> None:
    cut = replace(builders.metrics().stage_timings[3], seconds=0.0, units=0)
    left = builders.metrics(stage_timings=(*builders.metrics().stage_timings[:3], cut))
    statuses = (RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.INTERRUPTED, RunStatus.SUCCEEDED, RunStatus.RUNNING)
    records = [builders.record(status=status, metrics=left, time_fraction=0.54) for status in statuses]
    frame = run_columns.runs_frame(records)
    assert frame["Progress"].isna().tolist() == [True, True, True, False, False]
    assert frame["Finalize, s"].iloc[:3].isna().all()
    assert frame["Finalize, s"].iloc[3] == 0.0
    assert frame["Scan, s"].tolist() == [7.0] * 5


def test_stage_deltas_are_against_the_first_run() -> None:
    first = builders.record("01A")
    slower = builders.record("01B", metrics=replace(builders.metrics(), total_seconds=15.0))
    frame = compare_view.stages_frame(compare_runs([(first, None), (slower, None)]), ["A", "B"])
    total = frame.set_index("Stage").loc["Total"]
    assert total["Δ B, s"] == 5.0
    assert total["Δ B, %"] == 50.0


def test_a_delta_too_small_to_show_is_plain_zero() -> None:
    first = builders.record("01A")
    other = builders.record("01B", metrics=replace(builders.metrics(), total_seconds=10.0 - 1e-5))
    frame = compare_view.stages_frame(compare_runs([(first, None), (other, None)]), ["A", "B"])
    seconds, share = frame.set_index("Stage").loc["Total", ["Δ B, s", "Δ B, %"]].tolist()
    assert (f"{seconds:+.3f}", compare_view.share_text(share)) == ("+0.000", "+0.0%")


@pytest.mark.parametrize(
    ("per_cent", "text"),
    [
        (24.14, "+24.1%"),
        (-95.0, "-95.0%"),
        (-99.97, "-99.9%"),
        (-100.0, "-100.0%"),
        (899.0, "+899.0%"),
        (900.0, "× 10"),
        (123_450.0, "× 1,236"),
    ],
)
def test_from_ten_times_on_a_share_is_said_as_times(per_cent: float, text: str) -> None:
    assert compare_view.share_text(per_cent) == text


def shown_deltas(app) -> dict[str, str]:
    """Return what the table of stages shows as share, by stage; the numbers behind it are the frame's."""
    element = next(frame for frame in app.dataframe if "Stage" in frame.value)
    shown = convert_arrow_bytes_to_pandas_df(element.proto.arrow_data.styler.display_values)
    return dict(zip(element.value["Stage"], shown["Δ B, %"], strict=True))


def test_huge_shares_are_times_and_those_of_next_to_nothing_are_not_said(empty, open_page) -> None:
    first = succeeded(empty.services.store, scan_result(metrics=metrics((0.009, 0.5, 4.0, 1.0))))
    second = succeeded(empty.services.store, scan_result(metrics=metrics((0.9, 60.0, 5.0, 0.5))))
    app = open_page("compare", runs=f"{first.run_id},{second.run_id}")
    assert not app.exception
    shown = shown_deltas(app)
    assert (shown["Universe loading"], shown["Data fetching"]) == ("–", "× 120")
    assert (shown["Symbol scanning"], shown["Finalization"]) == ("+25.0%", "-50.0%")
    stages = next(frame.value for frame in app.dataframe if "Stage" in frame.value).set_index("Stage")
    assert stages.loc["Universe loading", "Δ B, s"] == pytest.approx(0.891)
    assert stages["Δ B, %"].iloc[:2].tolist() == pytest.approx([9900.0, 11900.0])


def test_deltas_have_a_sign(seeded, open_page) -> None:
    newer, older = seeded.services.service.list().records
    app = open_page("compare", runs=f"{older.run_id},{newer.run_id}")
    columns = json.loads(next(frame for frame in app.dataframe if "Stage" in frame.value).proto.columns)
    formats = {name: column["type_config"]["format"] for name, column in columns.items() if "Δ" in name}
    assert formats == {"Δ B, s": "%+.3f"}


def select_run(app, *rows: int) -> None:
    """Do what a click at the left edge of rows does."""
    key = next(name for name in app.session_state.to_dict() if str(name).startswith("runs_"))
    app.session_state[key] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
    app.run()


def test_a_selected_run_leads_to_the_runs_that_it_can_be_compared_with(seeded, open_page) -> None:
    again = seeded.scanned(ScanConfig(), label="Whole again")
    app = open_page("history")
    select_run(app, 0)
    assert app.button(key="h_alike").label == "Comparable runs"
    app.button(key="h_alike").click().run()
    assert not app.exception
    assert app.text_input(key="h_key").value == again.comparability_key
    assert app.query_params["h_key"] in ([again.comparability_key], again.comparability_key)
    assert "Nothing" not in app.dataframe[0].value["Scan"].tolist()


def test_a_run_without_results_has_a_report_too(empty, open_page) -> None:
    run = empty.running(label="Broken")
    empty.end(run, RunStatus.FAILED)
    app = open_page("history")
    select_run(app, 0)
    assert not app.exception
    assert next(button.proto.label for button in app.get("download_button")) == "Report (HTML)"
    assert "Broken" in empty.services.service.report(run.run_id)


def test_delete_asks_first_and_pinned_runs_show_it(seeded, open_page) -> None:
    newest = seeded.services.service.list().records[0]
    app = open_page("history")
    key = next(name for name in app.session_state.to_dict() if str(name).startswith("runs_"))
    chosen = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.session_state[key] = chosen
    app.run()
    app.button(key="h_pin").click()
    app.session_state[key] = chosen
    app.run()
    assert seeded.services.service.get(newest.run_id).pinned
    app.button(key="h_delete").click()
    app.session_state[key] = chosen
    app.run()
    assert seeded.services.service.get(newest.run_id)
    app.button(key="h_delete_yes").click()
    app.session_state[key] = chosen
    app.run()
    assert not app.exception
    assert newest.run_id not in [run.run_id for run in seeded.services.service.list().records]


def test_system_names_the_commands_that_install_what_is_missing(empty, open_page, monkeypatch) -> None:
    hide(monkeypatch, "pytickersymbols", "distributed")
    app = open_page("system")
    assert not app.exception
    sources = next(frame.value for frame in app.dataframe if "Universes" in frame.value).set_index("Name")
    assert sources.loc["yahoo", "Data"] == "Yahoo Finance, daily (not installed)"
    shown = texts(app) + "".join(cell for item in app.table for cell in item.value.to_numpy().ravel())
    assert "technic-scanner\\[yahoo\\]" in shown
    assert "technic-scanner\\[dask\\]" in shown
