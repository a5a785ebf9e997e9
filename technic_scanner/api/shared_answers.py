"""Computes large answers one at a time and once for everybody who asks the same; keeps the newest ones."""

from __future__ import annotations

import asyncio
import ctypes
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pyarrow as pa

from technic_scanner.clock import Clock
from technic_scanner.errors import LimitError

KEPT_BYTES = 32 * 1024 * 1024
# The time of day matters too: a session that has ended counts from then on.
KEPT_SECONDS = 600.0
MAX_WAITING = 8
_PIECE_BYTES = 64 * 1024


# Of glibc, which otherwise keeps what large computations have freed; other libraries have no such function.
_trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class _Kept:
    content: bytes
    until: float


class SharedAnswers:
    """Answers as bytes under a key; use it from one event loop.

    One answer is computed at a time, in a thread of its own, so that a crowd of readers needs no more memory than one.
    At most ``MAX_WAITING`` different ones wait; a request for another one is told to come back (LimitError). What
    has been computed is kept for ``KEPT_SECONDS``, of all answers at most ``kept_bytes``.
    """

    def __init__(self, clock: Clock, *, kept_bytes: int = KEPT_BYTES) -> None:
        self._clock = clock
        self._kept_bytes = kept_bytes
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._under_way: dict[str, asyncio.Task[bytes]] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="answers")

    async def get(self, key: str, compute: Callable[[], bytes]) -> bytes:
        """Return the answer under the key, computing it if needed. Raises LimitError, and what ``compute`` raises."""
        kept = self._kept.get(key)
        if kept is not None and self._clock.monotonic() < kept.until:
            self._kept.move_to_end(key)
            return kept.content
        task = self._under_way.get(key)
        if task is None:
            if len(self._under_way) > MAX_WAITING:
                raise LimitError("too many different questions are being computed; ask again later")
            task = asyncio.create_task(self._compute(key, compute))
            self._under_way[key] = task
        # Shielded: somebody else may be waiting for it when this client leaves.
        return await asyncio.shield(task)

    def close(self) -> None:
        """Start no more computations."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _compute(self, key: str, compute: Callable[[], bytes]) -> bytes:
        try:
            content = await asyncio.get_running_loop().run_in_executor(self._thread, _frugally, compute)
        finally:
            del self._under_way[key]
        self._keep(key, content)
        return content

    def _keep(self, key: str, content: bytes) -> None:
        self._kept[key] = _Kept(content, self._clock.monotonic() + KEPT_SECONDS)
        while sum(len(kept.content) for kept in self._kept.values()) > self._kept_bytes:
            self._kept.popitem(last=False)


def pieces(content: bytes) -> Iterator[memoryview]:
    """Yield the content in small pieces, so that no slow client needs a copy of all of it."""
    view = memoryview(content)
    for start in range(0, len(view), _PIECE_BYTES):
        yield view[start : start + _PIECE_BYTES]


def _frugally(compute: Callable[[], bytes]) -> bytes:
    try:
        return compute()
    finally:
        pa.default_memory_pool().release_unused()
        if _trim is not None:
            _trim(0)
