"""What the servers are started with: the folder, the import path, and the secrets of the user's folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import typer

from technic_scanner import dashboard_files
from technic_scanner.cli import hosting
from technic_scanner.cli.output import Exit
from technic_scanner.dashboard_files import dashboard_folder


@dataclass
class Started:
    """The process that a command would have become."""

    command: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    folder: Path = Path()

    def become(self, program: str, command: Sequence[str], environment: dict[str, str]) -> None:
        assert program == sys.executable
        self.command, self.environment, self.folder = list(command), environment, Path.cwd()

    def values(self, flag: str) -> list[str]:
        """Return what follows each occurrence of a flag."""
        return [value for name, value in zip(self.command, self.command[1:], strict=False) if name == flag]


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder, the current one until the test has ended."""
    for name in [name for name in os.environ if name.startswith(("TECHNIC_", "STREAMLIT_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path / "home"))  # never that of who runs the tests
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def started(user: Path, monkeypatch: pytest.MonkeyPatch) -> Started:
    process = Started()
    monkeypatch.setattr(os, "execve", process.become)
    return process


def secrets_of(folder: Path) -> Path:
    path = folder / ".streamlit" / "secrets.toml"
    path.parent.mkdir(exist_ok=True)
    path.touch()
    return path


def test_serve_starts_in_the_folder_of_the_dashboards_settings(started: Started) -> None:
    hosting.serve()
    assert started.folder == dashboard_folder()


@pytest.mark.parametrize("command", [hosting.serve, hosting.api])
def test_a_server_does_not_import_from_the_current_folder(command: object, started: Started) -> None:
    command()  # type: ignore[operator]
    assert started.command[:3] == [sys.executable, "-P", "-m"]


def test_uvicorn_does_not_put_the_current_folder_in_front_of_the_import_path(started: Started) -> None:
    hosting.api()
    (folder,) = started.values("--app-dir")
    assert Path(folder) == Path(sys.executable).parent


@pytest.mark.parametrize("command", [hosting.serve, hosting.api])
def test_relative_folders_mean_the_users_own(
    command: object, started: Started, user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TECHNIC_HOME", "data")
    monkeypatch.setenv("TECHNIC_FILES_ROOT", "bars")
    monkeypatch.setenv("TECHNIC_DATABASE_URL", "sqlite:///runs.db")
    command()  # type: ignore[operator]
    assert started.environment["TECHNIC_HOME"] == str(user / "data")
    assert started.environment["TECHNIC_FILES_ROOT"] == str(user / "bars")
    assert started.environment["TECHNIC_DATABASE_URL"] == f"sqlite:///{user / 'runs.db'}"


@pytest.mark.parametrize(("given", "wanted"), [(None, "2"), ("8", "8")])
def test_a_server_keeps_memory_in_few_arenas_unless_told_otherwise(
    started: Started, monkeypatch: pytest.MonkeyPatch, given: str | None, wanted: str
) -> None:
    if given is None:
        monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    else:
        monkeypatch.setenv("MALLOC_ARENA_MAX", given)
    hosting.api()
    assert started.environment["MALLOC_ARENA_MAX"] == wanted


def test_the_secrets_of_the_users_folder_win_over_those_that_streamlit_finds(started: Started, user: Path) -> None:
    own = secrets_of(user)
    hosting.serve()
    general = [Path.home() / ".streamlit" / "secrets.toml", dashboard_folder() / ".streamlit" / "secrets.toml"]
    assert started.values("--secrets.files") == [str(path) for path in (*general, own)]


def test_without_secrets_there_streamlit_looks_by_itself(started: Started) -> None:
    hosting.serve()
    assert started.values("--secrets.files") == []


def test_secrets_that_streamlit_was_told_of_stay(started: Started, user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets_of(user)
    monkeypatch.setenv("STREAMLIT_SECRETS_FILES", "/etc/secrets.toml")
    hosting.serve()
    assert started.values("--secrets.files") == []


@pytest.mark.usefixtures("user")
def test_serve_refuses_to_start_without_the_dashboards_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dashboard_files, "INSTALLED", tmp_path)
    with pytest.raises(typer.Exit) as caught:
        hosting.serve()
    assert caught.value.exit_code == Exit.FAILED
    assert "dashboard.py" in capsys.readouterr().err
