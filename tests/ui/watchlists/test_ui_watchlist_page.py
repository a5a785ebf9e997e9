"""The page of watchlists, and where other pages take them up."""

from __future__ import annotations

import pandas as pd

from technic_scanner.domain.watchlist import Watchlist, WatchlistEntry
from technic_scanner.ui.scan.form_state import key
from technic_scanner.ui.watchlists.entry_frame import edited, to_entries, to_frame
from tests.ui.scan.test_ui_scan_page import texts, titles

TECH = Watchlist("tech", (WatchlistEntry("AAPL", "cheap <b>"), WatchlistEntry("BRK-B", section="Other")), "mine")


def saved(stage, watchlist: Watchlist = TECH) -> Watchlist:
    return stage.services.watchlists.save(watchlist)


def test_pasted_text_names_what_is_unknown_at_once_and_is_saved(empty, open_page) -> None:
    app = open_page("watchlists")
    assert not app.exception
    assert titles(app, "info") == ["No watchlists yet"]
    app.text_area(key="w_text").set_value('Buy AAPL, "BRK-B" and FOOBAR at 12.50')
    app.selectbox(key="w_source").set_value("sample").run()
    assert titles(app, "warning") == ["1 name unknown, left out"]
    assert "FOOBAR" in texts(app)
    assert "**2 symbols**: AAPL, BRK-B" in texts(app)
    app.button(key="w_add").click().run()
    assert "must be text of 1 to 80 characters" in texts(app), "a name is missing"
    app.text_input(key="w_name").set_value("mine")
    app.button(key="w_add").click().run()
    assert not app.exception
    (found,) = empty.services.watchlists.all()
    assert (found.name, found.symbols) == ("mine", ("AAPL", "BRK-B"))
    assert app.selectbox(key="w_list").value == "mine"
    assert app.text_area(key="w_text").value == ""


def test_an_older_version_can_be_made_the_newest_again_and_all_be_removed(empty, open_page) -> None:
    saved(empty)
    empty.services.watchlists.save(Watchlist("tech", (WatchlistEntry("IBM"),)), 1)
    app = open_page("watchlists")
    assert app.button(key="w_save").disabled, "nothing is changed"
    app.selectbox(key="w_version_tech").set_value(1).run()
    assert app.button(key="w_save").label == "Save as version 3, made of version 1"
    app.button(key="w_save").click().run()
    assert not app.exception
    assert empty.services.watchlists.get("tech").entries == TECH.entries
    app.button(key="w_remove").click().run()
    assert empty.services.watchlists.all() == ()
    assert titles(app, "info") == ["No watchlists yet"]


def test_a_changed_description_makes_the_next_version_unless_somebody_was_first(empty, open_page) -> None:
    saved(empty)
    app = open_page("watchlists")
    app.text_input(key="w_description_tech_1").set_value("yours").run()
    app.button(key="w_save").click().run()
    assert empty.services.watchlists.get("tech").description == "yours"
    app.text_input(key="w_description_tech_2").set_value("ours").run()
    empty.services.watchlists.note("tech", "AAPL", "sold")
    app.button(key="w_save").click().run()
    assert empty.services.watchlists.get("tech").entries[0].note == "sold"


def test_a_list_is_scanned_from_its_page_and_chosen_on_the_form(empty, open_page) -> None:
    saved(empty)
    app = open_page()
    app.multiselect(key=key("watchlists")).set_value(["tech"]).run()
    assert "2 symbols of 524 to scan." in texts(app)
    app.button(key="start_scan").click().run()
    (record,) = empty.services.service.list().records
    assert (record.config.symbols, record.config.watchlists) == (("AAPL", "BRK-B"), ("tech@1",))


def test_results_are_filtered_by_a_list_and_saved_as_one(seeded, open_page) -> None:
    record = next(run for run in seeded.services.service.list().records if run.label == "Whole sample")
    symbols = seeded.services.service.result(record.run_id).table.column("Symbol").to_pylist()
    saved(seeded, Watchlist("some", (WatchlistEntry(symbols[3]), WatchlistEntry(symbols[1]), WatchlistEntry("NOPE"))))
    app = open_page("results", run=record.run_id)
    app.multiselect(key="r_lists").set_value(["some"]).run()
    assert f"2 rows of {len(symbols):,}." in texts(app)
    app.text_input(key="r_watchlist_name").set_value("kept")
    app.button(key="r_watchlist_save").click().run()
    assert not app.exception
    kept = seeded.services.watchlists.get("kept")
    assert kept.symbols == (symbols[1], symbols[3])
    assert kept.entries[0].note == f"rank 2, run {record.run_id}"
    app.button(key="r_watchlist_save").click().run()
    assert seeded.services.watchlists.get("kept").version == 2
    app.multiselect(key="r_lists").set_value([]).run()
    seeded.services.watchlists.remove("some")
    assert not app.run().exception


def test_the_table_gives_the_entries_that_were_typed() -> None:
    frame = to_frame(TECH.entries)
    assert to_entries(frame) == TECH.entries
    frame.loc[2] = ["  msft ", "new\nline", None, "nasdaq"]
    frame.loc[3] = [None, "lost", None, None]
    assert to_entries(frame)[2:] == (WatchlistEntry("MSFT", "new line", "", "NASDAQ"),)
    assert to_entries(pd.DataFrame(columns=frame.columns)) == ()


def test_what_the_editor_holds_is_applied_to_the_entries() -> None:
    changes = {
        "edited_rows": {1: {"Note": "sold", "Symbol": "brk.b"}},
        "added_rows": [{"Symbol": "msft"}, {"Note": "no symbol"}],
        "deleted_rows": [0],
    }
    kept = (WatchlistEntry("BRK.B", "sold", "Other"), WatchlistEntry("MSFT"))
    assert edited(TECH.entries, changes) == kept
    assert edited(TECH.entries, {}) == TECH.entries


def test_names_are_checked_against_the_source_of_the_newest_run(seeded, open_page) -> None:
    app = open_page("watchlists")
    app.text_area(key="w_text").set_value("AAPL FOOBAR").run()
    assert titles(app, "warning") == ["1 name unknown, left out"]
    app.selectbox(key="w_source").set_value("").run()
    assert "**2 symbols**: AAPL, FOOBAR" in texts(app)
