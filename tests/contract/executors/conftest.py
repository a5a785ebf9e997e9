"""The executors under contract: threads of this process, and a Dask cluster of two processes by its address."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from distributed import LocalCluster

from technic_scanner.adapters.executors.dask import DaskExecutor
from technic_scanner.adapters.executors.local import LocalExecutor
from technic_scanner.pipeline.ports import Executor


def cluster_of(workers: int) -> LocalCluster:
    """A cluster of ``workers`` processes on this machine."""
    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        silence_logs=False,  # else it raises the level of pytest's own handlers too, for as long as the cluster lives
    )


@pytest.fixture(scope="session")
def cluster() -> Iterator[LocalCluster]:
    with cluster_of(2) as cluster:
        yield cluster


@pytest.fixture
def dask(cluster: LocalCluster) -> Iterator[DaskExecutor]:
    executor = DaskExecutor(cluster.scheduler_address)
    yield executor
    executor.close()


@pytest.fixture(params=["local", "dask"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    if request.param == "dask":
        yield request.getfixturevalue("dask")
        return
    local = LocalExecutor(2)
    yield local
    local.close()
