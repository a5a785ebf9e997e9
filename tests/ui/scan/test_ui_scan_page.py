"""The scan page in all its states."""

from __future__ import annotations

from datetime import timedelta

import pytest

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunError, RunStatus
from technic_scanner.runs.model import Preset
from technic_scanner.ui.results.picks_below import FIRST
from technic_scanner.ui.scan.form_state import config_of, key
from tests.ui.conftest import open_the_form, running_events


def texts(app) -> str:
    kinds = ("markdown", "caption", "title", "info", "error", "warning", "success")
    return "\n".join(str(item.value) for kind in kinds for item in getattr(app, kind))


def titles(app, kind: str) -> list[str]:
    return [item.proto.title for item in getattr(app, kind)]


def test_without_runs_it_says_what_to_do_and_offers_the_form(empty, open_page) -> None:
    app = open_page()
    assert not app.exception
    assert "No scans yet" in titles(app, "info")
    assert "524 symbols to scan." in texts(app)
    assert "Expected duration unknown" in texts(app)
    assert app.button(key="start_scan").label == "Start scan"


def test_start_queues_a_run_with_the_forms_config_and_puts_it_into_the_address(empty, open_page) -> None:
    app = open_page()
    app.multiselect(key=key("sectors")).set_value(["Energy", "Utilities"])
    app.number_input(key=key("min_price")).set_value(7.5)
    app.text_input(key="start_label").set_value("Monday")
    app.button(key="start_scan").click().run()
    assert not app.exception
    (record,) = empty.services.service.list().records
    assert app.query_params["run"] in ([record.run_id], record.run_id)
    assert record.config == ScanConfig(sectors=("Energy", "Utilities"), min_price=7.5)
    assert record.label == "Monday"
    assert "Waiting for a worker. Position 1 in the queue." in [bar.text for bar in app.progress]


def test_a_double_click_starts_one_run(empty, open_page) -> None:
    app = open_page()
    app.button(key="start_scan").click().run()
    open_the_form(app).button(key="start_scan").click().run()
    assert len(empty.services.service.list().records) == 1


def test_the_match_count_follows_the_filters_and_says_what_removed_how_many(empty, open_page) -> None:
    app = open_page()
    app.multiselect(key=key("sectors")).set_value(["Energy"]).run()
    shown = texts(app)
    count = empty.services.service.match_count(ScanConfig(sectors=("Energy",)))
    assert f"{count.matching} symbols of 524 to scan." in shown
    assert f"{524 - count.matching} not in the chosen sectors" in shown


def test_a_filter_that_leaves_nothing_is_explained_before_the_start(empty, open_page) -> None:
    app = open_page()
    app.text_input(key=key("industry_contains")).set_value("no such industry").run()
    assert "Relax the filter" in texts(app)


def test_every_bad_field_is_listed_at_once_with_the_code(empty, open_page) -> None:
    app = open_page()
    # What a widget refuses in the browser can still be sent by something that is no browser.
    app.session_state[key("sectors")] = ["Energy", "Nonsense"]
    app.number_input(key=key("stage_data_fetching")).set_value(0.9)
    app.run()
    (error,) = app.error
    assert "sectors" in error.value
    assert "stage\\_plan" in error.value
    assert "invalid_config" in error.value
    assert titles(app, "error") == ["2 fields have invalid values"]
    app.button(key="start_scan").click().run()
    assert empty.services.service.list().records == ()


def test_a_running_scan_shows_bars_numbers_and_messages(empty, open_page) -> None:
    run = empty.running(label="Energy only")
    empty.tell(run, *running_events(run))
    app = open_page(run=run.run_id)
    assert not app.exception
    bars = [bar.text for bar in app.progress]
    assert bars[0] == "55.0% · about 14 s left (11–19 s)"
    assert bars[1].startswith("✓ **Universe loading** 100.0%")
    assert bars[3] == "▶ **Symbol scanning** 50.0% · 250 / 500 symbols · 100 symbols/s · 2.5 s left"
    assert bars[4] == "○ **Finalization** 0.0% · waiting"
    assert {metric.label: metric.value for metric in app.metric} == {
        "Elapsed": "5.1 s",
        "Time left": "14 s",
        "Symbols": "250 / 500",
        "Throughput": "100 symbols/s",
        "Cache hits": "75.0%",
    }
    assert "The provider asked us to wait." in texts(app)
    assert "✓ cached 500/500" in texts(app)
    assert len(app.get("plotly_chart")) == 2


def test_another_session_sees_the_same_progress(empty, open_page) -> None:
    run = empty.running()
    empty.tell(run, *running_events(run))
    first, second = open_page(run=run.run_id), open_page(run=run.run_id)
    assert [bar.text for bar in first.progress] == [bar.text for bar in second.progress]


def test_changing_the_form_does_not_touch_the_run(empty, open_page) -> None:
    run = empty.running()
    empty.tell(run, *running_events(run))
    app = open_the_form(open_page(run=run.run_id))
    before = [bar.text for bar in app.progress]
    app.multiselect(key=key("sectors")).set_value(["Energy"]).run()
    assert [bar.text for bar in app.progress] == before
    assert empty.services.service.get(run.run_id).status is RunStatus.RUNNING


def test_losing_the_session_loses_nothing(empty, open_page) -> None:
    run = empty.running()
    empty.tell(run, *running_events(run))
    app = open_page(run=run.run_id)
    before = [bar.text for bar in app.progress], [chart.proto.spec for chart in app.get("plotly_chart")]
    del app.session_state[f"trail_{run.run_id}"]
    app.run()
    assert ([bar.text for bar in app.progress], [chart.proto.spec for chart in app.get("plotly_chart")]) == before


def test_cancel_asks_the_run_to_stop_and_says_so(empty, open_page) -> None:
    run = empty.running()
    empty.tell(run, *running_events(run))
    app = open_page(run=run.run_id)
    app.button(key=f"cancel_{run.run_id}").click().run()
    assert empty.services.service.get(run.run_id).cancel_requested
    assert app.button(key=f"cancel_{run.run_id}").label == "Cancelling…"
    assert app.button(key=f"cancel_{run.run_id}").disabled
    other = open_page(run=run.run_id)
    assert other.button(key=f"cancel_{run.run_id}").label == "Cancelling…"


def test_the_end_is_announced_once_and_stops_the_ticking(seeded, open_page) -> None:
    run = seeded.queued(ScanConfig(sectors=("Energy",), direction="both"), label="Energy")
    app = open_page(run=run.run_id)
    assert "Waiting for a worker" in app.progress[0].text
    seeded.services.worker().run()
    app.run()
    assert [toast.value for toast in app.toast] == [f"✓ Succeeded: Energy · {run.run_id[-8:]}. Scan complete."]
    app.run()
    assert len(app.toast) == 0
    assert app.button(key=f"results_{run.run_id}").label == "Open results"
    assert app.progress[0].text.startswith("100.0%")


def test_the_picks_appear_below_the_stages_when_the_run_ends(seeded, open_page) -> None:
    run = seeded.queued(ScanConfig(sectors=("Energy",), direction="both"))
    app = open_page(run=run.run_id)
    assert not app.dataframe
    seeded.services.worker().run()
    app.run()
    (picks,) = [table.value for table in app.dataframe]
    stored = seeded.services.service.result(run.run_id).table
    assert picks["Symbol"].tolist() == stored["Symbol"].to_pylist()[:FIRST]
    assert next(item.value for item in app.subheader).startswith(f"{stored.num_rows:,} picks")
    assert "Newest session 2010-08-20 (exchange date)" in [item.value for item in app.caption]
    assert open_the_form(app).button(key="start_scan").label == "Start scan", "the form stays at hand"


def test_a_run_without_picks_shows_no_table(seeded, open_page) -> None:
    nothing = next(run for run in seeded.services.service.list().records if run.label == "Nothing")
    app = open_page(run=nothing.run_id)
    assert not app.exception
    assert not app.dataframe


def test_a_failed_run_says_why_with_its_code_and_offers_to_resume(empty, open_page) -> None:
    run = empty.running()
    empty.tell(run, *running_events(run))
    empty.end(run, RunStatus.FAILED, RunError("source_error", "The provider did not answer."))
    app = open_page(run=run.run_id)
    assert not app.exception
    (error,) = app.error
    assert "The provider did not answer" in error.value
    assert "source_error" in error.value
    assert app.progress[0].text == "Stopped in symbol scanning, 250 of 500 symbols · The provider did not answer."
    assert f"results_{run.run_id}" not in [button.key for button in app.button]
    assert app.progress[3].text == "■ **Symbol scanning** 50.0% · 250 / 500 symbols · 2.5 s"
    assert app.progress[4].text == "○ **Finalization** 0.0% · not reached"
    app.button(key=f"resume_{run.run_id}").click().run()
    assert empty.services.service.get(run.run_id).status is RunStatus.QUEUED
    assert empty.services.service.get(run.run_id).attempt == 2


def test_a_cancelled_run_can_be_resumed_or_run_again(empty, open_page) -> None:
    run = empty.running()
    empty.end(run, RunStatus.CANCELLED)
    app = open_page(run=run.run_id)
    assert "■ Cancelled" in texts(app)
    app.button(key=f"rerun_{run.run_id}").click().run()
    again = empty.services.service.list().records[0]
    assert again.run_id != run.run_id
    assert again.config == run.config
    assert app.query_params["run"] in ([again.run_id], again.run_id)


def test_a_run_is_edited_in_the_form_filled_with_its_settings(empty, open_page) -> None:
    config = ScanConfig(sectors=("Energy",), top_n=7)
    run = empty.running(config)
    empty.end(run, RunStatus.CANCELLED)
    app = open_page(run=run.run_id)
    app.button(key=f"edit_{run.run_id}").click().run()
    assert "run" not in app.query_params
    assert config_of(app.session_state) == config
    assert len(empty.services.service.list().records) == 1, "nothing has started yet"


def test_an_interrupted_run_says_that_nothing_is_done_twice(empty, open_page) -> None:
    run = empty.running()
    empty.services.store.interrupt_stale(timedelta(seconds=-1))
    app = open_page(run=run.run_id)
    assert "‖ Interrupted" in texts(app)
    assert "chunks already scanned are kept" in texts(app)
    assert app.button(key=f"resume_{run.run_id}").label == "Resume"


def test_a_wrong_run_id_is_a_sentence_with_a_code_and_the_form_stays(empty, open_page) -> None:
    app = open_page(run="01NOSUCHRUN")
    assert not app.exception
    assert titles(app, "error") == ["Not found"]
    assert "run_not_found" in app.error[0].value
    assert open_the_form(app).button(key="start_scan").label == "Start scan"


def test_runs_in_flight_are_listed_to_reattach_to(empty, open_page) -> None:
    run = empty.running(label="Slow one")
    empty.tell(run, *running_events(run))
    app = open_page()
    assert "Active runs" in texts(app)
    app.button(key=f"open_{run.run_id}").click().run()
    assert app.query_params["run"] in ([run.run_id], run.run_id)
    assert "Slow one" in texts(app)


def test_what_runs_comes_before_the_queue_and_the_queue_in_its_order(empty, open_page) -> None:
    running = empty.running(label="Runs")
    waiting = [empty.queued(label=f"Waits {place}") for place in range(1, 10)]
    app = open_page()
    opened = [button.key for button in app.button if button.label == "Open"]
    assert opened == [f"open_{run.run_id}" for run in (running, *waiting[:7])]
    assert [bar.text.split(" · ")[0] for bar in app.progress][1:3] == [
        "Waiting for a worker, position 1",
        "Waiting for a worker, position 2",
    ]
    assert "2 more active runs; the History page lists all." in texts(app)


def test_a_run_in_flight_that_was_asked_to_stop_says_so(empty, open_page) -> None:
    run = empty.running(label="Slow one")
    assert ", cancelling" not in open_page().progress[0].text
    empty.services.service.cancel(run.run_id)
    assert ", cancelling · started" in open_page().progress[0].text


def test_markup_in_a_label_is_shown_and_not_obeyed(empty, open_page) -> None:
    run = empty.running(label="**bold** :red[x] <b>y</b>")
    app = open_page(run=run.run_id)
    assert "\\*\\*bold\\*\\*" in texts(app)


def test_a_store_that_is_away_is_a_sentence(empty, open_page, monkeypatch: pytest.MonkeyPatch) -> None:
    from technic_scanner.errors import StoreUnavailableError

    def away(*_: object, **__: object) -> None:
        raise StoreUnavailableError("the database is locked")

    monkeypatch.setattr(type(empty.services.store), "get_run", away)
    app = open_page(run="01ANY")
    assert not app.exception
    assert "store_unavailable" in app.error[0].value
    assert "Stored runs are not lost" in app.error[0].value


def test_an_error_that_nobody_foresaw_is_a_sentence_with_a_code_and_a_trace_in_the_log(
    empty, open_page, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(type(empty.services.store), "get_run", broken)
    app = open_page(run="01ANY")
    assert not app.exception
    assert "internal_error" in app.error[0].value
    assert "secret detail" not in texts(app)
    assert open_the_form(app).button(key="start_scan").label == "Start scan"
    assert "ZeroDivisionError: secret detail" in caplog.text
    caplog.clear()


def test_choosing_a_preset_fills_the_form(empty, open_page) -> None:
    config = ScanConfig(
        sectors=("Energy",), min_price=3.0, top_n=None, direction="both", profile_weights=(("trend", 0.5),)
    )
    options = RunOptions(chunk_size=99)
    empty.services.service.save_preset(Preset("My energy", config, options, "Oil and gas"))
    app = open_page()
    app.selectbox(key="preset_choice").set_value("My energy").run()
    assert not app.exception
    assert app.multiselect(key=key("sectors")).value == ["Energy"]
    assert "Oil and gas" in texts(app)
    app.button(key="start_scan").click().run()
    (record,) = empty.services.service.list().records
    assert (record.config, record.options) == (config, options)


def test_a_presets_name_is_not_read_as_markdown(empty, open_page) -> None:
    app = open_page()
    app.text_input(key="preset_name").set_value("A [b](c)")
    app.button(key="preset_save").click().run()
    assert [toast.value for toast in app.toast] == [r"Preset “A \[b\](c)” saved as version 1."]


def test_saving_makes_versions_and_a_stale_form_is_refused(empty, open_page) -> None:
    app = open_page()
    app.number_input(key=key("min_price")).set_value(4.0)
    app.text_input(key="preset_name").set_value("Mine")
    app.button(key="preset_save").click().run()
    assert not app.exception
    assert not app.error
    assert empty.services.service.preset("Mine").version == 1
    app.number_input(key=key("min_price")).set_value(5.0)
    app.button(key="preset_save").click().run()
    saved = empty.services.service.preset("Mine")
    assert (saved.version, saved.config.min_price) == (2, 5.0)
    empty.services.service.save_preset(Preset("Mine", ScanConfig(min_price=9.0)), expected_version=2)
    app.button(key="preset_save").click().run()
    assert "preset_conflict" in app.error[0].value
    assert empty.services.service.preset("Mine").config.min_price == 9.0


def test_the_next_version_of_a_chosen_preset_keeps_its_name_and_description(empty, open_page) -> None:
    service = empty.services.service
    service.save_preset(Preset("Mine", ScanConfig(), description="Oil and gas"))
    app = open_page()
    app.selectbox(key="preset_choice").set_value("Mine").run()
    assert app.text_input(key="preset_name").value == "Mine"
    assert app.text_input(key="preset_description").value == "Oil and gas"
    app.switch_page("pages/history.py").run()
    app.switch_page("pages/scan.py").run()
    app.number_input(key=key("min_price")).set_value(4.0)
    app.button(key="preset_save").click().run()
    assert not app.error
    saved = service.preset("Mine")
    assert (saved.version, saved.description, saved.config.min_price) == (2, "Oil and gas", 4.0)


def test_a_shipped_preset_offers_no_name_that_cannot_be_saved(empty, open_page) -> None:
    service = empty.services.service
    service.save_preset(Preset("Mine", ScanConfig(), description="Oil and gas"))
    shipped = next(preset for preset in service.presets() if preset.builtin)
    app = open_page()
    app.selectbox(key="preset_choice").set_value("Mine").run()
    app.selectbox(key="preset_choice").set_value(shipped.name).run()
    assert app.text_input(key="preset_name").value == ""
    assert app.text_input(key="preset_description").value == shipped.description


def test_a_deleted_preset_can_be_saved_again_from_the_form(empty, open_page) -> None:
    service = empty.services.service
    service.save_preset(Preset("Mine", ScanConfig(), description="Oil and gas"))
    app = open_page()
    app.selectbox(key="preset_choice").set_value("Mine").run()
    app.button(key="preset_delete").click().run()
    app.button(key="preset_save").click().run()
    assert not app.error
    assert service.preset("Mine").description == "Oil and gas"


def test_a_preset_can_be_exported_deleted_and_imported_unchanged(empty, open_page) -> None:
    service = empty.services.service
    service.save_preset(Preset("Mine", ScanConfig(sectors=("Energy",)), description="d"))
    text = service.export_preset("Mine")
    app = open_page()
    app.selectbox(key="preset_choice").set_value("Mine").run()
    app.button(key="preset_delete").click().run()
    assert "Mine" not in [preset.name for preset in service.presets()]
    app.file_uploader(key="preset_upload").upload("mine.json", text.encode())
    app.run()
    app.button(key="preset_import").click().run()
    assert not app.exception
    assert not app.error
    assert service.preset("Mine").config == ScanConfig(sectors=("Energy",))
    assert app.multiselect(key=key("sectors")).value == ["Energy"]


def test_importing_rubbish_is_a_sentence(empty, open_page) -> None:
    app = open_page()
    app.file_uploader(key="preset_upload").upload("mine.json", b"{not json")
    app.run()
    app.button(key="preset_import").click().run()
    assert not app.exception
    assert "invalid_config" in app.error[0].value
