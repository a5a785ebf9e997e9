"""The commands of the scan language: what they print, and how they end."""

from __future__ import annotations

import json

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
    assert document.keys() == {"matches", "counts", "unknown"}
    assert list(document["counts"]) == ["close > sma(close, 50)", "rsi(14) < 60"]
    assert 0 < len(document["matches"]) <= min(document["counts"].values())
    assert document["matches"] == sorted(document["matches"])
    assert stored_runs() == ()


def test_match_of_an_empty_text_is_refused_with_the_place() -> None:
    result = run("criteria", "match", " ", "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout) == criteria.check(" ")


def test_match_at_a_past_date_reads_no_later_bar() -> None:
    words = ("criteria", "match", "close > close[1]", "--source", "sample", "--json")
    early = json.loads(run(*words, "--as-of", "2010-03-31").stdout)
    assert early["matches"] != json.loads(run(*words).stdout)["matches"]
