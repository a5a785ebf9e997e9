"""Notes and tags of symbols and runs on the pages."""

from __future__ import annotations

import pandas as pd

from technic_scanner.runs.exports.note_columns import COLUMNS
from technic_scanner.runs.notes.model import Note
from technic_scanner.ui.results import shown_exports, symbol_notes
from tests.ui.results.test_ui_result_page import table, whole


def test_a_note_written_beside_the_chart_is_in_the_table_the_filter_and_the_file(seeded, open_page) -> None:
    run = whole(seeded)
    symbol = seeded.services.service.result(run.run_id).table.column("Symbol").to_pylist()[1]
    app = open_page("results", run=run.run_id, symbol=symbol)
    assert not set(COLUMNS) & set(table(app).columns)
    next(box for box in app.multiselect if str(box.key).startswith("note_tags")).set_value([])
    next(box for box in app.text_area if str(box.key).startswith("note_text")).set_value("wait")
    next(button for button in app.button if button.label == "Save note").click().run()
    assert not app.exception
    seeded.services.notes.write_symbol(symbol, "wait", ["dip"])
    app.run()
    noted = table(app).set_index("Symbol").loc[symbol]
    assert (list(noted["Tags"]), noted["Note"]) == (["dip"], "wait")
    app.multiselect(key="r_tags").set_value(["dip"]).run()
    shown = table(app)
    assert shown["Symbol"].tolist() == [symbol]
    stored = seeded.services.service.result(run.run_id)
    frame = stored.table.to_pandas()
    file = shown_exports._shown_table(run, stored, frame[frame["Symbol"] == symbol], ["Symbol", "Tags", "Note"])
    assert file.to_pylist() == [{"Symbol": symbol, "Tags": "dip", "Note": "wait"}]


def test_a_run_is_renamed_and_noted_on_its_page(seeded, open_page) -> None:
    run = whole(seeded)
    app = open_page("results", run=run.run_id)
    next(box for box in app.text_input if str(box.key).endswith("_label")).set_value("Renamed")
    next(box for box in app.text_area if str(box.key).endswith("_text")).set_value("checked by hand")
    next(button for button in app.button if button.label == "Save").click().run()
    assert not app.exception
    assert seeded.services.service.get(run.run_id).label == "Renamed"
    assert seeded.services.notes.of_run(run.run_id).text == "checked by hand"
    assert "checked by hand" in [caption.value for caption in app.caption]


def test_symbols_are_offered_in_three_forms_to_copy(seeded, open_page) -> None:
    run = whole(seeded)
    symbols = seeded.services.service.result(run.run_id).table.column("Symbol").to_pylist()
    shown = [code.value for code in open_page("results", run=run.run_id).code]
    assert " ".join(symbols) in shown
    assert ",".join(symbols) in shown or any(text.count(",") == len(symbols) - 1 for text in shown)


def test_the_note_of_a_symbol_with_small_letters_stands_in_its_row() -> None:
    rows = symbol_notes.with_notes(pd.DataFrame({"Symbol": ["A", "BRKb"]}), {"BRKB": Note("wait", ("dip",))})
    assert rows[list(COLUMNS)].to_numpy().tolist() == [[[], ""], [["dip"], "wait"]]
