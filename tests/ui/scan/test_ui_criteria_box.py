"""The criteria box: rows and text are the same criteria, counts are those of the cached bars, nothing is lost."""

from __future__ import annotations

from technic_scanner import criteria
from technic_scanner.criteria.imports import import_text
from technic_scanner.domain.config import ScanConfig
from technic_scanner.ui.scan import criteria_editor, live_counts
from technic_scanner.ui.scan.form_state import key
from tests.ui.scan.test_ui_scan_page import texts, titles

TEXT = key("criteria")
SCAN = "rsi(14) < 60 and (close > sma(close, 200) or not gap > 4%)"


def labelled(elements, label: str):
    return next(item for item in elements if item.label == label)


def opened(open_page, text: str = ""):
    app = open_page()
    app.session_state[TEXT] = text
    return app.run()


def written(app) -> str:
    return app.session_state[TEXT]


def test_rows_are_filled_in_and_become_the_text_of_the_scan(empty, open_page) -> None:
    app = open_page()
    labelled(app.selectbox, "Field of row 1").set_value("rsi(14)").run()
    labelled(app.selectbox, "Operator of row 1").set_value("<").run()
    labelled(app.text_input, "Value of row 1").set_value("30").run()
    assert written(app) == "rsi(14) < 30"
    labelled(app.button, "Add row").click().run()
    labelled(app.selectbox, "Field of row 2").set_value("sector").run()
    labelled(app.multiselect, "Values of row 2").set_value(["Energy", "Utilities"]).run()
    labelled(app.selectbox, "When row 1 holds").set_value("within").run()
    labelled(app.number_input, "Bars of row 1").set_value(5).run()
    assert written(app) == 'rsi(14) < 30 within 5 bars and sector in ("Energy", "Utilities")'
    assert "The criteria can be used" in texts(app)
    assert not app.exception

    app.button(key="start_scan").click().run()
    (record,) = empty.services.service.list().records
    assert record.config == ScanConfig(criteria=written(app))


def test_a_text_is_shown_as_rows_groups_and_formulas_and_stays_what_it_is(empty, open_page) -> None:
    app = opened(open_page, SCAN)
    assert labelled(app.selectbox, "Field of row 1").value == "rsi(14)"
    assert labelled(app.text_input, "Value of row 2.1").value == "sma(close, 200)"
    assert labelled(app.text_input, "Formula 2.2").value == "not gap > 4%"
    assert written(app) == SCAN
    labelled(app.text_input, "Value of row 1").set_value("50").run()
    assert criteria.compile(written(app)) == criteria.compile(SCAN.replace("60", "50"))
    next(item for item in app.button if item.label == "Remove group 2").click().run()
    assert written(app) == "rsi(14) < 50"
    assert not app.exception


def test_a_fault_is_shown_with_its_place_and_what_was_typed_is_kept(empty, open_page) -> None:
    text = "close > smaa(close, 3) and  # mine"
    app = opened(open_page, text)
    assert titles(app, "error")[0] == "The criteria have a fault"
    assert any("^" in block.value for block in app.code)
    assert labelled(app.text_input, "Formula 1").value == text
    labelled(app.text_input, "Formula 1").set_value("close > sma(close, 3)").run()
    assert written(app) == "close > sma(close, 3)"
    assert not app.error


def test_counts_are_those_of_the_cached_bars(seeded, open_page) -> None:
    app = opened(open_page, SCAN)
    judged = seeded.services.scanning.judge(ScanConfig(), criteria.compile(SCAN))
    alone = seeded.services.scanning.judge(ScanConfig(), criteria.compile("rsi(14) < 60"))
    shown = texts(app)
    assert f"**{judged.passes.sum():,} symbols** of" in shown
    assert f"**{alone.passes.sum():,}** match" in shown
    assert "the newest cached session" in shown


def test_without_cached_bars_it_says_so(empty, open_page) -> None:
    assert "No bars are cached yet" in texts(opened(open_page, "close > 5"))


def test_criteria_are_saved_in_versions_opened_and_removed(empty, open_page) -> None:
    app = opened(open_page, "close > 5")
    app.text_input(key="criteria_name").set_value("Mine")
    app.button(key="criteria_save").click().run()
    labelled(app.text_input, "Value of row 1").set_value("6").run()
    app.button(key="criteria_save").click().run()
    assert [item.text for item in empty.services.criteria.versions("Mine")] == ["close > 6", "close > 5"]
    app.selectbox(key="criteria_version").set_value(1)
    app.button(key="criteria_open").click().run()
    assert written(app) == "close > 5"
    assert "Opened: Mine, version 1" in texts(app)
    app.button(key="criteria_save").click().run()
    assert "version 2" in texts(app), "what is open is not the newest version, and is not overwritten unseen"
    app.button(key="criteria_remove").click().run()
    assert written(app) == "close > 5"
    assert not app.exception


def test_shipped_scans_are_picked_with_their_sentence(empty, open_page) -> None:
    app = open_page()
    assert "The 50-bar average has crossed above the 200-bar average within five bars." in texts(app)
    app.button(key="shipped_Golden cross").click().run()
    assert written(app) == "sma(close, 50) crosses above sma(close, 200) within 5 bars"
    assert not app.exception


def test_a_scan_of_another_program_is_taken_over_and_what_is_not_is_named(empty, open_page) -> None:
    app = open_page()
    scan = "[RSI(14) x 30] and [SCTR > 75]"
    app.selectbox(key="criteria_language").set_value("stockcharts")
    app.text_area(key="criteria_foreign").set_value(scan)
    app.button(key="criteria_take_over").click().run()
    assert written(app) == import_text("stockcharts", scan).text
    assert "SCTR is not known here" in texts(app)
    assert titles(app, "warning") == ["Parts were left out"]
    assert not app.exception


def test_the_sentence_on_all_rows() -> None:
    counted = live_counts.Live({}, live_counts.Count(40, 3), 500, 524)
    assert live_counts.summary(counted, 25) == (
        "**40 symbols** of 500 (24 are not cached) match on unknown, the newest cached session. The first 25 are kept. "
        "Unknown for 3."
    )


def test_the_text_is_edited_in_a_plain_field_where_the_editor_is_not_there(empty, open_page, monkeypatch) -> None:
    monkeypatch.setattr(criteria_editor, "_component", lambda: None)
    app = opened(open_page, "close > 5")
    app.session_state["criteria_view"] = "Text"
    app.run()
    labelled(app.text_area, "Criteria").set_value("close > smaa(close, 3)").run()
    assert written(app) == "close > smaa(close, 3)"
    assert titles(app, "error")[0] == "The criteria have a fault"
    labelled(app.text_area, "Criteria").set_value("close > 7").run()
    app.session_state["criteria_view"] = "Rows"
    app.run()
    assert labelled(app.text_input, "Value of row 1").value == "7"
    assert not app.exception
