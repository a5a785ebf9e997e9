"""The commands for schedules over a real store; the documents that other programs read are held to the letter."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.functional.command_line import run, stored_runs

pytestmark = pytest.mark.usefixtures("cli_home")


def next_times(name: str, *words: str) -> list[dict]:
    result = run("schedules", "next", name, *words, "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert list(document) == ["times"]
    return document["times"]


def test_a_schedule_after_the_close_is_added_shown_paused_fired_and_removed() -> None:
    added = run("schedules", "add", "nightly", "--preset", "Quick look", "--after-close", "XNYS", "--delay", "20m")
    assert added.exit_code == 0, added.output
    assert "20m after the close of each XNYS session" in added.stderr
    assert next_times("nightly", "--count", "3", "--from", "2026-11-25") == [
        {"session": "2026-11-25", "at": "2026-11-25T16:20:00-05:00"},
        {"session": "2026-11-27", "at": "2026-11-27T13:20:00-05:00"},
        {"session": "2026-11-30", "at": "2026-11-30T16:20:00-05:00"},
    ]
    fired = json.loads(run("schedules", "fire", "nightly", "--json").stdout)
    assert (fired["new"], fired["status"]) == (True, "queued")
    assert [record.run_id for record in stored_runs()] == [fired["run_id"]]
    assert str(stored_runs()[0].config.as_of_date) == fired["key"]
    assert json.loads(run("schedules", "fire", "nightly", "--json").stdout)["new"] is False
    shown = json.loads(run("schedules", "show", "nightly", "--json").stdout)
    assert len(shown["times"]) == 5
    assert [firing["run_id"] for firing in shown["firings"]] == [fired["run_id"]]
    assert fired["key"] in run("schedules", "show", "nightly").stdout
    assert run("schedules", "pause", "nightly").exit_code == 0
    listed = json.loads(run("schedules", "list", "--json").stdout)
    assert [(item["name"], item["paused"], item["problem"]) for item in listed] == [("nightly", True, None)]
    assert "paused" in run("schedules", "list").stdout
    assert "fires again" in run("schedules", "resume", "nightly").stderr
    assert run("schedules", "remove", "nightly").exit_code == 0
    assert json.loads(run("schedules", "list", "--json").stdout) == []
    assert len(stored_runs()) == 1


def test_calendar_times_have_no_session_and_any_day_can_be_asked() -> None:
    words = ("--preset", "Quick look", "--at", "30 1 * * *", "--zone", "America/New_York")
    assert run("schedules", "add", "odd", *words).exit_code == 0
    assert next_times("odd", "--count", "2", "--from", "2020-10-31") == [
        {"session": None, "at": "2020-10-31T01:30:00-04:00"},
        {"session": None, "at": "2020-11-01T01:30:00-04:00"},
    ]
    assert next_times("odd", "--count", "1", "--from", "2031-03-09") == [
        {"session": None, "at": "2031-03-09T01:30:00-05:00"}
    ]
    assert len(next_times("odd")) == 5


def test_a_config_can_take_the_place_of_a_preset_and_a_schedule_be_replaced(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"top_n": 3, "sectors": ["Energy"]}))
    words = ("own", "--config", str(file), "--after-close", "xtae")
    assert run("schedules", "add", *words).exit_code == 0
    shown = json.loads(run("schedules", "show", "own", "--json").stdout)
    assert (shown["config"]["top_n"], shown["after_close"], shown["delay"]) == (3, "XTAE", "30m")
    assert "there is a schedule 'own' already" in run("schedules", "add", *words).stderr
    assert run("schedules", "add", *words, "--delay", "1h", "--replace").exit_code == 0
    shown = json.loads(run("schedules", "show", "own", "--json").stdout)
    assert (shown["delay"], shown["version"]) == ("1h", 2)


def test_everything_that_is_wrong_is_named_at_once(tmp_path: Path) -> None:
    result = run(
        "schedules", "add", "x", "--at", "nonsense", "--zone", "Nowhere", "--min-data", "97", "--catch-up", "0"
    )
    assert result.exit_code == 2
    for field in ("at", "zone", "min_data", "catch_up", "preset"):
        assert f"  {field}: " in result.stderr
    words = ("--preset", "nope", "--after-close", "ZZZZ", "--delay", "-3", "--min-data", "7", "--late", "foo")
    result = run("schedules", "add", "bad", *words, "--catch-up", "-1")
    assert result.exit_code == 2
    for field in ("preset", "after_close", "delay", "min_data", "late", "catch_up"):
        assert result.stderr.count(f"  {field}: ") == 1
    for words in (("next", "none"), ("pause", "none"), ("fire", "none"), ("remove", "none"), ("show", "none")):
        assert "schedule_not_found" in run("schedules", *words).stderr
    file = tmp_path / "bad.json"
    file.write_text("{")
    assert "config" in run("schedules", "add", "x", "--config", str(file), "--after-close", "XNYS").stderr
    assert run("schedules", "add", "x", "--preset", "Quick look", "--after-close", "XSHG").exit_code == 0
    assert "is known up to" in run("schedules", "next", "x", "--from", "2026-12-30", "--json").stderr
    assert "from" in run("schedules", "next", "x", "--from", "soon").stderr
    assert "begins on" in run("schedules", "next", "x", "--from", "1980-01-01").stderr


def test_new_says_what_changed_since_the_session_before() -> None:
    for day in ("2010-08-18", "2010-08-20"):
        assert run("scan", "--direction", "both", "--top-n", "5", "--as-of", day).exit_code == 0
    newest, before = stored_runs()
    result = run("new", newest.run_id, "--json")
    document = json.loads(result.stdout)
    assert list(document) == ["against", "entered", "left", "moved", "stayed"]
    assert document["against"] == before.run_id
    assert len(document["entered"]) + len(document["moved"]) + len(document["stayed"]) == 5
    assert len(document["left"]) == len(document["entered"])
    assert all(item["why"] for item in document["left"])
    shown = run("new", newest.run_id)
    assert f"(run {before.run_id})" in " ".join(shown.stdout.split())
    assert "No earlier session" in run("new", before.run_id).stderr
