"""The dashboard's files are found in a checkout and in an installed package, and missed where they are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from technic_scanner import dashboard_files
from technic_scanner.dashboard_files import complete_folder, dashboard_folder, missing_files
from technic_scanner.errors import TechnicError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package with its own folder of dashboard files, beside files of other packages."""
    folder = tmp_path / "technic_scanner" / "app"
    (folder / "pages").mkdir(parents=True)
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "config.toml").touch()
    (folder / "dashboard.py").write_text('st.Page("pages/scan.py")\nst.Page("pages/history.py")\n')
    for name in ("scan", "history"):
        (folder / "pages" / f"{name}.py").touch()
    (tmp_path / "dashboard.py").touch()
    monkeypatch.setattr(dashboard_files, "PACKAGE", folder.parent)
    monkeypatch.setattr(dashboard_files, "INSTALLED", folder)
    return folder


def test_in_a_checkout_they_are_at_its_top() -> None:
    assert dashboard_folder() == ROOT
    assert missing_files() == ()


def test_every_page_of_the_dashboard_is_looked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(dashboard_files, "PACKAGE", tmp_path / "technic_scanner")
    (tmp_path / "dashboard.py").write_text((ROOT / "dashboard.py").read_text())
    pages = {f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py")}
    assert set(missing_files()) == {".streamlit/config.toml", *pages}


def test_an_installed_package_has_them_inside(installed: Path) -> None:
    assert complete_folder() == dashboard_folder() == installed
    assert missing_files() == ()


@pytest.mark.parametrize("name", ["pages/history.py", ".streamlit/config.toml"])
def test_one_that_is_gone_is_named(installed: Path, name: str) -> None:
    (installed / name).unlink()
    assert missing_files() == (name,)
    with pytest.raises(TechnicError, match=name):
        complete_folder()


def test_without_the_script_its_pages_are_not_known_but_missed(installed: Path) -> None:
    for path in [*installed.rglob("*.py")]:
        path.unlink()
    (installed / "pages").rmdir()
    assert missing_files() == ("dashboard.py", "pages/")
