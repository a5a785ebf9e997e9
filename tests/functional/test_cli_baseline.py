"""The command ``baseline``, and what later runs and the earlier API say against it."""

from __future__ import annotations

import json

import pytest

from technic_scanner import ScanConfig
from technic_scanner.legacy.scan import run_scan_enhanced
from tests.functional.command_line import run, stored_runs

pytestmark = pytest.mark.usefixtures("cli_home")
SOURCE = ("--source", "synthetic", "--universe", "40x300")


def test_a_measured_baseline_is_named_by_the_runs_after_it() -> None:
    assert run("scan", *SOURCE, "--no-progress").exit_code == 0
    [before] = stored_runs()
    assert before.metrics is not None
    assert (before.metrics.baseline_seconds, before.metrics.speedup) == (None, None)

    measured = run("baseline", *SOURCE, "--json")
    assert measured.exit_code == 0, measured.output
    baseline = json.loads(measured.stdout)
    assert baseline["symbols"] == 40
    assert baseline["seconds_per_symbol"] == pytest.approx(baseline["seconds"] / 40)
    assert run("scan", *SOURCE, "--symbols", "SYN00001,SYN00002", "--no-progress").exit_code in (0, 3)  # 3: no picks

    newest = stored_runs()[0]
    assert newest.metrics is not None
    assert newest.metrics.baseline_run_id == baseline["run_id"]
    assert newest.metrics.baseline_seconds == pytest.approx(2 * baseline["seconds_per_symbol"])
    assert newest.metrics.speedup == pytest.approx(newest.metrics.baseline_seconds / newest.metrics.total_seconds)
    assert baseline["run_id"] in run("show", newest.run_id).stdout

    *_, metrics = run_scan_enhanced(ScanConfig(source="synthetic", universe="40x300"))
    assert metrics["baseline_time"] == pytest.approx(baseline["seconds"])
    assert metrics["speedup"] == pytest.approx(metrics["baseline_time"] / metrics["total_seconds"])


def test_a_source_that_does_not_exist_is_named() -> None:
    result = run("baseline", "--source", "nowhere")
    assert result.exit_code == 2
    assert "nowhere" in result.stderr
