"""Runs chunks on Dask workers: a cluster by its address, or processes of this machine without one."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from technic_scanner.errors import ExecutorError
from technic_scanner.extras import import_optional, require_extra
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.ports import ChunkTask
from technic_scanner.screening.bars import FloatArray, Panel

POLL_SECONDS = 0.2
CONNECT_SECONDS = 15
# A chunk whose worker died is tried this often elsewhere.
RETRIES = 3
# Dask warns of tasks above this size.
LARGEST_CHUNK = "1GB"
# Chunks in flight per worker: enough to keep it busy, few enough that a cancel is quick.
IN_FLIGHT = 3


class DaskExecutor:
    """Chunks travel to Dask workers, results come back as they complete.

    ``scheduler`` is an address such as ``tcp://host:8786``; None starts a LocalCluster of ``workers`` processes
    (None: one per core). Raises MissingExtraError if Dask is not installed, and ExecutorError if the cluster cannot be
    reached or keeps losing a chunk's worker.
    """

    def __init__(self, scheduler: str | None = None, workers: int | None = None) -> None:
        require_extra("dask")
        self._scheduler = scheduler
        self._workers = workers
        self._client: Any = None

    def map_chunks(
        self, task: ChunkTask, chunks: Iterator[tuple[int, Panel]], cancel: CancelToken
    ) -> Iterator[tuple[int, FloatArray]]:
        """Yield results as they complete; a worker that is killed is survived by trying its chunks elsewhere."""
        cancel.check()
        client = self._connect()
        room = IN_FLIGHT * self._workers_of(client, cancel)
        running: dict[Any, int] = {}
        try:
            for index, chunk in chunks:
                cancel.check()
                future = client.submit(_run, task, chunk, retries=RETRIES, pure=False)
                running[future] = index
                if len(running) >= room:
                    yield from self._completed(running, cancel)
            while running:
                yield from self._completed(running, cancel)
        finally:
            if running:
                client.cancel(list(running))

    def close(self) -> None:
        """Leave the cluster; a LocalCluster of our own ends."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _connect(self) -> Any:
        if self._client is not None:
            return self._client
        # Imported here: it takes most of a second, which a local scan need not pay.
        distributed = import_optional("distributed", "dask")
        import dask  # noqa: PLC0415 - which the other needs, and brings

        # A chunk travels inside its task on purpose, so that it can be sent again when its worker dies.
        dask.config.set({"distributed.admin.large-graph-warning-threshold": LARGEST_CHUNK})
        try:
            if self._scheduler is None:
                cluster = distributed.LocalCluster(
                    n_workers=self._workers,
                    threads_per_worker=1,
                    host="127.0.0.1",
                    dashboard_address="127.0.0.1:0",  # any free port: two scans may run at once
                    silence_logs=logging.ERROR,
                )
                self._client = _OwnCluster(cluster, distributed.Client(cluster))
            else:
                self._client = distributed.Client(self._scheduler, timeout=CONNECT_SECONDS)
        except (OSError, ValueError) as error:
            raise ExecutorError(f"Dask at {self._place} could not be reached: {error}") from error
        return self._client

    def _workers_of(self, client: Any, cancel: CancelToken) -> int:
        """Return how many workers there are; the first ones may still be on their way."""
        for _ in range(int(CONNECT_SECONDS / POLL_SECONDS)):
            if found := len(client.scheduler_info()["workers"]):
                return found
            cancel.wait(POLL_SECONDS)
        raise ExecutorError(f"Dask at {self._place} has no workers")

    @property
    def _place(self) -> str:
        return self._scheduler or "a local cluster"

    def _completed(self, running: dict[Any, int], cancel: CancelToken) -> Iterator[tuple[int, FloatArray]]:
        from distributed import wait  # noqa: PLC0415 - as above
        from distributed.client import FuturesCancelledError  # noqa: PLC0415

        done: set[Any] = set()
        while not done:
            cancel.check()
            try:
                done = wait(list(running), timeout=POLL_SECONDS, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                continue
            except FuturesCancelledError as error:
                # Nobody here cancels a chunk that is waited for: the scheduler is gone, and the chunks with it.
                raise ExecutorError(f"Dask at {self._place} was lost: {error}") from error
        for future in done:
            yield running.pop(future), self._result(future)

    def _result(self, future: Any) -> FloatArray:
        from distributed import KilledWorker  # noqa: PLC0415 - as above

        try:
            result: FloatArray = future.result()
        except KilledWorker as error:
            raise ExecutorError(f"the Dask workers that held a chunk died {RETRIES + 1} times: {error}") from error
        return result


class _OwnCluster:
    """A client whose cluster ends with it."""

    def __init__(self, cluster: Any, client: Any) -> None:
        self._cluster = cluster
        self._inner = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def close(self) -> None:
        self._inner.close()
        self._cluster.close()


def _run(task: ChunkTask, chunk: Panel) -> FloatArray:
    return task(chunk)
