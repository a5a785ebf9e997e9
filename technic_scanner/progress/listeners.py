"""Hand events to every listener, in order, outside the caller's lock, and survive the ones that raise."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable

from technic_scanner.domain.progress import ProgressEvent

ProgressListener = Callable[[ProgressEvent], None]
_log = logging.getLogger(__name__)


class ListenerFanout:
    """Queue events under the owner's lock, deliver them outside it.

    Each listener sees the events in the order in which they were queued, one at a time, whatever threads there are.
    A listener that raises an Exception is logged the first time and goes on being called.
    """

    __slots__ = ("_deliverer", "_delivering", "_failed", "_listeners", "_queue")

    def __init__(self, listeners: Iterable[ProgressListener] = ()) -> None:
        self._listeners = tuple(listeners)
        self._queue: deque[ProgressEvent] = deque()
        self._delivering = threading.Lock()
        self._deliverer: int | None = None
        self._failed: set[int] = set()

    def add(self, listener: ProgressListener) -> None:
        """Call ``listener`` as well, from the next event on."""
        self._listeners = (*self._listeners, listener)

    def put(self, event: ProgressEvent) -> None:
        """Queue one event; call it under the lock that numbers the events."""
        if self._listeners:
            self._queue.append(event)

    def deliver(self, *, wait: bool) -> None:
        """Hand out what is queued; call it without holding a lock.

        With ``wait`` the call returns only after everything queued before it was handed out; without, it leaves the
        work to a thread that is at it already. Called from inside a listener it returns at once: the outer call
        goes on with what the listener caused.
        """
        me = threading.get_ident()
        pending = wait or bool(self._queue)  # waiting also means: until another thread has done with its last event
        while pending and self._deliverer != me:
            if not self._delivering.acquire(blocking=wait):
                return
            self._deliverer = me
            try:
                self._drain()
            finally:
                self._deliverer = None
                self._delivering.release()
            pending = bool(self._queue)  # put between the last look and the release, by one that did not wait

    def _drain(self) -> None:
        while self._queue:
            event = self._queue.popleft()
            for position, listener in enumerate(self._listeners):
                self._call(position, listener, event)

    def _call(self, position: int, listener: ProgressListener, event: ProgressEvent) -> None:
        try:
            listener(event)
        except Exception:  # noqa: BLE001 - whatever a watcher does wrong, the run is not to stop
            if position not in self._failed:
                self._failed.add(position)
                _log.exception("progress listener %r raised; the run goes on, later failures are not logged", listener)
