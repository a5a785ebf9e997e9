"""An older and a newer version work beside each other on one store: neither breaks the other, and nothing is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from technic_scanner.adapters.launcher import WorkerLauncher
from technic_scanner.bootstrap import Services, build
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.errors import RunStateError
from technic_scanner.runs.model import Preset
from tests.functional.command_line import run

ROOT = Path(__file__).parents[2]
EXIT_USAGE = 2


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """The services of this version, which is the older one; workers work when they are told to."""
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path))
    monkeypatch.setattr(WorkerLauncher, "ensure_worker", lambda self: None)
    built = build()
    yield built
    built.close()


def newer(*words: str) -> Any:
    """Let the newer version do something in a process of its own."""
    command = [sys.executable, "-m", "tests.functional.newer_version", *words]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=240)  # noqa: PLW1510 - asserted below
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def listed() -> dict[str, Any]:
    """What the command line lists, by run."""
    answer = run("runs", "--json")
    assert answer.exit_code == 0, answer.output
    return {item["run_id"]: item for item in json.loads(answer.stdout)}


def test_versions_that_differ_by_a_field_share_a_store(services: Services) -> None:
    own = services.service.submit(ScanConfig(symbols=("AAPL",)), label="own")
    services.worker().run()
    left = newer("leave")

    # The older version sees what the newer one left.
    runs = listed()
    assert set(runs) == {own.run_id, left["done"], left["waiting"]}
    done = runs[left["done"]]
    assert (done["status"], done["config"]["symbols"], done["unreadable"]) == ("succeeded", ["AAPL", "MSFT"], [])
    assert (done["unknown_fields"], runs[own.run_id]["unknown_fields"]) == (["config.moon_phase"], [])
    assert done["metrics"]["symbols_scanned"] == 2
    assert "config.moon_phase" in run("show", left["done"]).stdout
    events = services.service.events(left["done"])
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert services.service.result(left["done"]).table.num_rows == done["metrics"]["symbols_returned"]

    # It does not scan what it knows only in part, and says so.
    services.worker().run()
    refused = services.service.get(left["waiting"])
    assert refused.status is RunStatus.FAILED
    assert refused.error is not None
    assert refused.error.code == "store_data"
    assert "fields that only a newer version of technic-scanner knows (config.moon_phase)" in refused.error.message
    assert "cannot be run again: its configuration has fields" in run_again(services, left["done"])
    scan = run("scan", "--preset", "newer", "--detach")
    assert scan.exit_code == EXIT_USAGE
    assert "'newer' cannot be used: its configuration has fields" in scan.stderr

    # What it saves over a preset of the newer version loses nothing of it.
    saved = services.service.save_preset(Preset("newer", ScanConfig(min_price=7.0)), expected_version=1)
    assert saved.unknown_fields == ("config.moon_phase",)

    # The newer version goes on with all of it.
    taken_up = newer("take_up", left["waiting"])
    assert taken_up == {
        "status": "succeeded",
        "moon_phase": "close > 9",
        "kernels": "fast",
        "mood": "calm",
        "preset": [2, "close > 5", 7.0],
        "problems": [],
        "asked": {"waiting": "close > 9", "done": "close > 5", "own": None},
    }


def run_again(services: Services, run_id: str) -> str:
    """Return why a run cannot be run again."""
    with pytest.raises(RunStateError) as caught:
        services.service.rerun(run_id)
    return str(caught.value)
