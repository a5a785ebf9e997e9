"""The package of docs/extending.md, taken from the page: installed, held to the contract, scanned with, listened to."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from tests.support.distributions import put_distribution

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "extending.md").read_text()
BLOCK = re.compile(r"^```\w+\n# (\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
BLOCKS = dict(BLOCK.findall(PAGE))
MODULES = {name: code for name, code in BLOCKS.items() if name.startswith("technic_walk/")}
DEADLINE_SECONDS = 120.0

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("extending"), pytest.mark.timeout(900)]


class Installation:
    """The page's package in a folder on the path of other processes, and a home for its runs."""

    def __init__(self, folder: Path) -> None:
        project = tomllib.loads(BLOCKS["pyproject.toml"])["project"]
        site = folder / "site"
        put_distribution(
            site,
            project["name"],
            project["entry-points"],
            {"technic_walk/__init__.py": "", **MODULES},
            project["version"],
        )
        self.folder = folder
        self.diary = folder / "diary.txt"
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("TECHNIC_", "PYTEST_", "COV_"))
        }
        self.environment = kept | {
            "PYTHONPATH": str(site),
            "TECHNIC_HOME": str(folder / "home"),
            "TECHNIC_DIARY_FILE": str(self.diary),
        }

    def run(self, *command: str, code: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a module of Python outside the checkout, with the package on its path."""
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=self.folder,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == code, f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done

    def technic(self, *command: str, code: int = 0, **environment: str) -> list[dict[str, object]]:
        """Run a command with ``--json`` and return what it printed, the items of a list one by one."""
        done = self.run("technic_scanner.cli.main", *command, "--json", code=code, **environment)
        printed = [json.loads(line) for line in done.stdout.splitlines()]
        return [item for line in printed for item in (line if isinstance(line, list) else [line])]

    def diary_lines(self, count: int) -> list[str]:
        """Return the lines of the diary once there are ``count``: the command may end before the listener does."""
        give_up = time.monotonic() + DEADLINE_SECONDS
        while True:
            lines = self.diary.read_text().splitlines() if self.diary.exists() else []
            if len(lines) >= count:
                return lines
            assert time.monotonic() < give_up, f"only {lines}"
            time.sleep(0.05)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return Installation(tmp_path_factory.mktemp("extending"))


def test_the_page_shows_a_small_source_executor_and_listener() -> None:
    lines = {name: len([line for line in code.splitlines() if line.strip()]) for name, code in MODULES.items()}
    assert set(lines) == {"technic_walk/source.py", "technic_walk/executor.py", "technic_walk/diary.py"}
    assert max(lines.values()) <= 30, lines


def test_its_plugins_hold_the_contracts_that_are_shipped(installed: Installation) -> None:
    (installed.folder / "test_technic_walk.py").write_text(BLOCKS["test_technic_walk.py"])
    done = installed.run("pytest", "-q", "-p", "no:cacheprovider", "-W", "error", "test_technic_walk.py")
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) == 19 + 5 + 11
    assert "skipped" not in done.stdout


def test_a_source_that_breaks_the_contract_fails_it(installed: Installation) -> None:
    careless = BLOCKS["test_technic_walk.py"].replace("source.WalkSource(seed=1)", "Careless(seed=1)") + (
        "\n\nclass Careless(source.WalkSource):\n"
        "    def fetch(self, symbols, start, end, cancel, say):\n"
        "        return super().fetch(symbols, start, None, cancel, say)\n"
    )
    (installed.folder / "test_careless.py").write_text(careless)
    command = ("pytest", "-q", "-p", "no:cacheprovider", "test_careless.py", "-k", "TestWalkSource")
    done = installed.run(*command, code=1)
    failed = set(re.findall(r"^FAILED \S+::(\w+)", done.stdout, re.MULTILINE))
    assert failed == {"test_no_session_lies_outside_the_span", "test_a_span_without_bars_is_a_failure_not_an_empty_row"}
    assert "assert (datetime.date(" in done.stdout, "a failing assertion shows its values"


def test_doctor_knows_them(installed: Installation) -> None:
    found = {str(line["check"]): line for line in installed.technic("doctor")}
    assert found["sources"]["detail"] == "sample, synthetic, yahoo, walk"
    assert found["executors"]["detail"] == "local, dask, gentle"
    assert found["run listeners"]["detail"] == "diary"


def test_help_names_them(installed: Installation) -> None:
    shown = installed.run("technic_scanner.cli.main", "scan", "--help", COLUMNS="200").stdout
    help_text = " ".join(shown.replace("│", " ").split())
    assert "Installed: sample, files, synthetic, yahoo, walk." in help_text
    assert "Installed: local, dask, gentle." in help_text


def test_the_command_line_scans_with_them_and_the_listener_is_told(installed: Installation) -> None:
    lines = installed.technic("scan", "--source", "walk", "--executor", "gentle", "--top-n", "5", "--no-progress")
    run = lines[-1]["run"]
    assert isinstance(run, dict)
    assert (run["status"], run["outcome"], run["config"]["source"]) == ("succeeded", "complete", "walk")
    assert run["options"]["executor"] == "gentle"
    [line] = installed.diary_lines(1)
    run_id, status, picks, *best = line.split()
    assert (run_id, status, picks, len(best)) == (run["run_id"], "succeeded", "5", 3)
    assert all(symbol.startswith("WALK") for symbol in best)
    held = {str(item["source"]) for item in installed.technic("cache", "list")}
    assert held == {"walk-1"}


def test_another_seed_is_another_place_in_the_cache(installed: Installation) -> None:
    installed.technic("scan", "--source", "walk", "--no-progress", TECHNIC_WALK_SEED="2")
    assert {"walk-2"} <= {str(item["source"]) for item in installed.technic("cache", "list")}


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("TECHNIC_WALK_SEED", "x", "TECHNIC_WALK_SEED cannot be read: "),
        ("PYTHONPATH", "broken", "could not be loaded: ModuleNotFoundError"),
    ],
)
def test_one_that_cannot_be_used_is_named_with_its_reason(
    installed: Installation, name: str, value: str, reason: str
) -> None:
    if value == "broken":
        value = str(put_distribution(installed.folder / "broken", "technic-broken", BROKEN, {}))
    found = {str(line["check"]): line for line in installed.technic("doctor", code=1, **{name: value})}
    assert str(found["sources"]["detail"]).startswith("sample, synthetic, yahoo")
    fault = next(line for check, line in found.items() if check in ("plugin walk", "plugin broken"))
    assert fault["ok"] is False
    assert reason in str(fault["detail"])


BROKEN = {"technic_scanner.sources": {"broken": "no_such_module:PLUGIN"}}
