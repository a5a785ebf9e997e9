"""Once the time is over no test is started, and the summary says how many were left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tools.time_budget import TimeBudget

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.slow

Run = Callable[..., pytest.HookRecorder]


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Return a function that runs three files of two tests in this order, with what the clock says at each look."""

    def run_with(budget: TimeBudget) -> pytest.HookRecorder:
        both = "def test_one(): pass\ndef test_two(): pass"
        files = [pytester.makepyfile(**{f"test_{name}": both}) for name in ("near", "far", "afar")]
        return pytester.inline_run("-p", "no:cacheprovider", *files, plugins=[budget])

    return run_with


def ticking(*seconds: float) -> Callable[[], float]:
    """Return a clock that says one after the other, and the last one for ever."""
    looks: Iterator[float] = iter(seconds)
    return lambda: next(looks, seconds[-1])


def passed(recorder: pytest.HookRecorder) -> list[str]:
    return [report.nodeid for report in recorder.listoutcomes()[0]]


def test_in_time_all_are_run_in_the_given_order(run: Run) -> None:
    budget = TimeBudget(8.0, ticking(1.0))
    names = ("near", "far", "afar")
    assert passed(run(budget)) == [f"test_{name}.py::test_{number}" for name in names for number in ("one", "two")]
    assert (budget.modules, budget.tests) == ([], [])


def test_no_test_is_started_after_the_time(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    # at a look each: the second and the third file are imported, then the tests of the second are started or not
    budget = TimeBudget(8.0, ticking(1.0, 1.0, 7.9, 8.0))
    assert passed(run(budget)) == ["test_near.py::test_one", "test_near.py::test_two", "test_far.py::test_one"]
    assert budget.tests == ["test_far.py::test_two", "test_afar.py::test_one", "test_afar.py::test_two"]
    assert "after 8 s 3 tests and 0 more files were left out" in capsys.readouterr().out


def test_no_file_is_imported_after_half_of_it(run: Run) -> None:
    budget = TimeBudget(8.0, ticking(3.9, 4.0))
    assert passed(run(budget))[-1] == "test_far.py::test_two"
    assert budget.modules == ["test_afar.py"]


def test_the_first_file_is_run_however_late_it_is(run: Run) -> None:
    budget = TimeBudget(8.0, ticking(60.0))
    assert passed(run(budget)) == ["test_near.py::test_one", "test_near.py::test_two"]
    assert budget.modules == ["test_far.py", "test_afar.py"]
