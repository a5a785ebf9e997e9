"""The page of studies: nothing to study, faults, a study with all its parts, none found, a source that fails."""

from __future__ import annotations

from datetime import date

import pytest

from technic_scanner.studies.request import StudyRequest
from technic_scanner.ui.studies import study_charts
from tests.ui.scan.test_ui_scan_page import texts, titles

TEXT = "close > sma(close, 20) and rsi(14) < 60"


def test_without_criteria_it_says_what_to_do(empty, open_page) -> None:
    app = open_page("studies")
    assert not app.exception
    assert "Nothing to study yet" in [*titles(app, "info"), *titles(app, "error")]
    app.selectbox(key="s_shipped").set_value("Golden cross").run()
    assert app.text_area(key="s_where").value.startswith("sma(close, 50) crosses above")
    assert "Nothing to study yet" not in [*titles(app, "info"), *titles(app, "error")]


@pytest.mark.parametrize("text", ["close >", "tech_rating > 50", "close[-1] > 2"])
def test_faults_are_shown_with_their_place(empty, open_page, text: str) -> None:
    app = open_page("studies", s_where=text)
    assert not app.exception
    assert "1 fault" in [*titles(app, "info"), *titles(app, "error")]
    assert "^" in app.code[0].value
    assert not app.metric


def test_a_study_shows_its_numbers_and_charts(empty, open_page) -> None:
    app = open_page("studies", s_where=TEXT, s_horizon="5", s_from="2009-12-01")
    assert not app.exception
    answer = empty.services.studies.run(StudyRequest(where=TEXT, start=date(2009, 12, 1)))
    found = answer.study.horizons[5]
    shown = {metric.label: metric for metric in app.metric}
    assert shown["Entries"].value == f"{len(answer.study):,}"
    assert shown["Mean excess return"].value == f"{100 * found.mean_excess:.2f} %".replace("-", "−")
    assert f"{found.n:,} judged" in shown["Entries"].delta
    assert len(app.get("plotly_chart")) == 4
    assert "dropped out" in texts(app)
    symbol = sorted(set(answer.study.symbols))[3]
    app.selectbox(key="s_symbol").set_value(symbol).run()
    assert not app.exception
    days = [str(day) for name, day in zip(answer.study.symbols, answer.study.sessions, strict=True) if name == symbol]
    assert list(app.selectbox(key="s_session").options) == days
    figure = study_charts.symbol_events(answer.study, symbol, (), 5)
    assert len(figure.data) == 1


def test_no_entry_is_said(empty, open_page) -> None:
    app = open_page("studies", s_where="close < 0")
    assert not app.exception
    assert any(title.startswith("No entry in") for title in [*titles(app, "info"), *titles(app, "error")])


def test_a_universe_that_does_not_exist_is_a_notice(empty, open_page) -> None:
    app = open_page("studies", s_where=TEXT, s_universe="no such")
    assert not app.exception
    assert app.error
    assert not app.metric
