"""The commands of the scan language: what they print, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from technic_scanner import criteria
from tests.functional.command_line import run, stored_runs

pytestmark = pytest.mark.usefixtures("cli_home")


def test_check_prints_one_document_and_ends_well() -> None:
    result = run("criteria", "check", "rsi(14)<30", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "ok": True,
        "canonical": "rsi(14) < 30",
        "kind": "yes/no",
        "bars_needed": 15,
        "errors": [],
    }


@pytest.mark.parametrize("text", ["close", "", "smaa(close, 3) > 1"])
def test_check_ends_with_2_for_a_text_with_faults(text: str) -> None:
    result = run("criteria", "check", text, "--json")
    assert result.exit_code == 2
    document = json.loads(result.stdout)
    assert not document["ok"]
    assert all(fault.keys() == {"line", "column", "length", "message"} for fault in document["errors"])
    assert run("criteria", "check", text).exit_code == 2


def test_check_counts_one_bar_in_the_singular() -> None:
    assert run("criteria", "check", "close > 5").stderr.splitlines() == ["close > 5", "Needs 1 bar."]
    assert run("criteria", "check", "close > close[1]").stderr.splitlines()[-1] == "Needs 2 bars."


def test_check_tells_what_is_probably_meant_otherwise() -> None:
    result = run("criteria", "check", "gap > 4")
    assert result.exit_code == 0
    assert "gap is a fraction, and 4 is 400 per cent." in " ".join(result.output.split())


def test_functions_are_listed() -> None:
    document = json.loads(run("criteria", "functions", "--json").stdout)
    assert {"sma", "rank", "pivot_high"} <= {item["name"] for item in document["functions"]}
    assert {"close", "rsi_14", "trend_score"} <= {item["name"] for item in document["fields"]}
    assert run("criteria", "functions").exit_code == 0


def test_match_shows_symbols_counts_and_unknown_ones_without_a_run() -> None:
    text = "close > sma(close, 50) and rsi(14) < 60"
    result = run("criteria", "match", text, "--source", "synthetic", "--universe", "40x260", "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document.keys() == {"matches", "counts", "unknown", "notes"}
    assert document["notes"] == []
    assert list(document["counts"]) == ["close > sma(close, 50)", "rsi(14) < 60"]
    assert 0 < len(document["matches"]) <= min(document["counts"].values())
    assert document["matches"] == sorted(document["matches"])
    assert stored_runs() == ()


def test_match_says_which_values_nothing_is_there_for() -> None:
    words = ("criteria", "match", "relative_strength_63 > 0", "--source", "sample", "--max-symbols", "20")
    document = json.loads(run(*words, "--json").stdout)
    (note,) = document["notes"]
    assert note == "The source gives no bars of a benchmark: relative_strength_63 is unknown."
    assert document["matches"] == []
    assert document["unknown"] > 0
    assert note in " ".join(run(*words).output.split())


def test_a_scan_without_picks_says_what_nothing_is_there_for_and_show_says_it_again() -> None:
    note = "The source gives no bars of a benchmark: relative_strength_63 is unknown."
    scanned = run("scan", "--source", "sample", "--max-symbols", "20", "--where", "relative_strength_63 > 0")
    assert f"Note: {note}" in " ".join(scanned.output.split())
    (stored,) = stored_runs()
    shown = " ".join(run("show", stored.run_id).output.split())
    assert note in shown
    assert "Criteria: relative_strength_63 > 0 is true of 0 symbols" in shown


def test_match_of_an_empty_text_is_refused_with_the_place() -> None:
    result = run("criteria", "match", " ", "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout) == criteria.check(" ")


def test_match_at_a_past_date_reads_no_later_bar() -> None:
    words = ("criteria", "match", "close > close[1]", "--source", "sample", "--json")
    early = json.loads(run(*words, "--as-of", "2010-03-31").stdout)
    assert early["matches"] != json.loads(run(*words).stdout)["matches"]


def test_criteria_are_saved_in_versions_shown_exported_imported_and_removed(tmp_path: Path) -> None:
    file = tmp_path / "dips.json"
    assert run("criteria", "save", "Dips", "rsi(14) < 30", "--description", "mine").exit_code == 0
    assert run("criteria", "save", "Dips", "rsi(14) < 25").exit_code == 1, "the name is taken"
    written = tmp_path / "text"
    written.write_text("rsi(14) < 25")
    saved = run("criteria", "save", "Dips", "--file", str(written), "--replaces", "1", "--json")
    assert json.loads(saved.stdout)["version"] == 2
    assert run("criteria", "show", "Dips").stdout == "rsi(14) < 25\n"
    assert run("criteria", "show", "Dips", "--version", "1").stdout == "rsi(14) < 30\n"
    assert [item["version"] for item in json.loads(run("criteria", "show", "Dips", "--versions", "--json").stdout)] == [
        2,
        1,
    ]
    assert run("criteria", "show", "Dips", "--versions").exit_code == 0
    assert "Dips" in [item["name"] for item in json.loads(run("criteria", "list", "--json").stdout)]
    assert "Golden cross" in run("criteria", "list").stdout
    assert run("criteria", "export", "Dips", "-o", str(file)).exit_code == 0
    assert run("criteria", "remove", "Dips").exit_code == 0
    assert run("criteria", "remove", "Dips").exit_code != 0
    assert json.loads(run("criteria", "import", str(file), "--json").stdout)["text"] == "rsi(14) < 25"
    assert run("criteria", "save", "Bad", "smaa(close, 3) > 1").exit_code == 2
    assert run("criteria", "save", "Bad").exit_code == 2


def test_a_scan_of_another_program_is_printed_and_what_is_left_out_named(tmp_path: Path) -> None:
    file = tmp_path / "scan"
    file.write_text("[type = stock] and [RSI(14) x 30]")
    whole = run("criteria", "import", str(file), "--from", "stockcharts", "--name", "Crossing", "--json")
    assert whole.exit_code == 0
    document = json.loads(whole.stdout)
    assert (document["complete"], document["saved"]) == (True, "Crossing")
    assert run("criteria", "show", "Crossing").stdout == document["text"] + "\n"

    file.write_text("[RSI(14) x 30] and [SCTR > 75]")
    part = run("criteria", "import", str(file), "--from", "stockcharts")
    assert part.exit_code == 2
    assert "rsi(14) crosses above 30" in part.stdout
    assert "line 1, column 20: [SCTR > 75]: SCTR is not known here" in part.stderr
    assert run("criteria", "import", str(file), "--from", "pine").exit_code == 2
