"""Threads and a Dask cluster hold the contract that is shipped for anybody's executor."""

from __future__ import annotations

import pytest

from technic_scanner.testing.executors import ExecutorContract


# One cluster serves all of these, in one test process.
@pytest.mark.xdist_group("dask")
class TestBuiltInExecutors(ExecutorContract):
    """Its fixture is that of this folder."""
