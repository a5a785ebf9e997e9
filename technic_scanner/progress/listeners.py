"""Deliver events to all listeners in order, outside the caller's lock, and continue if a listener raises."""

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

    Each listener receives the events in the order in which they were queued, one at a time, with any number of threads.
    If a listener raises an Exception, the first one is logged, and the listener is still called.
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
        """Queue one event; call it while holding the lock under which events are numbered."""
        if self._listeners:
            self._queue.append(event)

    def deliver(self, *, wait: bool) -> None:
        """Deliver the queued events; call it without holding a lock.

        With ``wait`` the call returns only after all events queued before it are delivered; without, it returns at once
        if another thread is delivering. A call from inside a listener returns at once: the outer call delivers the
        events that the listener caused.
        """
        me = threading.get_ident()
        pending = wait or bool(self._queue)  # waiting includes the last event of another thread
        while pending and self._deliverer != me:
            if not self._delivering.acquire(blocking=wait):
                return
            self._deliverer = me
            try:
                self._drain()
            finally:
                self._deliverer = None
                self._delivering.release()
            pending = bool(self._queue)  # queued between the last check and the release, by a call that did not wait

    def _drain(self) -> None:
        while self._queue:
            event = self._queue.popleft()
            for position, listener in enumerate(self._listeners):
                self._call(position, listener, event)

    def _call(self, position: int, listener: ProgressListener, event: ProgressEvent) -> None:
        try:
            listener(event)
        except Exception:  # noqa: BLE001 - errors of a listener must not stop the run
            if position not in self._failed:
                self._failed.add(position)
                _log.exception(
                    "progress listener %r raised; the run continues, and its later errors are not logged", listener
                )
