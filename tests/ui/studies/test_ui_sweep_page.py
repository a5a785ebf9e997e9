"""The parameter study on the page: nothing to vary, faults, started, running, its answer, and the links to it."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl

import pytest

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.studies.request import StudyRequest
from technic_scanner.ui.studies import sweep_charts
from technic_scanner.ui.style.wording import percent
from tests.ui.scan.test_ui_scan_page import texts, titles

ONE = "let n = 20 # 10..30 step 10\nclose > sma(close, n) and rsi(14) < 60"
GRID = "let n = 20 # 10..30 step 10\nlet most = 60 # 50..60 step 10\nclose > sma(close, n) and rsi(14) < most"


def answered(stage, text: str) -> str:
    run = stage.services.sweeps.submit(StudyRequest(text), 5)
    stage.services.worker().run()
    return run.run_id


def test_criteria_without_a_range_say_how_to_write_one(empty, open_page) -> None:
    app = open_page("studies", s_kind="Parameter study", s_where="close > 5")
    assert not app.exception
    assert "Nothing to vary yet" in titles(app, "info")
    assert "# 7..28 step 7" in app.code[0].value


@pytest.mark.parametrize("text", ["close > 5 # 1..9", "let n = 5 # 9..1\nclose > n"])
def test_faults_of_ranges_are_shown_with_their_place(empty, open_page, text: str) -> None:
    app = open_page("studies", s_kind="Parameter study", s_where=text)
    assert not app.exception
    assert "These ranges cannot be studied" in titles(app, "info")
    assert "^" in app.code[0].value


def test_it_is_started_watched_and_shown(empty, open_page) -> None:
    app = open_page("studies", s_kind="Parameter study", s_where=GRID, s_horizon="5")
    assert "6 variants" in texts(app)
    app.button(key="s_start").click().run()
    assert not app.exception
    (record,) = empty.services.service.list().records
    assert (record.kind, record.study.horizon) == ("study", 5)
    assert app.query_params["run"] == record.run_id
    assert app.button(key="s_cancel")
    empty.services.worker().run()
    app.run()
    assert not app.exception
    answer = empty.services.sweeps.answer(record.run_id)
    shown = {metric.label: metric for metric in app.metric}
    best = answer["variants"][answer["best"]["variant"]]
    assert f"The best variant: **n = {best['values'][0]}, most = {best['values'][1]}**" in texts(app)
    assert shown["Entries"].value == f"{best['entries']:,}"
    assert len(app.dataframe[0].value) == 6
    assert len(app.get("plotly_chart")) == 1


def test_a_cancelled_one_can_be_resumed(empty, open_page) -> None:
    run = empty.services.sweeps.submit(StudyRequest(ONE), 21)
    empty.services.service.cancel(run.run_id)
    app = open_page("studies", run=run.run_id)
    assert not app.exception
    assert app.text_area(key="s_where").value == ONE
    app.button(key="s_resume").click().run()
    assert empty.services.service.get(run.run_id).status is RunStatus.QUEUED


def test_other_horizons_and_one_range_are_drawn(empty, open_page) -> None:
    run_id = answered(empty, ONE)
    app = open_page("studies", run=run_id, s_horizon="21")
    assert not app.exception
    assert {metric.label: metric.value for metric in app.metric}["Deflated threshold"] == "unknown"
    figure = sweep_charts.grid(empty.services.sweeps.answer(run_id), 21)
    assert list(figure.data[0].x) == ["10", "20", "30"]
    results = open_page("results", run=run_id)
    assert not results.exception
    assert "This run is a parameter study" in titles(results, "info")
    history = open_page("history")
    assert history.dataframe[0].value["Kind"].tolist() == ["study"]


def test_scan_results_and_the_form_lead_to_the_study_of_the_same_criteria(empty, open_page) -> None:
    run = empty.services.service.submit(ScanConfig(criteria="close > sma(close, 20)"))
    empty.services.worker().run()
    for page, more in (("results", {"run": run.run_id}), ("scan", {"c_criteria": "close > 5"})):
        app = open_page(page, **more)
        assert not app.exception
        links = [link.proto for link in app.get("page_link")]
        asked = [link for link in links if link.label == "What would these criteria have found?"]
        assert page == "scan" or "s_where=close" in asked[0].query_string


def test_the_link_to_the_best_variant_opens_the_study_that_it_was_judged_by(empty, open_page) -> None:
    asked = StudyRequest(
        ONE, start=date(2009, 11, 2), end=date(2010, 6, 30), entry="every", cost_bps=5.0, holdout_months=3
    )
    run = empty.services.sweeps.submit(asked, 5)
    empty.services.worker().run()
    best = empty.services.sweeps.answer(run.run_id)["best"]
    app = open_page("studies", run=run.run_id, s_horizon="5")
    (link,) = [one.proto for one in app.get("page_link") if one.proto.label == "Study the best variant"]
    study = open_page("studies", **dict(parse_qsl(link.query_string)))
    assert not study.exception
    shown = {metric.label: metric for metric in study.metric}
    assert shown["Mean excess return"].value == percent(best["mean_excess"])
    assert percent(best["low"]) in shown["Mean excess return"].delta
    assert f"{best['n']:,} judged" in shown["Entries"].delta
    assert shown["After costs"].delta == "10 bps a round trip"


def test_a_run_that_is_opened_fills_the_form_with_all_that_it_was_asked(empty, open_page) -> None:
    asked = StudyRequest(
        ONE,
        source="synthetic",
        universe="20x90",
        start=date(2020, 1, 2),
        entry="every",
        cost_bps=5.0,
        holdout_months=2,
    )
    run = empty.services.sweeps.submit(asked, 5)
    empty.services.service.cancel(run.run_id)
    app = open_page("studies", run=run.run_id)
    assert not app.exception
    assert not app.warning
    assert app.text_area(key="s_where").value == ONE
    assert app.selectbox(key="s_source").value == "synthetic"
    assert app.text_input(key="s_universe").value == "20x90"
    assert app.selectbox(key="s_entry").value == "every"
    assert [app.date_input(key=key).value for key in ("s_from", "s_to")] == [date(2020, 1, 2), None]
    assert app.number_input(key="s_holdout").value == 2
    assert app.number_input(key="s_cost").value == 5.0
    assert app.run().number_input(key="s_cost").value == 5.0
