"""Criteria in a scan: they choose among the rows, say why of every other one, and change no number."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from technic_scanner import criteria
from technic_scanner.api.app import create_api
from technic_scanner.bootstrap import build, run_scan
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.errors import ConfigError
from technic_scanner.pipeline import criteria_chunks
from technic_scanner.pipeline.result import ScanResult
from technic_scanner.runs.exports.export import to_csv
from technic_scanner.runs.model import Rows
from technic_scanner.settings import load_settings
from tests.functional.command_line import run

CONFIG = ScanConfig(source="synthetic", universe="80x300", direction="both", top_n=None, min_dollar_volume=0.0)
TEXT = "rsi(14) > 45 and close > sma(close, 50)"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def scanned(home: Path, **changes: object) -> ScanResult:
    return run_scan(replace(CONFIG, **changes), RunOptions(), settings=load_settings(home=home))


def test_picks_meet_the_criteria_and_keep_their_numbers(home: Path) -> None:
    plain, asked = scanned(home), scanned(home, criteria=TEXT)
    with build(load_settings(home=home)) as services:
        matches = services.scanning.judge(CONFIG, criteria.compile(TEXT)).matches()
    picks, before = asked.table.to_pylist(), {row["Symbol"]: row for row in plain.table.to_pylist()}
    assert {row["Symbol"] for row in picks} == set(matches) & set(before)
    assert picks
    for row in picks:
        assert row["CompositeScore"] == before[row["Symbol"]]["CompositeScore"]
        assert row["RSI14"] > 45.0


def test_every_row_that_fails_has_its_clause_with_facts(home: Path) -> None:
    asked = scanned(home, criteria=TEXT)
    told = [failure for failure in asked.failures if failure.reason == "criteria_false"]
    assert told
    assert all(" is false: " in failure.detail and " on 20" in failure.detail for failure in told)
    assert any(failure.detail.startswith("rsi(14) > 45 is false: rsi(14) = ") for failure in told)
    assert any(note.startswith("Criteria: rsi(14) > 45 is true of ") for note in asked.context.notes)


def test_unknown_is_a_reason_of_its_own(home: Path) -> None:
    asked = scanned(home, criteria="close > sma(close, 301)")
    assert asked.table.num_rows == 0
    assert {failure.reason for failure in asked.failures} == {"criteria_unknown"}


def test_history_beyond_the_lookback_is_read_for_criteria(home: Path) -> None:
    short = scanned(home, criteria="close > sma(close, 250)", lookback_sessions=120)
    assert "criteria_unknown" not in {failure.reason for failure in short.failures}


def test_rank_by_orders_the_picks(home: Path) -> None:
    asked = scanned(home, criteria=f"{TEXT} rank by rsi(14) asc top 3")
    strengths = asked.table["RSI14"].to_pylist()
    assert len(strengths) == 3
    assert strengths == sorted(strengths)
    assert any("in the order of rsi(14)" in note for note in asked.context.notes)


def test_a_scan_says_which_values_its_source_gives_nothing_for(home: Path) -> None:
    text = "relative_strength_63 > 0 or close > 0"
    asked = ScanConfig(source="sample", criteria=text, symbols=("AAPL", "XOM"), direction="both", min_dollar_volume=0.0)
    found = run_scan(asked, RunOptions(), settings=load_settings(home=home))
    said = "The source gives no bars of a benchmark: relative_strength_63 is unknown."
    assert found.context.notes.count(said) == 1


def test_criteria_may_ask_for_scores_and_signals(home: Path) -> None:
    asked = scanned(home, criteria='tech_rating > 55 and signal in ("Long", "Strong Long") and rank(score) > 0.2')
    assert asked.table.num_rows
    assert min(asked.table["TechRating"].to_pylist()) > 55.0


def test_no_criteria_is_the_scan_as_it_was(home: Path) -> None:
    plain, blank = scanned(home), scanned(home, criteria="  ")
    assert plain.table.equals(blank.table)
    assert plain.failures == blank.failures


def test_a_fault_in_criteria_is_named_with_its_place_before_the_scan(home: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        scanned(home, criteria="rsi(14) < cloze", max_symbols=0)
    assert {problem.field for problem in caught.value.problems} == {"criteria", "max_symbols"}
    assert "line 1, column 11: There is no name 'cloze'" in str(caught.value)


def test_a_market_without_a_benchmark_is_the_reference_universe_whatever_is_scanned(home: Path) -> None:
    text = "close / market.close > close[20] / market.close[20]"
    asked = ScanConfig(source="sample", criteria=text, direction="both", top_n=None, min_dollar_volume=0.0)
    wide, narrow = (
        run_scan(replace(asked, symbols=symbols), RunOptions(), settings=load_settings(home=home))
        for symbols in ((), ("AAPL", "XOM", "MSFT", "GE"))
    )
    assert "criteria_unknown" not in {failure.reason for failure in wide.failures}
    refused = {failure.symbol for failure in wide.failures if failure.reason == "criteria_false"}
    few = {failure.symbol for failure in narrow.failures if failure.reason == "criteria_false"}
    assert few == refused & {"AAPL", "XOM", "MSFT", "GE"}
    with build(load_settings(home=home)) as services:
        for config in (asked, replace(asked, symbols=("AAPL", "XOM", "MSFT", "GE"))):
            compiled = criteria.compile(text)
            matches = set(services.scanning.judge(config, compiled).matches())
            counted = services.cached_panels.read(config, compiled).panel
            assert not matches & refused
            assert set(compiled.judge(counted).matches()) == matches


@pytest.mark.usefixtures("cli_home")
def test_the_rows_of_a_finished_run_are_filtered_without_a_new_scan() -> None:
    wanted = "rsi(14) > 40 and rank(roc(close, 21)) by sector > 0.3 and close / sector.close is known and score > 30"
    words = ("scan", "--source", "synthetic", "--universe", "60x300", "--direction", "both", "--json")
    plain, asked = (
        json.loads(run(*words, *more).stdout.splitlines()[-1])["run"]["run_id"] for more in ((), ("--where", wanted))
    )
    shown = json.loads(run("show", plain, "--where", wanted, "--json").stdout)
    with build(load_settings()) as services:
        stored = services.service.result(asked, Rows.ALL)
        failed = {item.symbol for item in stored.failures if item.reason.startswith("criteria_")}
        later = {item.symbol for item in stored.failures if item.reason in {"no_signal", "below_top_n"}}
        picks = set(stored.table.filter(stored.table["Picked"])["Symbol"].to_pylist())
        assert set(shown["matches"]) >= later | picks
        assert not set(shown["matches"]) & failed
        assert picks
        assert 0 < len(shown["matches"]) < 60
        assert shown["notes"] == []
        with TestClient(create_api(services), base_url="http://localhost", client=("127.0.0.1", 50000)) as client:
            answer = client.post(f"/scans/{plain}/matches", json={"text": wanted})
            assert answer.status_code == 200, answer.text
            assert answer.json() == shown
            wrong = client.post(f"/scans/{plain}/matches", json={"text": "cloze > 1"})
            assert wrong.status_code == 422
            assert "line 1, column 1" in wrong.text
        shutil.rmtree(services.settings.cache_dir)
    gone = json.loads(run("show", plain, "--where", wanted, "--json").stdout)
    assert gone["matches"] == []
    assert "no longer has the bars of 60 of 60 symbols" in gone["notes"][0]
    assert run("show", plain, "--where", "close >").exit_code == 2


@pytest.mark.usefixtures("cli_home")
def test_of_the_rows_of_a_finished_run_it_is_said_what_none_has() -> None:
    words = ("scan", "--source", "sample", "--symbols", "AAPL,XOM", "--json")
    run_id = json.loads(run(*words).stdout.splitlines()[-1])["run"]["run_id"]
    shown = json.loads(run("show", run_id, "--where", "beta(252) > 0", "--json").stdout)
    assert shown["notes"] == ["The source gives no bars of a benchmark: beta(252) is unknown."]


@pytest.mark.usefixtures("cli_home")
def test_the_command_line_takes_a_text_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "dips.txt"
    file.write_text("# strong ones\nlet limit = 50\nrsi(14) > limit", encoding="utf-8")
    words = ("scan", "--source", "synthetic", "--universe", "40x260", "--direction", "both", "--json")
    for more in (("--where-file", str(file)), ("--where", "rsi(14) > 50")):
        result = run(*words, *more)
        assert result.exit_code == 0, result.output
        assert "rsi(14)" in json.loads(result.stdout.splitlines()[-1])["run"]["config"]["criteria"]
    file.write_bytes("\ufeff# strong ones\r\nlet limit = 50\r\nrsi(14) > limit\r\n".encode())
    result = run(*words, "--where-file", str(file), "--detach")
    assert result.exit_code == 0, result.output
    wanted = "# strong ones\nlet limit = 50\nrsi(14) > limit\n"
    assert json.loads(result.stdout.splitlines()[-1])["config"]["criteria"] == wanted
    assert run(*words, "--where", "close > 1", "--where-file", str(file)).exit_code == 2
    assert run(*words, "--where", "close").exit_code == 2
    refused = run(*words, "--where", "close > 1 and\nclose > opn")
    assert refused.exit_code == 2
    assert "    close > opn\n            ^^^\n" in refused.stderr


def test_own_columns_are_in_every_row_and_file(home: Path) -> None:
    shows = 'show atr(14) / close as "Range" show sector show close > open as "Up"'
    odd = 'show close as "close" show bars as "=1+1"'
    asked = scanned(home, criteria=f"{TEXT}\n{shows}\n{odd}", lookback_sessions=200)
    everything = asked.all_rows()
    own = ["Range", "sector (criteria)", "Up", "close (criteria)", "=1+1"]
    assert everything.column_names[-5:] == asked.table.column_names[-5:] == own
    for row in everything.to_pylist():
        assert row["close (criteria)"] == row["Close"]
        assert row["Range"] == pytest.approx(row["ATR14_pct"], rel=1e-6)  # which starts at the lookback
        assert row["sector (criteria)"] == (row["Sector"] or None)
        assert isinstance(row["Up"], bool)
    assert "=1+1" not in to_csv(asked.table).decode().splitlines()[0].replace("'=1+1", "")


@pytest.mark.parametrize(
    "text",
    [
        "rank(roc(close, 63)) by sector > 0.4 and close > ema(close, 21)",
        "rsi(14) > 40 and rank(sma(close * volume, 20)) > 0.3 rank by ts_rank(close, 9) show score show zscore(rsi(5))",
        "weekly.close > 0.9 * sma(weekly.close, 30) and close / sector.close is known and beta(252) < 3",
    ],
)
def test_what_the_chunks_keep_gives_the_scan_that_the_bars_give(
    home: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from_chunks = scanned(home, criteria=text, lookback_sessions=120)
    monkeypatch.setattr(criteria_chunks, "wanted_values", lambda *_: ())
    from_bars = scanned(home, criteria=text, lookback_sessions=120)
    assert from_chunks.all_rows().equals(from_bars.all_rows())
    assert from_chunks.failures == from_bars.failures
    assert from_chunks.context.notes == from_bars.context.notes
    assert from_chunks.table.num_rows
