"""The commands ``replay`` and ``outcomes`` over the real sample; workers run in threads of the test."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from technic_scanner.runs.performance.judged_table import JUDGED_SCHEMA
from tests.functional.command_line import run, stored_runs

DONE, USAGE = 0, 2
SPRING = ("--from", "2010-03-01", "--to", "2010-05-31", "--direction", "both", "--top-n", "20", "--sector", "Energy")

pytestmark = pytest.mark.usefixtures("cli_home")


def test_outcomes_before_any_run_says_that_there_is_nothing() -> None:
    result = run("outcomes")
    assert result.exit_code == DONE
    assert "No outcome is known yet: no stored run has picks" in result.stderr


def test_picks_without_bars_after_them_are_told_apart_from_no_picks() -> None:
    assert run("scan", "--top-n", "3", "--no-progress").exit_code == DONE  # as of the sample's newest session
    early = run("outcomes").stderr
    assert "none of 3 picks has bars for 21 sessions after its as-of date" in early
    assert "no stored run has picks that the options include" in run("outcomes", "--until", "2009-12-31").stderr


def test_a_replay_is_journalled_once_and_judged() -> None:
    result = run("replay", *SPRING, "--json")
    assert result.exit_code == DONE, result.output
    runs = json.loads(result.stdout)
    assert [item["as_of"] for item in runs] == ["2010-03-31", "2010-04-30", "2010-05-31"]
    assert {item["status"] for item in runs} == {"succeeded"}
    assert "3 of 3 runs succeeded." in result.stderr
    assert json.loads(run("replay", *SPRING, "--json").stdout) == runs

    report = json.loads(run("outcomes", "--json", "--horizon", "21").stdout)
    assert (report["runs"], report["dates"], len(report["ic"])) == (3, 3, 3)
    assert report["judged"] == report["picks"] == report["excess"]["n"] == 46
    assert report["direction"] == "both"
    assert report["excess"]["low"] < report["excess"]["mean"] < report["excess"]["high"]
    assert sum(report["exits"].values()) == 46
    assert len(report["equity"]["picks"]) == len(report["equity"]["dates"]) == 3
    assert any("dropped out are missing" in note for note in report["notes"])

    costly = json.loads(run("outcomes", "--json", "--cost-bps", "100").stdout)
    assert costly["equity"]["picks"][-1] < report["equity"]["picks"][-1]
    assert costly["equity"]["before_costs"] == report["equity"]["before_costs"]
    later = json.loads(run("outcomes", "--json", "--since", "2010-04-01", "--top-n", "5").stdout)
    assert (later["runs"], later["picks"]) == (2, 10)
    assert json.loads(run("outcomes", "--json", "--regime", "nowhere").stdout)["picks"] == 0


def test_a_replay_over_files_that_have_changed_is_another_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    monkeypatch.setenv("TECHNIC_FILES_ROOT", str(folder))
    words = ("replay", "--source", "files", "--from", "2024-01-08", "--to", "2024-01-09", "--every", "1", "--detach")

    def write(count: int) -> None:
        bars = [f"2024-01-{day:02},{day},{day},{day},{day},1000" for day in range(1, count + 1)]
        (folder / "AAA.csv").write_text("\n".join(["date,open,high,low,close,volume", *bars, ""]))

    def replayed() -> list[str]:
        result = run(*words, "--json")
        assert result.exit_code == DONE, result.output
        return [item["run_id"] for item in json.loads(result.stdout)]

    write(10)
    first = replayed()
    assert replayed() == first
    write(12)
    assert not set(replayed()) & set(first)


def test_outcomes_as_csv_and_as_a_table() -> None:
    assert run("replay", *SPRING).exit_code == DONE
    rows = list(csv.reader(io.StringIO(run("outcomes", "--csv").stdout)))
    assert rows[0] == JUDGED_SCHEMA.names
    assert len(rows) == 47
    text = run("outcomes").stdout
    for label in (
        "Beat the universe",
        "Mean rank IC",
        "t-statistic of IC",
        "As-of dates",
        "Reached first: the stop",
    ):
        assert label in text
    # A share has no sign, a change has one.
    assert re.search(r"Beat the universe +│ \d", text)
    assert re.search(r"Mean excess return +│ [+-]\d", text)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("outcomes", "--horizon", "7"), "horizon"),
        (("outcomes", "--direction", "up"), "direction"),
        (("outcomes", "--since", "2010-05-02", "--until", "2010-05-01"), "until: 2010-05-01 is before since"),
        (("outcomes", "--cost-bps", "-1"), "--cost-bps"),
        (("outcomes", "--top-n", "0"), "--top-n"),
        (("replay", "--from", "2010-03-01", "--to", "2010-02-01"), "from"),
        (("replay", "--from", "2010-03-01", "--to", "2010-04-01", "--source", "no", "--sector", "Nope"), "sectors"),
        (("replay", "--from", "2010-03-01", "--to", "2010-04-01", "--every", "moon"), "every"),
    ],
)
def test_bad_arguments_are_named(words: tuple[str, ...], field: str) -> None:
    result = run(*words)
    assert result.exit_code == USAGE
    assert field in result.stderr


def test_all_that_is_wrong_with_a_replay_is_named_at_once() -> None:
    words = ("--from", "2010-05-01", "--to", "2010-01-01", "--every", "zz", "--top-n", "-1", "--source", "nope")
    refused = run("replay", *words).stderr
    for field in ("from", "every", "top_n", "source"):
        assert f"  {field}: " in refused


def test_a_replay_takes_criteria_as_a_scan_does(tmp_path: Path) -> None:
    file = tmp_path / "where.txt"
    file.write_text("rsi(14) > 40\n", encoding="utf-8")
    for more in (("--where", "rsi(14) > 40"), ("--where-file", str(file))):
        result = run("replay", *SPRING, *more, "--detach", "--json")
        assert result.exit_code == 0, result.output
        ids = {item["run_id"] for item in json.loads(result.stdout)}
        asked = {record.config.criteria.strip() for record in stored_runs() if record.run_id in ids}
        assert asked == {"rsi(14) > 40"}
    assert run("replay", *SPRING, "--where", "close > 1", "--where-file", str(file)).exit_code == 2
    assert run("replay", *SPRING, "--where", "close >").exit_code == 2
