"""The wheel, built once from a copy of the checkout, and installed once into an empty environment."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.packaging.installation import Installation, fill_with_decoys
from tests.support.checkout import ROOT, copy_checkout
from tools import uv


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a source distribution and the wheel that was built from it."""
    source, out = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("dist")
    copy_checkout(source)
    uv.run("build", "--quiet", "--out-dir", str(out), str(source))
    return out


@pytest.fixture(scope="session")
def wheel(built: Path) -> Path:
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The wheel without any extra; its user stands in a folder full of files that are named like our dependencies."""
    venv, folder = tmp_path_factory.mktemp("installed") / "venv", tmp_path_factory.mktemp("anywhere")
    uv.run("venv", "--quiet", "--python", sys.executable, str(venv))
    pins = str(ROOT / "constraints.txt")
    uv.run("pip", "install", "--quiet", "--python", str(venv / "bin" / "python"), str(wheel), "--constraint", pins)
    installation = Installation(venv, folder)
    fill_with_decoys(folder, installation.package.parent)
    return installation
