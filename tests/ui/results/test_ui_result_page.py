"""The results page in all its states."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import streamlit as st

from technic_scanner import criteria
from technic_scanner.adapters.market_data.sample.source import SampleSource
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunError, RunStatus
from technic_scanner.errors import SourceError
from technic_scanner.extras import install_command
from technic_scanner.pipeline.result import MarketContext
from technic_scanner.runs.exports.export import to_csv
from technic_scanner.runs.model import Appearance, Rows
from technic_scanner.runs.worker.worker import Worker, WorkerIdentity, WorkerRules
from technic_scanner.ui.app import run_chooser
from technic_scanner.ui.results import result_data, result_table, row_filters
from technic_scanner.ui.scan.form_state import config_of
from technic_scanner.ui.style import tables
from tests.support.extras import hide
from tests.ui.builders import result_rows
from tests.ui.scan.test_ui_scan_page import texts, titles


def whole(seeded):
    return next(run for run in seeded.services.service.list().records if run.label == "Whole sample")


def nothing(seeded):
    return next(run for run in seeded.services.service.list().records if run.label == "Nothing")


def cancelled_while(stage, working: str, config: ScanConfig):
    """Scan for real, and cancel as soon as a stage has done its first symbols."""
    run = stage.services.service.submit(config, RunOptions(chunk_size=20, event_interval_seconds=0.0))

    def scan(task):
        def listen(event):
            task.listener(event)
            if event.stage(working).completed:
                stage.services.service.cancel(run.run_id)
                task.cancel.cancel("cancelled on request")

        return stage.services.scanning(replace(task, listener=listen))

    identity = WorkerIdentity("test", "here", 1, "0")
    Worker(stage.services.store, scan, stage.services.clock, identity, WorkerRules()).run()
    ended = stage.services.service.get(run.run_id)
    assert ended.status is RunStatus.CANCELLED
    return ended


def failed(stage, monkeypatch: pytest.MonkeyPatch):
    """Scan for real with a source that cannot be read; the run fails and leaves a result without rows."""

    def broken(*_: object) -> None:
        raise SourceError("universe.csv cannot be read")

    monkeypatch.setattr(SampleSource, "universe", broken)
    run = stage.scanned(ScanConfig())
    assert run.status is RunStatus.FAILED
    assert run.outcome is not None
    return run


def change_result(monkeypatch: pytest.MonkeyPatch, run, change) -> None:
    """Let the page see another result of the run than the stored one."""
    stored = change(result_data.stored_result(run))
    monkeypatch.setattr(result_data, "stored_result", lambda *_: stored)


def captions(app) -> list[str]:
    return [item.value for item in app.caption]


def exports(app) -> list[str]:
    return [item.proto.label for item in app.get("download_button")]


def table(app):
    return next(frame.value for frame in app.dataframe if "Symbol" in frame.value and tables.PRICES in frame.value)


def about_the_market(app):
    return [expander for expander in app.expander if expander.label.startswith("Market:")]


def test_without_runs_it_says_where_to_go(empty, open_page) -> None:
    app = open_page("results")
    assert not app.exception
    assert titles(app, "info") == ["No results yet"]
    assert app.page_link[0].value == "Configure a scan"


def test_without_a_run_in_the_address_the_newest_is_shown(seeded, open_page) -> None:
    app = open_page("results")
    assert not app.exception
    assert app.selectbox(key="run_choice").value == seeded.services.service.list().records[0].run_id


def test_all_rows_are_shown_with_prices_formats_and_figures(seeded, open_page) -> None:
    run = whole(seeded)
    app = open_page("results", run=run.run_id)
    assert not app.exception
    stored = seeded.services.service.result(run.run_id)
    shown = table(app)
    assert shown["Symbol"].tolist() == stored.table.column("Symbol").to_pylist()
    assert all(45 <= len(prices) <= 60 for prices in shown[tables.PRICES])
    assert shown[tables.PRICES].iloc[0][-1] == pytest.approx(stored.table.column("Close").to_pylist()[0], rel=1e-6)
    assert app.metric[0].value == f"{len(shown):,}"
    assert f"**S&P 500, Aug 2009 – Aug 2010** · as of {stored.as_of.isoformat()} (exchange date) · " in texts(app)
    assert "after filtering" not in texts(app)
    assert len(app.get("plotly_chart")) == 2
    assert "**Sectors, coloured by score**" in texts(app)
    said = " ".join(item.value for item in app.caption)
    for note in stored.context.notes[:2]:
        assert note in said.replace("\\", "")


def test_of_very_many_rows_the_first_are_drawn_until_all_are_asked_for(
    seeded, open_page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(result_table, "ROWS_AT_ONCE", 7)
    run = whole(seeded)
    symbols = seeded.services.service.result(run.run_id).table.column("Symbol").to_pylist()
    app = open_page("results", run=run.run_id)
    assert table(app)["Symbol"].tolist() == symbols[:7]
    assert app.metric[0].value == f"{len(symbols):,}"
    assert any(caption.value.startswith("The first 7 rows are shown") for caption in app.caption)
    app.selectbox(key="r_sort").set_value("Symbol").run()
    assert table(app)["Symbol"].tolist() == sorted(symbols)[:7]
    app.toggle(key="r_all").set_value(True).run()
    assert table(app)["Symbol"].tolist() == sorted(symbols)
    last = max(symbols)
    app = open_page("results", run=run.run_id, symbol=last)
    assert f"{last} is not in the rows shown." in captions(app)


def test_filters_narrow_the_rows_and_come_back_from_the_address(seeded, open_page) -> None:
    run = whole(seeded)
    app = open_page("results", run=run.run_id)
    sector = table(app)["Sector"].mode()[0]
    app.multiselect(key="r_sectors").set_value([sector]).run()
    narrowed = table(app)
    assert set(narrowed["Sector"]) == {sector}
    again = open_page("results", run=run.run_id, r_sectors=sector)
    assert table(again)["Symbol"].tolist() == narrowed["Symbol"].tolist()
    first = narrowed["Symbol"].iloc[0]
    app.text_input(key="r_find").set_value(first.lower()).run()
    assert first in table(app)["Symbol"].tolist()


def test_filters_that_pass_nothing_are_explained(seeded, open_page) -> None:
    app = open_page("results", run=whole(seeded).run_id)
    app.number_input(key="r_score").set_value(100.0).run()
    assert not app.exception
    assert "No row passes these filters" in titles(app, "info")
    rows = app.metric[0].value
    assert f"No row passes the filters. Showing all rows: {rows}." in captions(app)
    assert len(app.get("plotly_chart")) == 2


def test_the_filters_are_cleared_in_the_page_and_in_the_address(seeded, open_page) -> None:
    everything = seeded.services.service.result(whole(seeded).run_id).table.num_rows
    given = {"r_find": "zzz", "r_sectors": "Utilities", "r_signals": "Long", "r_tiers": "core", "r_score": "60"}
    app = open_page("results", run=whole(seeded).run_id, r_sort="Symbol", **given)
    assert set(given) <= set(app.query_params)
    app.button(key="r_clear").click().run()
    assert not app.exception
    assert not set(given) & set(app.query_params)
    assert app.selectbox(key="r_sort").value == "Symbol", "the order is no filter"
    assert len(table(app)) == everything
    assert [app.text_input(key="r_find").value, app.number_input(key="r_score").value] == ["", 0.0]
    assert all(app.multiselect(key=name).value == [] for name in ("r_sectors", "r_signals", "r_tiers"))
    assert "r_clear" not in [button.key for button in app.button]


def test_criteria_filter_the_rows_without_a_new_scan(seeded, open_page) -> None:
    run = whole(seeded)
    stored = seeded.services.service.result(run.run_id, Rows.ALL)
    wanted = "rsi(14) > 50 and rank(roc(close, 21)) > 0.2"
    matches = set(seeded.services.scanning.judge_run(stored, criteria.compile(wanted)).matches)
    app = open_page("results", run=run.run_id, r_where=wanted)
    assert not app.exception
    everything = seeded.services.service.result(run.run_id).table["Symbol"].to_pylist()
    assert set(table(app)["Symbol"]) == matches & set(everything)
    assert 0 < len(table(app)) < len(everything)
    assert any(text.startswith(f"{len(matches):,} scanned rows meet the criteria") for text in captions(app))
    app.text_input(key="r_where").set_value("cloze > 1").run()
    assert any("line 1, column 1: There is no name 'cloze'" in code.value for code in app.code)
    assert "No row passes these filters" in titles(app, "info")


def test_columns_of_the_criteria_are_in_the_table_and_beside_the_chart(seeded, open_page) -> None:
    asked = 'close > 1 rank by rsi(14) show atr(14) / close as "Range" show close > open as "Up"'
    run = seeded.services.service.submit(ScanConfig(source="sample", criteria=asked), RunOptions())
    identity = WorkerIdentity("test", "here", 1, "0")
    Worker(seeded.services.store, seeded.services.scanning, seeded.services.clock, identity, WorkerRules()).run()
    app = open_page("results", run=run.run_id)
    assert not app.exception
    shown = table(app)
    assert {"Range", "Up"} <= set(shown.columns)
    assert any("in the order of rsi(14), the largest first" in text for text in captions(app))
    opened = open_page("results", run=run.run_id, symbol=shown["Symbol"].iloc[0])
    assert "Of the criteria: Range: **0.0" in texts(opened)
    spec = next(one for one in opened.get("plotly_chart") if one.key.startswith("candles_")).proto.spec
    (line,) = [trace for trace in json.loads(spec)["data"] if trace["name"] == "Range"]
    assert line["y"][-1] == pytest.approx(shown["Range"].iloc[0])
    assert any(text.startswith("Not drawn: Up.") for text in captions(opened))


def test_each_tab_says_whether_the_filters_apply_to_it(seeded, open_page) -> None:
    run = whole(seeded)
    names = seeded.services.service.result(run.run_id).table.column("Symbol").to_pylist()
    some = {"run": run.run_id, "r_find": names[0]}
    app = open_page("results", **some)
    assert f"{len(table(app))} of {len(names)} rows after filtering." in captions(app)
    everyone = f"All {len(names)} picks; the filters do not apply here."
    assert everyone in captions(open_page("results", r_tab="Portfolio", **some))
    assert everyone in captions(open_page("results", r_tab="Portfolio", run=run.run_id, r_find="zzz"))
    assert everyone not in captions(open_page("results", r_tab="Portfolio", run=run.run_id))


def test_a_sector_that_the_source_does_not_know_has_a_name_on_the_page_alone(seeded, open_page) -> None:
    run = whole(seeded)
    stored = seeded.services.service.result(run.run_id).table.to_pandas()
    unknown = set(stored.loc[stored["Sector"].fillna("") == "", "Symbol"])
    assert unknown
    app = open_page("results", run=run.run_id, r_sectors=result_data.UNKNOWN_SECTOR)
    assert set(table(app)["Symbol"]) == unknown
    assert "" not in app.multiselect(key="r_sectors").options
    assert result_data.UNKNOWN_SECTOR not in to_csv(result_data.stored_result(run).table).decode()


def test_a_clicked_row_opens_its_symbol_also_after_another_order(seeded, open_page) -> None:
    run = whole(seeded)
    app = open_page("results", run=run.run_id)
    for order in ("Rank", "Symbol", "Sector"):
        app.selectbox(key="r_sort").set_value(order).run()
        rows = table(app)
        by, ascending = row_filters.SORTS[order]
        assert rows[by].is_monotonic_increasing is ascending
        wanted = rows["Symbol"].iloc[3]
        mark = tables.revision(run.run_id, run.attempt, *rows["Symbol"])
        app.session_state[f"rows_{mark}"] = {"selection": {"rows": [3], "columns": [], "cells": []}}
        results_view_select(app, rows, mark)
        app.run()
        assert not app.exception
        assert f"**{wanted}**" in texts(app), order


def results_view_select(app, rows, mark) -> None:
    """Do what the browser's click does: AppTest has no click on a row, and runs no callback of one."""
    app.query_params["symbol"] = tables.selected_symbol(rows, app.session_state[f"rows_{mark}"]["selection"]["rows"])


def test_the_open_symbol_stays_open_when_the_order_changes(seeded, open_page) -> None:
    run = whole(seeded)
    symbol = seeded.services.service.result(run.run_id).table.column("Symbol").to_pylist()[4]
    app = open_page("results", run=run.run_id, symbol=symbol)
    for order in ("Symbol", "Score"):
        app.selectbox(key="r_sort").set_value(order).run()
        assert f"**{symbol}**" in texts(app)


def test_a_symbol_shows_its_plan_its_reasons_and_its_chart(seeded, open_page) -> None:
    run = whole(seeded)
    row = seeded.services.service.result(run.run_id).table.slice(0, 1).to_pylist()[0]
    app = open_page("results", run=run.run_id, symbol=row["Symbol"])
    assert not app.exception
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Entry, USD"] == f"{row['Entry']:,.2f}"
    assert shown["Stop, USD"] == f"{row['Stop']:,.2f}"
    assert shown["Target, USD"] == f"{row['Target']:,.2f}"
    assert shown["At risk, USD"] == f"{row['RiskAmount']:,.2f}"
    assert row["Rationale"].split(".")[0].split(":")[0] in texts(app).replace("\\", "")
    assert figures(app) >= {f"{name}_{row['Symbol']}" for name in _OF_A_SYMBOL}
    assert "No other run has picked this symbol" in texts(app)


_OF_A_SYMBOL = ("candles", "sub_scores")


def figures(app) -> set[str]:
    return {figure.key for figure in app.get("plotly_chart")}


def test_an_open_symbol_is_beside_the_table_whatever_tab_is_open(seeded, open_page) -> None:
    run = whole(seeded)
    first, second = seeded.services.service.result(run.run_id).table.column("Symbol").to_pylist()[:2]
    of_first, of_second = ({f"{name}_{symbol}" for name in _OF_A_SYMBOL} for symbol in (first, second))
    of_all = {"sector_map", "score_distribution"}
    app = open_page("results", run=run.run_id)
    assert figures(app) == of_all
    app.query_params["symbol"] = first
    assert figures(app.run()) == of_first | of_all
    app.query_params["r_tab"] = "Not in the results"
    assert figures(app.run()) == of_first
    app.query_params["symbol"] = second
    assert figures(app.run()) == of_second
    app.button(key="close_symbol").click().run()
    assert not figures(app)
    assert "symbol" not in app.query_params
    assert app.session_state["r_tab"] == "Not in the results"


def test_two_buttons_walk_the_list_in_its_order(seeded, open_page) -> None:
    run = whole(seeded)
    names = sorted(seeded.services.service.result(run.run_id).table.column("Symbol").to_pylist())
    app = open_page("results", run=run.run_id, symbol=names[0])
    app.selectbox(key="r_sort").set_value("Symbol").run()
    assert app.button(key="symbol_before").disabled
    for name in names[1:3]:
        app.button(key="symbol_after").click().run()
        assert f"**{name}**" in texts(app)
    app.button(key="symbol_before").click().run()
    assert app.query_params["symbol"] == names[1]
    app.text_input(key="r_find").set_value(names[5]).run()
    assert app.button(key="symbol_before").disabled, "it is not in the filtered list"
    assert app.button(key="symbol_after").disabled


def test_the_chart_has_a_range_a_scale_and_panels(seeded, open_page) -> None:
    run = whole(seeded)
    symbol = seeded.services.service.result(run.run_id).table.column("Symbol").to_pylist()[0]
    app = open_page("results", run=run.run_id, symbol=symbol, r_range="1M", r_log="true", r_panels="RSI")
    assert not app.exception
    figure = json.loads(next(one for one in app.get("plotly_chart") if one.key == f"candles_{symbol}").proto.spec)
    assert len(figure["data"][0]["x"]) == 21
    assert figure["layout"]["yaxis"]["type"] == "log"
    assert [trace["name"] for trace in figure["data"] if trace.get("yaxis", "y") != "y"] == ["RSI 14"]


def selected(rows: list[int], cells: list[tuple[int, str]]) -> dict:
    return {"rows": rows, "columns": [], "cells": cells}


@pytest.mark.parametrize(
    ("opened", "selection", "then"),
    [
        (None, selected([2], []), "CCC"),
        (None, selected([], [(1, "Close")]), "BBB"),
        ("AAA", selected([0], [(1, "Close")]), "BBB"),
        ("BBB", selected([0], [(1, "Close")]), "AAA"),
        ("BBB", selected([], [(1, "Signal")]), "BBB"),
        ("BBB", selected([], []), None),
    ],
)
def test_what_was_clicked_last_opens(monkeypatch, opened, selection, then) -> None:
    address = {} if opened is None else {"symbol": opened}
    monkeypatch.setattr(result_table.url_state.st, "query_params", address)
    result_table._select(result_rows(("AAA", "BBB", "CCC")), selection)
    assert address.get("symbol") == then


def test_a_symbol_that_was_not_picked_says_why(seeded, open_page) -> None:
    run = whole(seeded)
    failure = seeded.services.service.result(run.run_id).failures[0]
    app = open_page("results", run=run.run_id, symbol=failure.symbol)
    assert not app.exception
    assert [item.proto.title for item in app.info] == ["Not a pick: no bar in the newest session"]
    assert failure.detail in app.info[0].value.replace("\\", "")
    assert "is not in the rows shown" not in texts(app)
    assert figures(app) >= {f"{name}_{failure.symbol}" for name in _OF_A_SYMBOL}


def test_a_symbol_that_was_not_scanned_says_so(seeded, open_page) -> None:
    app = open_page("results", run=whole(seeded).run_id, symbol="NOSUCH")
    assert not app.exception
    assert "**NOSUCH** was not scanned." in texts(app)


def test_any_scanned_symbol_is_looked_up(seeded, open_page) -> None:
    run = whole(seeded)
    rows = seeded.services.service.result(run.run_id, Rows.ALL).table.to_pylist()
    row = next(row for row in rows if row["NotPicked"] == "no_signal")
    app = open_page("results", run=run.run_id)
    app.text_input(key="r_lookup").set_value(row["Symbol"].lower()).run()
    assert not app.exception
    assert app.query_params["symbol"] == row["Symbol"]
    assert app.text_input(key="r_lookup").value == ""
    assert [item.proto.title for item in app.info] == ["Not a pick: no signal"]
    assert row["NotPickedReason"] in app.info[0].value
    assert f"{row['Stop']:.2f}" in {item.value for item in app.metric}


def test_all_scanned_rows_are_shown_where_they_are_asked_for(seeded, open_page) -> None:
    run = whole(seeded)
    everything = seeded.services.service.result(run.run_id, Rows.ALL).table
    picks = open_page("results", run=run.run_id)
    assert "NotPicked" not in table(picks)
    app = open_page("results", run=run.run_id, r_rows="true", r_all="true")
    assert not app.exception
    shown = table(app)
    assert len(shown) == everything.num_rows > len(table(picks))
    assert shown["Picked"].sum() == len(table(picks))
    codes = everything.to_pandas()["NotPicked"]
    assert shown["NotPicked"].value_counts().to_dict() == codes.value_counts().to_dict()
    assert len(open_page("results", run=run.run_id, r_rows="true", r_tab="Portfolio").dataframe[-1].value) == len(
        table(picks)
    )


def test_every_symbol_that_is_missing_has_its_reason_in_a_tab_of_its_own(seeded, open_page) -> None:
    run = whole(seeded)
    app = open_page("results", run=run.run_id, r_tab="Not in the results")
    assert not app.exception
    failures = seeded.services.service.result(run.run_id).failures
    counts, each = (frame.value for frame in app.dataframe if "Reason" in frame.value)
    said = list(zip(each["Symbol"], each["Detail"], strict=True))
    assert sorted(said) == sorted((item.symbol, item.detail) for item in failures)
    assert counts["Symbols"].sum() == len(failures) > 0
    assert counts["Reason"].tolist() == ["no signal", "no bar in the newest session", "ranked below the picks"]
    assert counts["Symbols"].is_monotonic_decreasing
    assert each["Reason"].unique().tolist() == counts["Reason"].tolist(), "the largest group comes first"
    settings = next(frame.proto.columns for frame in app.dataframe if "Symbols" in frame.value)
    assert '"format": "localized"' in settings
    assert app.get("plotly_chart") == [], "a tab that is not open costs nothing"


def test_an_empty_result_says_which_filter_removed_what(seeded, open_page) -> None:
    run = nothing(seeded)
    app = open_page("results", run=run.run_id)
    assert not app.exception
    assert "No symbol passed" in titles(app, "info")
    assert "removed" in "".join(item.value for item in app.info)
    assert app.metric[0].value == "0"
    assert exports(app) == ["Excel", "Report (HTML)"]
    missing = next(frame.value for frame in app.dataframe if "Detail" in frame.value)
    assert len(missing) == len(seeded.services.service.result(run.run_id).failures) > 0


@pytest.mark.parametrize(("find", "button"), [("nothing", "r_change"), ("nothing", "r_edit"), ("whole", "r_edit")])
def test_a_runs_scan_is_changed_in_the_form_that_made_it(
    seeded, open_page, monkeypatch: pytest.MonkeyPatch, find: str, button: str
) -> None:
    run = {"nothing": nothing, "whole": whole}[find](seeded)
    went: list[str] = []
    monkeypatch.setattr(st, "switch_page", lambda page, **_: went.append(page))  # AppTest stays where it is
    app = open_page("results", run=run.run_id)
    app.button(key=button).click().run()
    assert went == ["pages/scan.py"]
    app.switch_page("pages/scan.py").run()
    assert not app.exception
    assert config_of(app.session_state) == run.config


def test_a_wrong_run_is_said_and_nothing_else_is_shown_in_its_place(seeded, open_page) -> None:
    app = open_page("results", run="01WRONG")
    assert not app.exception
    assert app.error[0].value.startswith("There is no run 01WRONG.")
    assert "run_not_found" in app.error[0].value
    assert len(app.metric) == 0
    assert app.selectbox(key="run_choice").value is None


def test_a_running_scan_has_nothing_to_show_yet(empty, open_page) -> None:
    run = empty.running()
    app = open_page("results", run=run.run_id)
    assert not app.exception
    assert titles(app, "info") == ["This run has no results yet"]
    assert app.page_link[0].value == "Watch the run"


def test_a_run_that_failed_without_rows_is_no_dead_end(empty, open_page) -> None:
    run = empty.running()
    empty.end(run, RunStatus.FAILED)
    app = open_page("results", run=run.run_id)
    assert not app.exception
    assert titles(app, "info") == ["This run has no results"]
    assert "✕ Failed" in app.info[0].value
    assert app.page_link[0].value == "Open the run"


def test_a_run_that_failed_says_why_and_promises_nothing(empty, open_page, monkeypatch: pytest.MonkeyPatch) -> None:
    run = failed(empty, monkeypatch)
    app = open_page("results", run=run.run_id)
    assert not app.exception
    assert titles(app, "error") == ["The scan failed"]
    assert app.error[0].value == "universe.csv cannot be read.\n\nCode: `source_error`"
    assert app.page_link[0].value == "Open the run"
    assert titles(app, "info") == []
    assert exports(app) == ["Excel", "Report (HTML)"]
    said = texts(app)
    assert not [words for words in ("Resume", "Every symbol", "newest session", "not in the results") if words in said]
    assert len(about_the_market(app)) == 1
    change_result(monkeypatch, run, lambda stored: replace(stored, notes=(), context=MarketContext()))
    assert not about_the_market(open_page("results", run=run.run_id))


def test_a_failed_run_without_a_result_says_why(empty, open_page) -> None:
    run = empty.running()
    empty.end(run, RunStatus.FAILED, RunError("store_full", "the disk is full"))
    app = open_page("results", run=run.run_id)
    assert titles(app, "error") == ["The scan failed"]
    assert "The disk is full." in app.error[0].value
    assert app.page_link[0].value == "Open the run"


def test_only_a_run_that_succeeded_with_rows_says_that_every_symbol_is_in_it(
    seeded, open_page, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = whole(seeded)
    change_result(monkeypatch, run, lambda stored: replace(stored, failures=()))
    words = "Every symbol of the universe is in the results."
    assert words in captions(open_page("results", run=run.run_id, r_tab="Not in the results"))
    change_result(monkeypatch, nothing(seeded), lambda stored: replace(stored, failures=(), table=stored.table[:0]))
    assert words not in captions(open_page("results", run=nothing(seeded).run_id))


def test_notes_without_facts_have_the_whole_width(seeded, open_page, monkeypatch: pytest.MonkeyPatch) -> None:
    run = whole(seeded)
    app = open_page("results", run=run.run_id)
    assert len(about_the_market(app)[0].children) == 0, "what is closed costs nothing"
    app.session_state["r_context"] = True
    assert len(about_the_market(app.run())[0].columns) == 2
    change_result(monkeypatch, run, lambda stored: replace(stored, context=replace(stored.context, facts=())))
    app.run()
    assert len(about_the_market(app)[0].columns) == 0
    assert about_the_market(app)[0].markdown[0].value.startswith("- ")


def test_the_table_of_other_runs_does_not_push_the_rest_away(
    seeded, open_page, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = whole(seeded)
    symbol = seeded.services.service.result(run.run_id).table.column("Symbol")[0].as_py()
    many = [Appearance(f"01R{i}", run.created_at, None, symbol, 1, "Long", "core", 60.0, 60.0) for i in range(15)]
    service = seeded.services.service
    monkeypatch.setattr(type(service), "appearances", lambda *_, **__: tuple(many))
    heights, draw = {}, st.dataframe

    def measured(data, **options):
        heights[options["alt"]] = options["height"]
        return draw(data, **options)

    monkeypatch.setattr(st, "dataframe", measured)
    app = open_page("results", run=run.run_id, symbol=symbol)
    assert not app.exception
    assert 15 in [len(frame.value) for frame in app.dataframe]
    shown = heights[f"Other runs that picked {symbol}"]
    assert shown != "content"
    assert shown <= 220


def test_a_cancelled_run_shows_what_it_had_scanned_and_says_how_to_go_on(empty, open_page) -> None:
    run = cancelled_while(empty, "symbol_scanning", ScanConfig(direction="both", min_tech_rating=0))
    scanned, unjudged = run.metrics.symbols_scanned, run.metrics.symbols_failed
    assert 0 < scanned < 524
    app = open_page("results", run=run.run_id)
    assert not app.exception
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Not evaluated"] == str(unjudged)
    assert "Failed" not in shown
    assert "ranks compare only those" in app.info[0].value
    assert titles(app, "info") == ["Picks of a run that stopped early"]
    assert app.info[0].value.startswith(f"{scanned} of 524 symbols were scanned before the run stopped;")
    assert app.page_link[0].value == "Open the run"
    assert len(table(app)) == run.metrics.symbols_returned > 0
    panel = open_page(run=run.run_id)
    assert f"{scanned} of 524 symbols scanned before the run stopped" in texts(panel)
    assert f"{unjudged} failed" not in texts(panel)
    assert panel.button(key=f"results_{run.run_id}").proto.type == "secondary"
    assert panel.button(key=f"resume_{run.run_id}").proto.type == "primary"


def test_a_run_that_was_cancelled_before_it_scanned_shows_no_table_and_says_how_to_go_on(
    empty, open_page, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = cancelled_while(empty, "data_fetching", ScanConfig())
    app = open_page("results", run=run.run_id)
    assert not app.exception
    assert {metric.label: metric.value for metric in app.metric}["Picks"] == "0"
    assert titles(app, "info") == ["The run stopped before any symbol passed"]
    assert app.info[0].value.startswith("Scan cancelled\\: cancelled on request. Open the run to resume")
    assert app.page_link[0].value == "Open the run"
    kinds = {kind for frame in app.dataframe if "Kind" in frame.value for kind in frame.value["Kind"]}
    assert kinds == {"not evaluated"}
    metrics = replace(run.metrics, symbols_scanned=280)
    monkeypatch.setattr(run_chooser, "choose", lambda: replace(run, metrics=metrics))
    said = open_page("results", run=run.run_id).info[0].value
    assert said.startswith("280 of 524 symbols were scanned before the run stopped. Open the run to resume")


def test_what_was_kept_of_a_run_is_not_shown_once_it_is_resumed(empty, open_page) -> None:
    run = cancelled_while(empty, "data_fetching", ScanConfig())
    assert len(open_page("results", run=run.run_id).metric) > 0
    empty.services.store.requeue(run.run_id)
    app = open_page("results", run=run.run_id)
    assert not app.exception
    assert titles(app, "info") == ["This run has no results yet"]


def test_a_run_leaves_no_file_beside_the_store(seeded) -> None:
    run = whole(seeded)
    assert not list(seeded.services.settings.home.rglob(f"*{run.run_id}*"))


def test_files_of_chosen_columns_are_offered_once_columns_are_chosen(seeded, open_page) -> None:
    app = open_page("results", run=whole(seeded).run_id)
    button = next(item for item in app.get("download_button") if item.proto.label == "CSV of these columns")
    assert button.proto.disabled
    app.multiselect(key="export_columns").set_value(["Symbol", "Entry"]).run()
    assert not app.exception
    button = next(item for item in app.get("download_button") if item.proto.label == "CSV of these columns")
    assert not button.proto.disabled
    best = seeded.services.service.result(whole(seeded).run_id).table.column("Symbol").to_pylist()
    assert " ".join(best) in [item.value for item in app.code]


def test_excel_cannot_be_chosen_without_its_extra(seeded, open_page, monkeypatch) -> None:
    hide(monkeypatch, "xlsxwriter")
    app = open_page("results")
    assert not app.exception
    buttons = {item.proto.label: item.proto for item in app.get("download_button")}
    assert buttons["Excel"].disabled
    assert install_command("excel") in buttons["Excel"].help
    assert not buttons["Report (HTML)"].disabled
