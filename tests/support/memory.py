"""How much memory a piece of work leaves held, without what other threads of the process hold."""

import tracemalloc
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
DEPTH = 16  # frames kept of each allocation: the work's own file must be among them


def held_bytes(work: Callable[[], T]) -> tuple[T, int]:
    """What `work` returns, and the bytes that it allocated and that are still held.

    Only allocations that go back to the file `work` is defined in count: threads that an
    earlier test left behind allocate too, and a whole process's total counts theirs.
    """
    file = work.__code__.co_filename
    tracemalloc.start(DEPTH)
    try:
        result = work()
        snapshot = tracemalloc.take_snapshot()
    finally:
        tracemalloc.stop()
    ours = snapshot.filter_traces([tracemalloc.Filter(True, file, all_frames=True)])
    return result, sum(trace.size for trace in ours.traces)
