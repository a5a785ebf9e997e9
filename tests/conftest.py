"""What all tests share: hypothesis looks for wrong values, not for slow moments; logging ends where it began.

No test reads or writes the home of the user who runs it.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.support.open_connections"]

# The same examples each time, so that a change is judged by what it changes; `make search` looks for new ones.
settings.register_profile("search", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("values", settings.get_profile("search"), derandomize=True, database=None)
settings.register_profile("quick", settings.get_profile("values"), max_examples=10)  # for tools/quick_tests.py
settings.load_profile("values")

# Where platformdirs puts the home of a process that is told of none, also of the processes that tests start.
_USER_DATA = tempfile.TemporaryDirectory(prefix="technic-tests-")
os.environ["XDG_DATA_HOME"] = _USER_DATA.name

_MAIN = sys.modules["__main__"]


@pytest.fixture(autouse=True)
def the_main_module_stays() -> Iterator[None]:
    """Put the main module back: Streamlit makes the script of an AppTest it, and each child process would run that."""
    sys.modules["__main__"] = _MAIN
    yield
    sys.modules["__main__"] = _MAIN


@pytest.fixture(autouse=True)
def log_lines_end_with_the_test() -> Iterator[None]:
    """Take back what a server or worker in this process has set up: it would write among the lines of later tests."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    ours = [one for one in root.handlers if type(one).__module__ == "technic_scanner.logs" and one not in before]
    root.handlers = [one for one in root.handlers if one not in ours]
    root.setLevel(level)
