"""The command line over a real store; the worker runs in a thread of the test instead of a process of its own."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from technic_scanner.adapters.launcher import WorkerLauncher
from technic_scanner.bootstrap import build
from technic_scanner.cli.main import app
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.run import RunStatus

EXIT_DONE, EXIT_FAILED, EXIT_USAGE, EXIT_EMPTY, EXIT_INTERRUPTED = 0, 1, 2, 3, 130


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path))
    threads: list[threading.Thread] = []

    def ensure_worker(_self: WorkerLauncher) -> None:
        if not any(thread.is_alive() for thread in threads):
            threads.append(threading.Thread(target=_work))
            threads[-1].start()

    monkeypatch.setattr(WorkerLauncher, "ensure_worker", ensure_worker)
    yield tmp_path
    for thread in threads:
        thread.join(60)


def _work() -> None:
    services = build()
    services.worker().run()
    services.close()


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), catch_exceptions=False)


def scanned(*words: str) -> dict:
    """Scan with --json; return the run."""
    result = run("scan", "--json", *words)
    assert result.exit_code == EXIT_DONE, result.output
    return json.loads(result.stdout.splitlines()[-1])["run"]


def test_scan_shows_picks_and_writes_the_csv_that_export_writes(tmp_path: Path) -> None:
    path = tmp_path / "picks.csv"
    result = run("scan", "--sector", "Technology", "--top-n", "5", "--csv", str(path))
    assert result.exit_code == EXIT_DONE
    assert "Best 5 of 5 picks" in result.stdout
    frame = pd.read_csv(path)
    assert list(frame["Rank"]) == [1, 2, 3, 4, 5]
    assert frame[["Entry", "Stop", "Target"]].notna().all().all()
    run_id = json.loads(run("runs", "--json").stdout)[0]["run_id"]
    exported = CliRunner().invoke(app, ["export", run_id, "--csv"]).stdout_bytes
    assert exported == path.read_bytes()


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
    listed = json.loads(run("runs", "--json").stdout)
    assert [item["run_id"] for item in listed] == [two["run_id"], one["run_id"]]
    assert one["run_id"] in run("runs").stdout
    assert run("watch", one["run_id"]).exit_code == EXIT_DONE
    compared = json.loads(run("compare", one["run_id"], two["run_id"], "--json").stdout)
    assert [item["field"] for item in compared["differences"]] == ["top_n"]
    assert "top_n" in run("compare", one["run_id"], two["run_id"]).stdout


def test_every_export_format_reads_back(tmp_path: Path) -> None:
    run_id = scanned("--top-n", "4")["run_id"]
    for flag, read in (("--parquet", pd.read_parquet), ("--xlsx", pd.read_excel)):
        path = tmp_path / f"picks{flag}"
        assert run("export", run_id, flag, "-o", str(path)).exit_code == EXIT_DONE
        assert len(read(path)) == 4
    csv = CliRunner().invoke(app, ["export", run_id]).stdout_bytes
    assert len(pd.read_csv(io.BytesIO(csv))) == 4
    page = CliRunner().invoke(app, ["export", run_id, "--report"]).stdout
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
    record = build().service.list().records[0]
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
    scanned("--sector", "Energy")
    held = json.loads(run("cache", "list", "--json").stdout)
    assert held[0]["source"].startswith("sample")
    assert held[0]["symbols"] > 20
    assert run("cache", "clear", "--source", "sample").exit_code == EXIT_DONE
    assert json.loads(run("cache", "list", "--json").stdout) in ([], [{**held[0], "symbols": 0}])


def test_prune_says_what_it_would_delete_before_it_does() -> None:
    scanned("--top-n", "1")
    scanned("--top-n", "2")
    assert run("prune").exit_code == EXIT_USAGE
    planned = json.loads(run("prune", "--keep-runs", "1", "--json").stdout)
    assert (len(planned["run_ids"]), planned["dry_run"]) == (1, True)
    assert len(build().service.list().records) == 2
    run("prune", "--keep-runs", "1", "--yes")
    assert len(build().service.list().records) == 1


def test_doctor_finds_a_healthy_installation() -> None:
    result = run("doctor", "--json")
    assert result.exit_code == EXIT_DONE
    assert all(item["ok"] for item in json.loads(result.stdout))


def test_worker_drains_the_queue_and_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WorkerLauncher, "ensure_worker", lambda _self: None)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    services = build()
    ids = [services.service.submit(ScanConfig(top_n=n)).run_id for n in (1, 2, 3)]
    assert services.service.get(ids[2]).queue_position == 3
    result = run("worker")
    assert result.exit_code == EXIT_DONE
    assert "3 runs executed" in result.stderr
    assert {services.service.get(run_id).status for run_id in ids} == {RunStatus.SUCCEEDED}


def test_a_bad_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TECHNIC_MAX_CONCURRENT_RUNS", "none")
    monkeypatch.setenv("TECHNIC_PORT", "99999")
    result = run("runs")
    assert result.exit_code == EXIT_USAGE
    assert "TECHNIC_MAX_CONCURRENT_RUNS" in result.stderr
    assert "TECHNIC_PORT" in result.stderr


def test_every_command_has_help() -> None:
    for command in ("scan", "watch", "runs", "show", "export", "cancel", "resume", "compare", "prune", "presets",
                    "cache", "warmup", "worker", "serve", "api", "doctor"):  # fmt: skip
        result = run(command, "--help")
        assert result.exit_code == EXIT_DONE
        assert command in result.stdout
