"""The installer uses uv, and pip where uv cannot install."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import pytest

from tools import install

ASKED = ["-r", "requirements.txt"]


class Machine:
    """Answers each command; those whose words are all in one of ``failing`` fail."""

    def __init__(self, *failing: set[str]) -> None:
        self.failing = failing
        self.commands: list[list[str]] = []

    def run(self, command: Sequence[str], *, check: bool) -> subprocess.CompletedProcess[str]:
        assert not check
        self.commands.append(list(command))
        return subprocess.CompletedProcess(command, int(any(words <= set(command) for words in self.failing)))


def by_pip(machine: Machine) -> list[list[str]]:
    """Return what pip was told to install besides uv."""
    return [command for command in machine.commands if command[1:3] == ["-m", "pip"] and "uv" not in command]


@pytest.mark.parametrize("failing", [{"uv"}, {"tools.uv"}], ids=["no uv for this platform", "uv finds no index"])
def test_pip_installs_where_uv_cannot(failing: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(failing)
    monkeypatch.setattr(install, "subprocess", machine)
    assert install.main(ASKED) == 0
    assert [command[-4:] for command in by_pip(machine)] == [[*ASKED, "-c", "constraints.txt"]]


def test_uv_installs_into_the_running_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine()
    monkeypatch.setattr(install, "subprocess", machine)
    assert install.main(ASKED) == 0
    assert by_pip(machine) == []
    assert {sys.executable, "--compile-bytecode"} <= set(machine.commands[-1][1:])
    assert machine.commands[-1][-4:] == [*ASKED, "-c", "constraints.txt"]


def test_a_failure_of_both_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "subprocess", Machine({"-r"}))
    assert install.main(ASKED) == 1
