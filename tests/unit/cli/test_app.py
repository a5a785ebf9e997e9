"""The program has the command that is called, and every command where it is not known which."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.main import get_command

from technic_scanner.cli.app import app_for


def commands(*words: str) -> list[str]:
    return list(get_command(app_for(words)).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("words", [(), ("--help",), ("--version",), ("scann",), ("--json", "scan")])
def test_without_a_known_command_all_are_there(words: tuple[str, ...]) -> None:
    found = commands(*words)
    assert found[:3] == ["scan", "watch", "runs"]
    assert {"doctor", "schedules", "criteria", "study"} <= set(found)


@pytest.mark.parametrize("name", commands())
def test_each_command_is_loaded_by_its_name(name: str) -> None:
    assert commands(name, "--json") == [name]


def test_a_command_waits_for_no_other() -> None:
    program = (
        "import sys; from technic_scanner.cli.app import app_for; app_for(['worker']);"
        "print(*(n for n in sys.modules if n.startswith('technic_scanner.cli.')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name.rpartition(".")[2] for name in done.stdout.split()}
    assert "hosting" in loaded
    assert not loaded & {"studies", "schedules", "alerts", "watchlists", "records"}
