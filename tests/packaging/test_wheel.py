"""What is inside the wheel: the dashboard of the checkout, and requirements that leave others their versions."""

from __future__ import annotations

import email
import re
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from technic_scanner.dashboard_files import INSTALLED
from technic_scanner.extras import EXTRAS
from tests.support.checkout import ROOT, copy_checkout
from tools import uv

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel"), pytest.mark.timeout(900)]
DASHBOARD = ["dashboard.py", ".streamlit/config.toml", *(f"pages/{path.name}" for path in ROOT.glob("pages/*.py"))]


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def metadata(wheel: Path) -> email.message.Message:
    (name,) = (name for name in contents(wheel) if name.endswith(".dist-info/METADATA"))
    return email.message_from_bytes(contents(wheel)[name])


def test_it_carries_the_dashboard_of_the_checkout(wheel: Path) -> None:
    inside = contents(wheel)
    for name in DASHBOARD:
        assert inside[f"technic_scanner/app/{name}"] == (ROOT / name).read_bytes()


def test_it_carries_the_editor_of_criteria(wheel: Path) -> None:
    inside = contents(wheel)
    for name in ("pyproject.toml", "ui/scan/editor/criteria_editor.js", "ui/scan/editor/criteria_editor.LICENCES.txt"):
        assert inside[f"technic_scanner/{name}"] == (ROOT / "technic_scanner" / name).read_bytes()


def test_the_checkout_holds_no_second_copy_of_the_dashboard() -> None:
    assert not INSTALLED.exists()


def test_it_carries_the_licence(wheel: Path) -> None:
    licences = [data for name, data in contents(wheel).items() if name.endswith("/licenses/LICENSE")]
    assert licences == [(ROOT / "LICENSE").read_bytes()]


def test_what_the_docker_build_gets_gives_the_wheel_that_the_source_distribution_gives(
    wheel: Path, tmp_path: Path
) -> None:
    everything, source, out = tmp_path / "checkout", tmp_path / "context", tmp_path / "out"
    copy_checkout(everything)
    for pattern in re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE):
        for path in everything.glob(pattern):
            target = source / path.relative_to(everything)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)
    uv.run("build", "--quiet", "--wheel", "--out-dir", str(out), str(source))
    assert contents(out / wheel.name) == contents(wheel)


def test_its_requirements_are_lower_bounds(wheel: Path) -> None:
    requirements = [Requirement(line) for line in metadata(wheel).get_all("Requires-Dist", [])]
    assert len(requirements) > 20
    for requirement in requirements:
        operators = {specifier.operator for specifier in requirement.specifier}
        assert operators <= {">="}, requirement
        assert operators or requirement.name == "technic-scanner", f"{requirement} has no lower bound"


def test_it_offers_each_extra_and_all_of_them(wheel: Path) -> None:
    assert set(metadata(wheel).get_all("Provides-Extra", [])) == {*EXTRAS, "all"}
