"""Do something long in another thread, and say meanwhile how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait

_LOOK_SECONDS = 0.1


def watched(work: Callable[[], object], so_far: Sequence[int], total: int) -> Iterator[tuple[int, int]]:
    """Run ``work`` and yield (``so_far[0]``, ``total``) at the start and whenever it has changed; at the end all.

    What ``work`` raises is raised here. It goes on to its own end, or stop, if the iteration is left.
    """
    pool = ThreadPoolExecutor(1, thread_name_prefix="read-files")
    working = pool.submit(work)
    pool.shutdown(wait=False)
    seen = 0
    yield 0, total
    while wait([working], timeout=_LOOK_SECONDS).not_done:
        now = min(so_far[0], total)
        if now > seen:
            seen = now
            yield seen, total
    working.result()
    if seen < total:
        yield total, total
