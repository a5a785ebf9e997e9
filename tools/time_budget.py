"""A pytest plugin that starts no further test once some seconds have passed, and says what it has left out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

COLLECTING_SHARE = 0.5  # of the seconds; modules that were not imported by then are left out


class TimeBudget:
    """Leaves out what comes too late: modules that are not imported and tests that are not started in time.

    ``now`` returns the seconds that have passed. The first module is never left out, so that something is tested on a
    busy machine as well. What has begun is finished: apart from the first module, a run takes ``seconds`` and the time
    of one test at most. What is left out is counted in the summary and fails nothing.
    """

    def __init__(self, seconds: float, now: Callable[[], float]) -> None:
        self._seconds = seconds
        self._now = now
        self._first: Path | None = None
        self.modules: list[str] = []
        self.tests: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> pytest.CollectReport | None:
        """Leave out a module if the time for importing is over."""
        if not isinstance(collector, pytest.Module):
            return None
        self._first = self._first or collector.path
        if collector.path == self._first or self._now() < COLLECTING_SHARE * self._seconds:
            return None
        self.modules.append(collector.nodeid)
        return pytest.CollectReport(collector.nodeid, "passed", longrepr=None, result=[])

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        """Leave out a test if the time is over."""
        if item.path == self._first or self._now() < self._seconds:
            return None
        self.tests.append(item.nodeid)
        return True

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was left out."""
        if self.modules or self.tests:
            terminalreporter.write_line(
                f"after {self._seconds:g} s {len(self.tests)} tests and {len(self.modules)} more files were left out, "
                "those that are furthest from the changes; ARGS='--seconds 0' runs them as well"
            )
