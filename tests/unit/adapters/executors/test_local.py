"""Which thread does a chunk: small scans need no others, and nothing that may take long holds up a cancel."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

from technic_scanner.adapters.executors import local
from technic_scanner.adapters.executors.local import LocalExecutor
from technic_scanner.errors import CancelledError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.screening.bars import FloatArray, Panel
from technic_scanner.testing.fakes import random_panel

SESSIONS = 30
PANEL = random_panel([f"S{i:02d}" for i in range(40)], sessions=SESSIONS)
PATIENCE = 30.0


@dataclass
class Noted:
    """A task that remembers the threads that did its chunks."""

    is_ready: bool
    threads: list[threading.Thread] = field(default_factory=list)

    def __call__(self, chunk: Panel) -> FloatArray:
        self.threads.append(threading.current_thread())
        return np.zeros((len(chunk.symbols), 1))


def chunks(count: int) -> Iterator[tuple[int, Panel]]:
    return ((index, PANEL.rows(index, index + 1)) for index in range(count))


def by_caller(task: Noted, count: int) -> int:
    """Return how many chunks, which are the first ones, the caller's thread did."""
    executor = LocalExecutor(2)
    try:
        found = [index for index, _ in executor.map_chunks(task, chunks(count), CancelToken())]
    finally:
        executor.close()
    assert sorted(found) == list(range(count))
    own = [thread is threading.current_thread() for thread in task.threads]
    assert own == sorted(own, reverse=True)
    return sum(own)


def test_few_bars_need_no_thread_once_the_task_is_ready() -> None:
    assert by_caller(Noted(is_ready=True), 20) == 20


def test_what_may_have_to_load_first_is_done_in_threads() -> None:
    assert by_caller(Noted(is_ready=False), 5) == 0


def test_many_bars_are_done_in_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "QUICK_BARS", 3 * SESSIONS)
    assert by_caller(Noted(is_ready=True), 9) == 3


def test_one_large_chunk_holds_up_no_cancel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "QUICK_BARS", SESSIONS - 1)
    assert by_caller(Noted(is_ready=True), 2) == 0


def test_a_cancel_is_heard_between_chunks_of_the_callers_thread() -> None:
    task, cancel = Noted(is_ready=True), CancelToken()
    results = LocalExecutor(1).map_chunks(task, chunks(9), cancel)
    next(results)
    cancel.cancel()
    with pytest.raises(CancelledError):
        next(results)
    assert len(task.threads) == 1


def test_all_threads_work_from_the_first_chunk_on() -> None:
    both = threading.Barrier(2)

    @dataclass
    class Together(Noted):
        def __call__(self, chunk: Panel) -> FloatArray:
            both.wait(PATIENCE)
            return super().__call__(chunk)

    assert by_caller(Together(is_ready=False), 2) == 0
