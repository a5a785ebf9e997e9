"""Keeps schedules going in a server: a thread that looks at what is due, until the server ends."""

from __future__ import annotations

import threading
from collections.abc import Callable

LOOK_SECONDS = 5.0


class Keeper:
    """Calls ``tick`` every five seconds in a thread of its own, once started; ``tick`` must never raise."""

    def __init__(self, tick: Callable[[], None], every_seconds: float = LOOK_SECONDS) -> None:
        self._tick = tick
        self._every = every_seconds
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread, unless it runs."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="schedule-keeper", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End the thread; what it is doing is finished first, for at most some seconds."""
        self._stopped.set()
        with self._lock:
            if self._thread is not None:
                self._thread.join(LOOK_SECONDS)

    def _work(self) -> None:
        while not self._stopped.is_set():
            self._tick()
            self._stopped.wait(self._every)
