"""Which thread does a chunk: small scans need no others, and nothing that takes long holds up a cancel."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from technic_scanner.adapters.executors.local import QUICK_SECONDS, QUICK_TOGETHER_SECONDS, LocalExecutor
from technic_scanner.clock import ManualClock
from technic_scanner.errors import CancelledError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.screening.bars import FloatArray, Panel
from technic_scanner.testing.fakes import random_panel

PANEL = random_panel([f"S{i:02d}" for i in range(40)], sessions=30)


class Timed:
    """A task that takes ``seconds`` of its clock, and remembers the threads that did its chunks."""

    def __init__(self, clock: ManualClock, seconds: float, *, is_ready: bool = False) -> None:
        self.clock, self.seconds, self.is_ready = clock, seconds, is_ready
        self.threads: list[threading.Thread] = []

    def __call__(self, chunk: Panel) -> FloatArray:
        self.threads.append(threading.current_thread())
        self.clock.advance(self.seconds)
        return np.zeros((len(chunk.symbols), 1))


def chunks(count: int) -> Iterator[tuple[int, Panel]]:
    return ((index, PANEL.rows(index, index + 1)) for index in range(count))


def done(task: Timed, count: int) -> list[bool]:
    """Return of each chunk whether the caller's thread did it."""
    executor = LocalExecutor(1, task.clock)
    try:
        found = [index for index, _ in executor.map_chunks(task, chunks(count), CancelToken())]
    finally:
        executor.close()
    assert sorted(found) == list(range(count))
    return [thread is threading.current_thread() for thread in task.threads]


def test_quick_chunks_of_a_task_that_is_ready_need_no_thread() -> None:
    assert done(Timed(ManualClock(), QUICK_SECONDS / 2, is_ready=True), 5) == [True] * 5


def test_a_task_that_may_have_to_load_first_does_its_first_chunk_in_a_thread() -> None:
    assert done(Timed(ManualClock(), QUICK_SECONDS / 2), 4) == [False, True, True, True]


def test_after_a_slow_chunk_the_others_are_done_in_threads() -> None:
    assert done(Timed(ManualClock(), QUICK_SECONDS * 1.1, is_ready=True), 4) == [True, False, False, False]


def test_many_quick_chunks_are_done_in_threads_too() -> None:
    inline = done(Timed(ManualClock(), QUICK_SECONDS * 0.9, is_ready=True), 12)
    assert inline == sorted(inline, reverse=True)
    assert inline.count(True) == int(QUICK_TOGETHER_SECONDS / (QUICK_SECONDS * 0.9)) + 1


def test_a_cancel_is_heard_between_quick_chunks() -> None:
    task, cancel = Timed(ManualClock(), QUICK_SECONDS / 4, is_ready=True), CancelToken()
    results = LocalExecutor(1, task.clock).map_chunks(task, chunks(9), cancel)
    next(results)
    cancel.cancel()
    with pytest.raises(CancelledError):
        next(results)
    assert len(task.threads) == 1
