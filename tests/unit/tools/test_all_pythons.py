"""Which Pythons the suite is run on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools.all_pythons import interpreters, supported, version_of

THIS = f"{sys.version_info[0]}.{sys.version_info[1]}"


@pytest.fixture
def pretended(tmp_path: Path) -> Path:
    """A program that calls itself Python 3.99."""
    script = tmp_path / "python"
    script.write_text("#!/bin/sh\necho 3.99\n")
    script.chmod(0o755)
    return script


def test_a_python_is_asked_for_its_version() -> None:
    assert version_of(Path(sys.executable)) == THIS


def test_what_does_not_start_has_none(tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho 3.11\nexit 1\n")
    broken.chmod(0o755)
    assert version_of(broken) == version_of(tmp_path / "nowhere") == ""


def test_the_first_place_of_each_supported_version_counts(pretended: Path) -> None:
    places = [pretended, Path(sys.executable), Path("/nowhere"), Path(sys.executable).resolve()]
    assert interpreters([THIS, "3.99"], places) == {THIS: Path(sys.executable), "3.99": pretended}
    assert list(interpreters(["3.99", THIS], places)) == ["3.99", THIS]
    assert interpreters(["3.98"], places) == {}


def test_the_python_of_this_run_is_a_supported_one() -> None:
    assert THIS in supported()
