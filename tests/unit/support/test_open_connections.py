"""The plugin that finds SQLite connections left open, on tests that leave some."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
HEADER = f"""
    import sqlite3, sys
    from contextlib import closing
    import pytest
    sys.path.insert(0, {str(ROOT)!r})
    from technic_scanner.adapters.stores import open_store
    from technic_scanner.clock import ManualClock

    pytest_plugins = ["tests.support.open_connections"]

    def opened(folder):
        return open_store(f"sqlite:///{{folder}}/runs.db", ManualClock())
"""


def outcome(pytester: pytest.Pytester, tests: str) -> pytest.RunResult:
    """Run tests in a process of their own; Python's own warnings, which need 3.13, are out of the way."""
    pytester.makeconftest(HEADER)
    pytester.makepyfile(f"from conftest import *\n{tests}")
    arguments = ("-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:xdist", "-W", "ignore::ResourceWarning")
    return pytester.runpytest_subprocess(*arguments, "-W", "ignore::pytest.PytestUnraisableExceptionWarning")


def test_a_store_left_open_fails_its_test_and_no_other(pytester: pytest.Pytester) -> None:
    result = outcome(
        pytester,
        """
def test_closes(tmp_path):
    with closing(opened(tmp_path)) as store:
        store.ping()

def test_leaves(tmp_path):
    opened(tmp_path).ping()

def test_comes_after():
    pass
""",
    )
    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_leaves*", "*opened by *::test_leaves"])


def test_a_bare_connection_counts_and_leaving_its_block_does_not_close_it(pytester: pytest.Pytester) -> None:
    result = outcome(
        pytester,
        """
def test_leaves(tmp_path):
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("SELECT 1")

def test_closes(tmp_path):
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.execute("SELECT 1")
""",
    )
    result.assert_outcomes(passed=2, errors=1)


def test_a_store_of_a_module_may_stay_open_until_the_module_ends(pytester: pytest.Pytester) -> None:
    result = outcome(
        pytester,
        """
@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with closing(opened(tmp_path_factory.mktemp("store"))) as store:
        yield store

def test_uses_it(store):
    store.ping()

def test_makes_it_connect_anew(store):
    store.close()
    store.ping()

def test_uses_it_again(store):
    store.ping()
""",
    )
    result.assert_outcomes(passed=3)


def test_a_store_that_a_module_leaves_open_is_found_at_the_end(pytester: pytest.Pytester) -> None:
    result = outcome(
        pytester,
        """
@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return opened(tmp_path_factory.mktemp("store"))

def test_uses_it(store):
    store.ping()

def test_is_the_last():
    pass
""",
    )
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*opened by the module's fixture store"])
