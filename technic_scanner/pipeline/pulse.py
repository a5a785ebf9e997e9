"""Call a function periodically, so that progress events are sent while a long step has nothing to report."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Self


class Pulse:
    """Calls ``beat`` every ``every_seconds`` from a separate thread until the context exits; None for never."""

    def __init__(self, beat: Callable[[], None], every_seconds: float | None) -> None:
        self._beat = beat
        self._every_seconds = every_seconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="pulse", daemon=True)

    def __enter__(self) -> Self:
        if self._every_seconds is not None:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._every_seconds is not None:
            self._thread.join()

    def _loop(self) -> None:
        while not self._over.wait(self._every_seconds):
            self._beat()
