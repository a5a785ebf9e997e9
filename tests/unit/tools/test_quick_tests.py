"""Which unit tests a change can reach."""

from __future__ import annotations

from pathlib import Path

import grimp
import pytest

from tools.quick_tests import PACKAGES, is_slow, module_of, reached_tests


@pytest.fixture
def imports() -> grimp.ImportGraph:
    """A package of three modules, one importing the other, and tests that import them in several ways."""
    graph = grimp.ImportGraph()
    for importer, imported in (
        ("package.high", "package.low"),
        ("tests.unit.test_low", "package.low"),
        ("tests.unit.test_high", "package.high"),
        ("tests.unit.test_alone", "package.alone"),
        ("tests.support.made", "package.alone"),
        ("tests.unit.made.test_made", "tests.support.made"),
        ("tests.unit.room.conftest", "package.high"),
        ("tests.functional.test_low", "package.low"),
    ):
        graph.add_import(importer=importer, imported=imported)
    graph.add_module("tests.unit.room.test_by_fixture")
    return graph


def test_a_change_reaches_the_tests_that_import_it_the_closest_first(imports: grimp.ImportGraph) -> None:
    assert reached_tests(imports, {"package.low"}) == [
        "tests/unit/test_low.py", "tests/unit/room/test_by_fixture.py", "tests/unit/test_high.py",
    ]  # fmt: skip
    assert reached_tests(imports, {"package.alone"}) == ["tests/unit/test_alone.py", "tests/unit/made/test_made.py"]


def test_of_equally_close_ones_those_that_mirror_the_module_come_first() -> None:
    graph = grimp.ImportGraph()
    for test in ("tests.unit.api.test_a", "tests.unit.runs.test_b", "tests.unit.screening.test_c"):
        graph.add_import(importer=test, imported="technic_scanner.runs.model")
    assert reached_tests(graph, {"technic_scanner.runs.model"})[0] == "tests/unit/runs/test_b.py"


def test_a_changed_test_is_run_and_one_outside_the_unit_tests_is_not(imports: grimp.ImportGraph) -> None:
    assert reached_tests(imports, {"tests.unit.test_high", "tests.functional.test_low"}) == ["tests/unit/test_high.py"]


def test_a_changed_conftest_runs_all_tests_beside_and_below_it(imports: grimp.ImportGraph) -> None:
    assert reached_tests(imports, {"tests.unit.room.conftest"}) == ["tests/unit/room/test_by_fixture.py"]


def test_what_is_no_module_reaches_nothing(imports: grimp.ImportGraph) -> None:
    assert reached_tests(imports, {"setup", "docs.conf"}) == []


@pytest.mark.parametrize(
    ("path", "module"),
    [("technic_scanner/screening/signals.py", "technic_scanner.screening.signals"), ("tests/__init__.py", "tests")],
)
def test_files_are_known_by_the_name_that_imports_them(path: str, module: str) -> None:
    assert module_of(Path(path)) == module


def test_the_real_modules_reach_the_tests_that_mirror_them() -> None:
    imports = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True)
    assert "tests/unit/screening/test_signals.py" in reached_tests(imports, {"technic_scanner.screening.signals"})
    assert "tests/unit/screening/test_indicators.py" in reached_tests(
        imports, {"technic_scanner.screening.kernel_rows"}
    )


def test_a_module_of_slow_tests_alone_is_known_without_importing_it() -> None:
    assert is_slow("import pytest\n\npytestmark = [pytest.mark.slow, pytest.mark.timeout(9)]\n")
    assert is_slow("pytestmark = pytest.mark.slow")
    assert not is_slow("@pytest.mark.slow\ndef test_one(): ...\n\ndef test_two(): ...")
    assert not is_slow("pytestmark = pytest.mark.postgres")
