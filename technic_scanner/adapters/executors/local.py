"""Runs chunks in threads of this process; the kernels release the GIL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.ports import ChunkTask
from technic_scanner.screening.bars import FloatArray, Panel

# How often a wait for a slow chunk looks at the cancel flag.
POLL_SECONDS = 0.2
# So many bars are analysed within some milliseconds; to hand them to threads would take longer.
QUICK_BARS = 400_000


class LocalExecutor:
    """A pool of threads; ``workers`` None means one per core."""

    def __init__(self, workers: int | None = None) -> None:
        self._workers = workers or os.cpu_count() or 1
        self._pool: ThreadPoolExecutor | None = None

    def map_chunks(
        self, task: ChunkTask, chunks: Iterator[tuple[int, Panel]], cancel: CancelToken
    ) -> Iterator[tuple[int, FloatArray]]:
        """Yield results as they complete; at most two chunks a thread are in flight, so that a cancel is quick.

        The first QUICK_BARS of a task that is ready are done in the caller's thread.
        """
        is_ready, bars = bool(getattr(task, "is_ready", False)), 0
        running: dict[Future[FloatArray], int] = {}
        try:
            for index, chunk in chunks:
                cancel.check()
                bars += chunk.close.size
                if is_ready and bars <= QUICK_BARS:
                    yield index, task(chunk)
                    continue
                running[self._threads().submit(task, chunk)] = index
                if len(running) >= 2 * self._workers:
                    yield from self._completed(running, cancel)
            while running:
                yield from self._completed(running, cancel)
        finally:
            for future in running:
                future.cancel()

    def _threads(self) -> ThreadPoolExecutor:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="scan")
        return self._pool

    def _completed(
        self, running: dict[Future[FloatArray], int], cancel: CancelToken
    ) -> Iterator[tuple[int, FloatArray]]:
        done: set[Future[FloatArray]] = set()
        while not done:
            cancel.check()
            done, _ = wait(running, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            yield running.pop(future), future.result()

    def close(self) -> None:
        """Let the threads end; a chunk that is running ends first."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None
