"""What import-linter cannot hold: what page scripts import, who reads time and environment, how long files are."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "technic_scanner"
PAGES = sorted((ROOT / "pages").glob("*.py"))
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)
MAX_LINES = 300
MAX_PAGE_LINES = 80
# A module that breaks the guide, and why.
LONG_FOR_A_REASON: dict[str, str] = {}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [*PAGES, ROOT / "dashboard.py"], ids=name_of)
def test_page_scripts_import_only_streamlit_and_the_ui(path: Path) -> None:
    strangers = {
        name
        for name in imported(path)
        if not name.startswith(("streamlit", "technic_scanner.ui")) and name != "__future__"
    }
    assert not strangers


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_pages_compose_in_few_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MAX_PAGE_LINES


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_pages_begin_by_going_through_the_dashboard(path: Path) -> None:
    # Else the first visit of a fresh server could pass by the sign-in: see ui/entry.py.
    _, *body = ast.parse(path.read_text()).body
    first = next(node for node in body if not isinstance(node, ast.Import | ast.ImportFrom))
    assert ast.unparse(first) == "entry.through_dashboard()"


def test_modules_are_small_rooms() -> None:
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in MODULES}
    long = {name: lines for name, lines in lengths.items() if lines > MAX_LINES and name not in LONG_FOR_A_REASON}
    assert not long


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name_of(path) for path in MODULES if path.read_text() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert not silent


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert not [name_of(path) for path in MODULES if path.stem in drawers]


def test_only_the_clock_reads_the_time() -> None:
    readers = [name_of(path) for path in MODULES if path.name != "clock.py" and _reads_time(path)]
    assert not readers


def test_only_settings_read_the_environment() -> None:
    """Numba's own settings, from which ``numba_cache`` tells what it compiles, are none of the product's."""
    readers = [
        name_of(path)
        for path in MODULES
        if path.name not in ("settings.py", "numba_cache.py")
        and any(
            isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
            for node in ast.walk(ast.parse(path.read_text()))
        )
    ]
    assert not readers


def _reads_time(path: Path) -> bool:
    for node in ast.walk(ast.parse(path.read_text())):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner = node.func.value
        if (
            isinstance(owner, ast.Name)
            and owner.id == "time"
            and node.func.attr
            in (
                "time",
                "monotonic",
                "perf_counter",
                "sleep",
                "time_ns",
                "monotonic_ns",
            )
        ):
            return True
        if (
            isinstance(owner, ast.Name)
            and owner.id in ("datetime", "date")
            and node.func.attr in ("now", "utcnow", "today")
        ):
            return True
    return False
