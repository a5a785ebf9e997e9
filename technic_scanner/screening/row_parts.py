"""Work on the rows of a panel in threads, in parts that do not depend on how many threads there are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

PARTS = 16
T = TypeVar("T")


def in_threads(rows: int, threads: int | None, work: Callable[[int, int], T]) -> Iterator[T]:
    """Yield what ``work`` returns for each part (start, stop) of the rows, in order; by default one thread a core."""
    size = max(1, -(-rows // PARTS))
    bounds = [(start, min(start + size, rows)) for start in range(0, rows, size)]
    count = min(threads or min(4, os.cpu_count() or 1), len(bounds))
    if count < 2:
        yield from (work(*bound) for bound in bounds)
        return
    with ThreadPoolExecutor(count) as pool:
        yield from pool.map(lambda bound: work(*bound), bounds)


def each_part(rows: int, threads: int | None, work: Callable[[int, int], None]) -> None:
    """Do ``work`` on each part of the rows."""
    for _ in in_threads(rows, threads, work):
        pass
