"""The command line over a real store; workers run in threads of the test instead of processes of their own."""

from __future__ import annotations

import io
import json
import sys
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
import pandas as pd
import pytest
from typer.main import get_command
from typer.testing import CliRunner

from technic_scanner.adapters.launcher import WorkerLauncher
from technic_scanner.adapters.market_data.sample.source import SampleSource
from technic_scanner.bootstrap import build
from technic_scanner.cli.app import app_for
from technic_scanner.cli.following import Follower
from technic_scanner.cli.output import json_line
from technic_scanner.cli.terminal import Show
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.errors import SourceError
from tests.functional.command_line import run, stored_runs

EXIT_DONE, EXIT_FAILED, EXIT_USAGE, EXIT_EMPTY, EXIT_INTERRUPTED = 0, 1, 2, 3, 130

pytestmark = pytest.mark.usefixtures("cli_home")


def scanned(*words: str) -> dict:
    """Scan with --json; return the run."""
    result = run("scan", "--json", *words)
    assert result.exit_code == EXIT_DONE, result.output
    return json.loads(result.stdout.splitlines()[-1])["run"]


def test_scan_shows_picks_and_writes_the_csv_that_export_writes(tmp_path: Path) -> None:
    path = tmp_path / "picks.csv"
    result = run("scan", "--sector", "Technology", "--top-n", "5", "--csv", str(path))
    assert result.exit_code == EXIT_DONE
    assert "Top 4 of 4 picks" in result.stdout
    frame = pd.read_csv(path)
    assert list(frame["Rank"]) == [1, 2, 3, 4]
    assert frame["Picked"].all()
    assert frame[["Entry", "Stop", "Target"]].notna().all().all()
    run_id = json.loads(run("runs", "--json").stdout)[0]["run_id"]
    exported = run("export", run_id, "--csv").stdout_bytes
    assert exported == path.read_bytes()


def test_all_scanned_rows_are_exported_where_they_are_asked_for() -> None:
    found = scanned("--top-n", "3", "--position-sizing", "account", "--total-risk-pct", "2")
    run_id = found["run_id"]
    picks = pd.read_csv(io.BytesIO(run("export", run_id).stdout_bytes), keep_default_na=False, na_values=[""])
    everything = pd.read_csv(
        io.BytesIO(run("export", run_id, "--rows", "all").stdout_bytes), keep_default_na=False, na_values=[""]
    )
    assert len(picks) == found["metrics"]["symbols_returned"] == 3
    assert len(everything) == found["metrics"]["symbols_scanned"]
    pd.testing.assert_frame_equal(everything[everything["Picked"]], picks, check_dtype=False)
    document = json.loads(run("export", run_id, "--json", "--rows", "all").stdout)
    assert [row["Symbol"] for row in document["rows"]] == everything["Symbol"].tolist()
    shown = json.loads(run("show", run_id, "--json").stdout)
    assert shown["newest_session"] == document["newest_session"] == everything["AsOf"].iloc[0]
    assert shown["position_value_sum"] == document["position_value_sum"] == pytest.approx(picks["PositionValue"].sum())
    assert shown["risk_sum"] == pytest.approx(picks["RiskAmount"].sum())
    assert shown["risk_sum"] <= 200.0
    assert "3 picks cost" in run("show", run_id).stdout.replace("\n", " ")
    assert run("export", run_id, "--rows", "some").exit_code == EXIT_USAGE


def test_json_is_one_event_per_line_and_then_the_run() -> None:
    result = run("scan", "--json", "--top-n", "3")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["seq"] for line in lines[:-1]] == sorted(line["seq"] for line in lines[:-1])
    assert lines[-2]["kind"] == "run_finished"
    assert lines[-1]["run"]["status"] == "succeeded"
    assert lines[-1]["run"]["metrics"]["symbols_scanned"] > 400


def test_an_empty_scan_exits_3_and_says_why() -> None:
    result = run("scan", "--symbols", "NOSUCH")
    assert result.exit_code == EXIT_EMPTY
    assert "No symbols match" in result.stderr


def test_a_scan_that_does_not_succeed_leaves_the_csv_as_it_was(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: object) -> None:
        raise SourceError("the provider is down")

    path = tmp_path / "picks.csv"
    path.write_text("the picks of yesterday")
    for step in ("universe", "fetch"):
        with monkeypatch.context() as broken:
            broken.setattr(SampleSource, step, fail)
            result = run("scan", "--csv", str(path), "--refresh")
        assert result.exit_code == EXIT_FAILED
        assert f"{path} was not written, because the scan did not succeed." in result.stderr
        assert "Picks written" not in result.stderr
        assert path.read_text() == "the picks of yesterday"
    assert [item.name for item in tmp_path.iterdir() if "picks" in item.name] == ["picks.csv"]


def test_a_scan_that_finds_nothing_writes_the_header(tmp_path: Path) -> None:
    path = tmp_path / "picks.csv"
    path.write_text("the picks of yesterday")
    assert run("scan", "--min-tech-rating", "100", "--csv", str(path)).exit_code == EXIT_EMPTY
    frame = pd.read_csv(path)
    assert (len(frame), list(frame.columns[:2])) == (0, ["Rank", "Symbol"])


def test_a_hyphen_prints_the_csv_in_place_of_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("scan", "--sector", "Technology", "--top-n", "5", "--csv", "-", "--no-progress")
    assert result.exit_code == EXIT_DONE
    frame = pd.read_csv(io.BytesIO(result.stdout_bytes))
    assert 0 < len(frame) <= 5
    assert "Symbol" in frame
    assert list(tmp_path.glob("-*")) == []
    both = run("scan", "--csv", "-", "--json")
    assert both.exit_code == EXIT_USAGE
    assert "exclude each other" in both.stderr


def test_a_detached_scan_takes_no_csv(tmp_path: Path) -> None:
    result = run("scan", "--detach", "--csv", str(tmp_path / "picks.csv"))
    assert (result.exit_code, stored_runs()) == (EXIT_USAGE, ())
    assert "use export when it has ended" in result.stderr


def test_a_failed_scan_exits_1_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise SourceError("the source went away")

    monkeypatch.setattr(SampleSource, "universe", fail)
    result = run("scan")
    assert result.exit_code == EXIT_FAILED
    assert "the source went away [source_error]" in result.stderr
    assert result.output.count("the source went away") == 1
    failed = stored_runs()[0]
    assert failed.status is RunStatus.FAILED
    watched = run("watch", failed.run_id)
    assert watched.exit_code == EXIT_FAILED
    assert "the source went away [source_error]" in watched.stderr
    assert watched.output.count("the source went away") == 1
    assert json.loads(run("show", failed.run_id, "--json").stdout)["error"]["code"] == "source_error"
    assert "%" not in run("show", failed.run_id).stdout, "nobody knows what share of its time a stopped run took"


def test_a_store_that_does_not_answer_exits_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TECHNIC_DATABASE_URL", "postgresql://bob:secret@127.0.0.1:1/x")
    result = run("runs")
    assert result.exit_code == EXIT_FAILED
    assert "store_unavailable" in result.stderr
    assert "secret" not in result.output
    assert run("doctor").exit_code == EXIT_FAILED


def test_bad_fields_are_all_named_and_exit_2() -> None:
    result = run("scan", "--source", "bloomberg", "--sector", "Nope", "--max-symbols", "-1", "--direction", "up")
    assert result.exit_code == EXIT_USAGE
    for field in ("source", "sectors", "max_symbols", "direction"):
        assert f"  {field}: " in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("command", [["show"], ["watch"], ["export"], ["cancel"], ["resume"]])
def test_a_run_that_does_not_exist_is_a_sentence(command: list[str]) -> None:
    result = run(*command, "01NOSUCHRUN")
    assert result.exit_code == EXIT_USAGE
    assert "01NOSUCHRUN" in result.stderr
    assert "run_not_found" in result.stderr


def test_show_runs_watch_and_compare_tell_of_stored_runs() -> None:
    one, two = scanned("--top-n", "5"), scanned("--top-n", "8")
    shown = json.loads(run("show", one["run_id"], "--json").stdout)
    assert shown["status"] == "succeeded"
    assert "symbol_scanning seconds" in run("show", one["run_id"]).stdout
    assert 400 < shown["reference_count"] <= shown["metrics"]["symbols_scanned"]
    assert f"{shown['reference']}, {shown['reference_count']} symbols" in run("show", one["run_id"]).stdout
    listed = json.loads(run("runs", "--json").stdout)
    assert [item["run_id"] for item in listed] == [two["run_id"], one["run_id"]]
    assert one["run_id"] in run("runs").stdout
    assert run("watch", one["run_id"]).exit_code == EXIT_DONE
    compared = json.loads(run("compare", one["run_id"], two["run_id"], "--json").stdout)
    assert [item["field"] for item in compared["differences"]] == ["top_n"]
    assert "top_n" in run("compare", one["run_id"], two["run_id"]).stdout


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("runs", "There are no runs yet. To start one: technic-scanner scan"),
        ("runs --status failed", "No run is like that."),
        ("schedules list", "There are no schedules yet. To add one: technic-scanner schedules add"),
        ("alerts list", "There are no alerts yet. To add one: technic-scanner alerts add"),
        ("alerts messages", "There are no messages yet."),
        ("alerts channels", "This environment has no channels; a variable TECHNIC_CHANNEL_NAME adds one."),
        ("watchlists list", "There are no watchlists yet. To save one: technic-scanner watchlists save"),
        ("cache list", "The price cache is empty."),
    ],
)
def test_a_list_of_nothing_is_a_sentence_and_no_empty_table(command: str, sentence: str) -> None:
    result = run(*command.split())
    assert result.exit_code == EXIT_DONE
    assert [sentence] == (result.stdout + result.stderr).strip().splitlines()


def test_runs_of_one_config_are_said_to_have_the_same() -> None:
    one, two = scanned("--top-n", "5"), scanned("--top-n", "5")
    compared = run("compare", one["run_id"], two["run_id"])
    assert "The runs have the same config." in compared.stdout + compared.stderr
    assert "Configuration" not in compared.stdout


def test_every_export_format_reads_back(tmp_path: Path) -> None:
    run_id = scanned("--top-n", "4")["run_id"]
    for flag, read in (("--parquet", pd.read_parquet), ("--xlsx", pd.read_excel)):
        path = tmp_path / f"picks{flag}"
        assert run("export", run_id, flag, "-o", str(path)).exit_code == EXIT_DONE
        assert len(read(path)) == 4
    csv = run("export", run_id).stdout_bytes
    assert len(pd.read_csv(io.BytesIO(csv))) == 4
    page = run("export", run_id, "--report").stdout
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert run("export", run_id, "--csv", "--xlsx").exit_code == EXIT_USAGE
    timings = tmp_path / "timings.csv"
    run("runs", "--timings", str(timings))
    assert pd.read_csv(timings)["run_id"].tolist() == [run_id]


def test_ctrl_c_cancels_the_run_and_says_how_to_resume(monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted = threading.Event()

    def show_and_press(_event: object) -> None:
        if not interrupted.is_set():
            interrupted.set()
            raise KeyboardInterrupt

    monkeypatch.setattr("technic_scanner.cli.terminal.plain_line", show_and_press)
    result = run("scan", "--source", "synthetic", "--universe", "2000x1260")
    assert result.exit_code == EXIT_INTERRUPTED
    assert "technic-scanner resume" in result.stderr
    record = stored_runs()[0]
    assert record.status is RunStatus.CANCELLED
    resumed = run("resume", record.run_id, "--json")
    assert resumed.exit_code == EXIT_DONE
    assert json.loads(resumed.stdout.splitlines()[-1])["run"]["attempt"] == 2


def test_presets_round_trip(tmp_path: Path) -> None:
    names = [item["name"] for item in json.loads(run("presets", "list", "--json").stdout)]
    assert names
    path = tmp_path / "mine.json"
    assert run("presets", "export", names[0], "-o", str(path)).exit_code == EXIT_DONE
    payload = json.loads(path.read_text())
    payload["name"] = "Mine"
    path.write_text(json.dumps(payload))
    assert run("presets", "import", str(path)).exit_code == EXIT_DONE
    assert json.loads(run("presets", "show", "Mine").stdout)["config"] == payload["config"]
    assert run("presets", "delete", "Mine").exit_code == EXIT_DONE
    assert run("presets", "show", "Mine").exit_code == EXIT_USAGE
    path.write_text("{")
    assert run("presets", "import", str(path)).exit_code == EXIT_USAGE


def test_a_preset_with_faulty_criteria_is_not_imported(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    names = [item["name"] for item in json.loads(run("presets", "list", "--json").stdout)]
    assert run("presets", "export", names[0], "-o", str(path)).exit_code == EXIT_DONE
    payload = json.loads(path.read_text())
    payload |= {"name": "Mine", "config": payload["config"] | {"criteria": "cloze > 1 and opn > 2", "top_n": -1}}
    path.write_text(json.dumps(payload))
    refused = run("presets", "import", str(path))
    assert refused.exit_code == EXIT_USAGE
    for fault in ("'cloze'", "'opn'", "top_n"):
        assert fault in refused.output
    payload["config"]["top_n"] = 5
    path.write_text(json.dumps(payload))
    assert run("presets", "import", str(path)).exit_code == EXIT_USAGE
    assert run("presets", "show", "Mine").exit_code == EXIT_USAGE


def test_a_preset_is_where_a_scan_starts_from() -> None:
    preset = json.loads(run("presets", "list", "--json").stdout)[0]
    config = scanned("--preset", preset["name"], "--top-n", "2")["config"]
    assert config["strategy_profile_name"] == preset["config"]["strategy_profile_name"]
    assert config["top_n"] == 2


def test_a_config_file_is_checked_like_everything_else(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"sectors": ["Energy"], "colour": "red", "max_symbols": "many"}))
    result = run("scan", "--config", str(path))
    assert result.exit_code == EXIT_USAGE
    assert "colour" in result.stderr
    assert "max_symbols" in result.stderr


def test_cache_lists_and_clears() -> None:
    assert "empty" in run("cache", "list").stderr
    scanned("--sector", "Energy", "--direction", "both")
    held = json.loads(run("cache", "list", "--json").stdout)
    assert held[0]["source"].startswith("sample")
    assert held[0]["symbols"] > 20
    assert run("cache", "clear", "--source", "sample").exit_code == EXIT_DONE
    assert json.loads(run("cache", "list", "--json").stdout) in ([], [{**held[0], "symbols": 0}])


def test_clearing_a_source_clears_what_is_held_of_it_under_every_name() -> None:
    for universe in ("30x300", "20x300", "10x300"):
        run("scan", "--source", "synthetic", "--universe", universe, "--lookback-days", "300")
    scanned("--sector", "Energy", "--direction", "both", "--top-n", "1")
    one = run("cache", "clear", "--source", "synthetic-10x300")
    assert "11 symbols of synthetic-10x300 deleted from the cache" in one.stderr
    both = run("cache", "clear", "--source", "synthetic")
    assert "52 symbols of synthetic-20x300, synthetic-30x300 deleted from the cache" in both.stderr
    assert [item["source"] for item in json.loads(run("cache", "list", "--json").stdout)] == ["sample"]
    assert "0 symbols deleted from the cache" in run("cache", "clear", "--source", "synthetic").stderr
    unknown = run("cache", "clear", "--source", "synthetik")
    assert unknown.exit_code == EXIT_USAGE
    assert "the cache contains sample" in unknown.stderr


def test_prune_says_what_it_would_delete_before_it_does(cli_home: Path) -> None:
    runs = [scanned("--top-n", count)["run_id"] for count in ("1", "2")]
    assert not (cli_home / "exports").exists()
    (cli_home / "exports").mkdir()  # as release 0.1.0 left it
    for run_id in runs:
        (cli_home / "exports" / f"{run_id}.csv").touch()
    assert run("prune").exit_code == EXIT_USAGE
    planned = json.loads(run("prune", "--keep-runs", "1", "--json").stdout)
    assert (len(planned["run_ids"]), planned["dry_run"]) == (1, True)
    assert len(stored_runs()) == 2
    run("prune", "--keep-runs", "1", "--yes")
    assert len(stored_runs()) == 1
    assert [path.stem for path in (cli_home / "exports").iterdir()] == runs[1:]


def test_doctor_finds_a_healthy_installation() -> None:
    result = run("doctor", "--json")
    assert result.exit_code == EXIT_DONE
    assert all(item["ok"] for item in json.loads(result.stdout))


def test_worker_drains_the_queue_and_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WorkerLauncher, "ensure_worker", lambda _self: None)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    with build() as services:
        ids = [services.service.submit(ScanConfig(top_n=n)).run_id for n in (1, 2, 3)]
        assert services.service.get(ids[2]).queue_position == 3
        result = run("worker", "--json")
        assert result.exit_code == EXIT_DONE
        assert json.loads(result.stdout) == {"executed": 3}
        assert "0 runs executed" in run("worker").stderr
        assert {services.service.get(run_id).status for run_id in ids} == {RunStatus.SUCCEEDED}


def test_a_bad_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TECHNIC_MAX_CONCURRENT_RUNS", "none")
    monkeypatch.setenv("TECHNIC_PORT", "99999")
    result = run("runs")
    assert result.exit_code == EXIT_USAGE
    assert "TECHNIC_MAX_CONCURRENT_RUNS" in result.stderr
    assert "TECHNIC_PORT" in result.stderr


def commands(group: click.Group | None = None, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield every command of the tree with the words that call it."""
    for name, command in (group or get_command(app_for(()))).commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*words, name))
        else:
            yield (*words, name), command


def test_every_command_has_help_and_speaks_json() -> None:
    for words, command in commands():
        shown = run(*words, "--help")
        assert shown.exit_code == EXIT_DONE
        assert command.help.partition(".")[0].split()[0] in shown.stdout
        assert "--json" in {option for item in command.params for option in item.opts}, words


def test_json_of_commands_that_change_something(tmp_path: Path) -> None:
    picked = scanned("--top-n", "2")["run_id"]
    exported = json.loads(run("export", picked, "--json").stdout)
    assert [row["Rank"] for row in exported["rows"]] == [1, 2]
    assert (exported["run_id"], exported["outcome"]) == (picked, "complete")
    assert len(exported["failures"]) > 400
    timings = tmp_path / "timings.csv"
    assert json.loads(run("runs", "--timings", str(timings), "--json").stdout) == {"output": str(timings), "runs": 1}
    name = json.loads(run("presets", "list", "--json").stdout)[0]["name"]
    path = tmp_path / "preset.json"
    assert json.loads(run("presets", "export", name, "-o", str(path), "--json").stdout)["output"] == str(path)
    assert json.loads(run("presets", "show", name, "--json").stdout) == json.loads(path.read_text())
    path.write_text(path.read_text().replace(name, "Mine"))
    assert json.loads(run("presets", "import", str(path), "--json").stdout)["name"] == "Mine"
    assert json.loads(run("presets", "delete", "Mine", "--json").stdout) == {"name": "Mine", "deleted": True}
    held = json.loads(run("cache", "list", "--json").stdout)[0]["symbols"]
    assert json.loads(run("cache", "clear", "--json").stdout) == {"forgotten": held}
    assert json.loads(run("warmup", "--json").stdout) == {"kernels": "compiled"}


def test_json_never_holds_what_json_cannot() -> None:
    line = json_line({"a": [float("nan"), 1.5], "b": {"c": float("inf")}, "day": date(2010, 8, 20)})
    assert json.loads(line) == {"a": [None, 1.5], "b": {"c": None}, "day": "2010-08-20"}


def test_a_file_that_cannot_be_written_is_a_sentence_before_the_work(tmp_path: Path) -> None:
    nowhere = str(tmp_path / "no" / "folder.csv")
    result = run("scan", "--csv", nowhere)
    assert result.exit_code == EXIT_USAGE
    assert nowhere in result.stderr
    assert not stored_runs()
    picked = scanned("--top-n", "1")["run_id"]
    for words in (("export", picked, "-o"), ("runs", "--timings"), ("presets", "export", "Quick look", "-o")):
        result = run(*words, nowhere)
        assert result.exit_code == EXIT_USAGE, words
        assert nowhere in result.stderr


def test_another_ctrl_c_does_not_wait_for_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    presses: list[int] = []

    def press(*_: object, **__: object) -> None:
        presses.append(1)
        raise KeyboardInterrupt

    monkeypatch.setattr(Follower, "to_end", press)
    result = run("scan", "--source", "synthetic", "--universe", "2000x1260")
    assert (result.exit_code, len(presses)) == (EXIT_INTERRUPTED, 2)
    record = stored_runs()[0]
    assert record.cancel_requested or record.status is RunStatus.CANCELLED
    assert f"technic-scanner resume {record.run_id}" in result.stderr


def test_ctrl_c_on_a_run_that_has_just_ended_tells_how_it_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    to_end = Follower.to_end
    watched: list[str] = []

    def press_at_the_end(follower: Follower, show: Show) -> RunRecord:
        ended = to_end(follower, show)
        watched.append(ended.run_id)
        if len(watched) == 1:
            raise KeyboardInterrupt
        return ended

    monkeypatch.setattr(Follower, "to_end", press_at_the_end)
    result = run("scan", "--top-n", "1")
    assert result.exit_code == EXIT_DONE
    assert "had ended before" in result.stderr
    assert "technic-scanner resume" not in result.stderr


class _Became(Exception):
    """The process would be the server now."""


@pytest.mark.parametrize(("command", "mount"), [("serve", "/api"), ("api", "")])
def test_servers_say_where_they_are_and_keep_their_folders(
    command: str, mount: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    became: list[tuple[list[str], dict[str, str]]] = []

    def become(_program: str, words: list[str], environment: dict[str, str]) -> None:
        became.append((words, environment))
        raise _Became

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TECHNIC_HOME", "data")
    monkeypatch.setattr("os.execve", become)
    result = CliRunner().invoke(app_for([command]), [command, "--host", "::1", "--port", "8602", "--json"])
    assert isinstance(result.exception, _Became)
    assert json.loads(result.stdout) == {"url": "http://[::1]:8602", "api": f"http://[::1]:8602{mount}"}
    words, environment = became[0]
    assert words[0] == sys.executable
    assert {"::1", "8602"} <= set(words)
    assert environment["TECHNIC_HOME"] == str(tmp_path / "data")
    assert (environment["TECHNIC_HOST"], environment["TECHNIC_PORT"]) == ("::1", "8602")


@pytest.mark.parametrize("command", ["serve", "api"])
def test_servers_refuse_an_address_for_others_without_tokens(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.execve", lambda *_: pytest.fail("it would have served"))
    for words in ((command, "--host", "0.0.0.0"), (command, "--host", "")):
        result = run(*words)
        assert result.exit_code == EXIT_USAGE
        assert "TECHNIC_API_TOKENS" in result.stderr
    monkeypatch.setenv("TECHNIC_API_TOKENS", "ann:short")
    result = run(command, "--host", "0.0.0.0")
    assert result.exit_code == EXIT_USAGE
    assert "TECHNIC_API_TOKENS" in result.stderr
    assert "short" not in result.stderr


@pytest.mark.parametrize("label", ["a\x1b[2J", "a\u202eb", "x" * 201])
def test_a_label_that_no_terminal_should_show_is_refused(label: str) -> None:
    result = run("scan", "--detach", "--label", label, "--max-symbols", "0")
    assert (result.exit_code, stored_runs()) == (EXIT_USAGE, ())
    assert "  label: must" in result.stderr
    assert "  max_symbols: must" in result.stderr, "all that is wrong is named at once"


@pytest.mark.parametrize(
    "command",
    [
        ("presets", "import"),
        ("criteria", "import"),
        ("watchlists", "import"),
        ("watchlists", "save", "x", "--file"),
        ("criteria", "save", "x", "--file"),
        ("schedules", "add", "x", "--after-close", "XNYS", "--config"),
        ("scan", "--config"),
        ("scan", "--where-file"),
    ],
)
def test_a_file_without_an_end_is_not_read_for_ever(command: tuple[str, ...], tmp_path: Path) -> None:
    letter = tmp_path / "letter.json"
    letter.write_bytes(b"\xff\xfe")
    for file, said in (("/dev/zero", "has more than 1,000,000 bytes"), (str(letter), "is not text in UTF-8")):
        result = run(*command, file)
        assert result.exit_code == EXIT_USAGE
        assert said in result.stderr


def test_numbers_that_cannot_be_read_are_named_with_all_other_faults() -> None:
    result = run("scan", "--max-symbols", "-1", "--min-price", "x", "--workers", "two", "--profile", "nope")
    assert result.exit_code == 2
    for field in ("max_symbols", "min_price", "workers", "strategy_profile_name"):
        assert f"  {field}: " in result.stderr
