"""The page of studies: nothing to study, faults, a study with all its parts, none found, a source that fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from technic_scanner.studies import study
from technic_scanner.studies.extremes import entries_of
from technic_scanner.studies.request import StudyRequest
from technic_scanner.ui.studies import study_charts, study_tables
from tests.ui.scan.test_ui_scan_page import texts, titles
from tests.unit.studies.panels import made_panel

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
    assert shown["Mean excess return"].value == f"{100 * found.mean_excess:.2f}%".replace("-", "−")
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


def test_a_click_on_an_entry_opens_its_chart(empty, open_page) -> None:
    """The best and the worst entries lead to the chart of their symbol at their session."""
    app = open_page("studies", s_where=TEXT, s_horizon="5", s_from="2009-12-01")
    worst = next(frame for frame in app.dataframe if frame.key == "s_worst").value.iloc[2]
    app.session_state["s_worst"] = {"selection": {"rows": [2], "columns": [], "cells": []}}
    app.run()
    assert not app.exception
    frames = {
        frame.key: frame.value["Excess"].tolist() for frame in app.dataframe if frame.key in ("s_best", "s_worst")
    }
    assert frames["s_best"] == sorted(frames["s_best"], reverse=True)  # after the horizon that is chosen
    assert frames["s_worst"] == sorted(frames["s_worst"])
    assert app.selectbox(key="s_symbol").value == worst["Symbol"]
    assert app.selectbox(key="s_session").value == worst["Session"]


def test_a_chart_around_an_entry_has_own_bars_alone() -> None:
    """A day without a bar would be a candle without prices, which browsers cannot draw."""
    bars = made_panel(1).bars
    row = int(np.isnan(bars.close).sum(axis=1).argmax())
    own = np.flatnonzero(np.isfinite(bars.close[row]))
    chart = study_charts.bars_around(bars, row, int(own[4]), 3, 200)
    assert chart.symbols == (bars.symbols[row],)
    assert chart.sessions.tolist() == bars.sessions[own[1:]].tolist()
    assert np.isfinite(chart.close).all()
    assert chart.close[0, 3] == bars.close[row, own[4]]


def test_shares_are_shown_with_two_decimals() -> None:
    frame = pd.DataFrame({"Mean excess": [0.0123456, None], "Hit rate": [0.5, 1.0], "Dates": [3, 4]})
    shown = study_tables.in_percent(frame)
    assert shown["Mean excess"].tolist()[0] == pytest.approx(1.23456)
    assert shown["Hit rate"].tolist() == [50.0, 100.0]
    assert shown["Dates"].tolist() == [3, 4]
    formats = study_tables.formats(frame)
    assert {formats[name]["type_config"]["format"] for name in ("Mean excess", "Hit rate")} == {"%.2f%%"}


def test_what_is_shown_as_zero_has_no_sign() -> None:
    frame = pd.DataFrame({"Mean excess": [-0.00004, 0.00004, -0.00006, -0.0, None]})
    shown = study_tables.in_percent(frame)["Mean excess"].tolist()
    assert [f"{value:.2f}" for value in shown[:4]] == ["0.00", "0.00", "-0.01", "0.00"]
    assert np.isnan(shown[4])


def test_every_entry_is_marked_also_one_that_moved_as_the_universe() -> None:
    found = study("close > sma(close, 3)", made_panel(3, holes=False))
    symbol = found.symbols[0]
    entries = entries_of(found, symbol)
    still = replace(entries[0], excess=dict.fromkeys(entries[0].excess, 0.0))
    figure = study_charts.symbol_events(found, symbol, (still, *entries[1:]), 63)
    marked = {trace.name: list(trace.x) for trace in figure.data if trace.mode == "markers"}
    assert str(still.session) in marked["not above it"]
    assert sum(map(len, marked.values())) == len(entries)
    assert str(entries[-1].session) in marked["not judged yet"]
