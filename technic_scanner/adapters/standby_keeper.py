"""Keep standby workers alive beside a server, from a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Self

from technic_scanner.errors import StoreError

_log = logging.getLogger(__name__)

KEEP_SECONDS = 1.0


class StandbyKeeper:
    """Calls ``ensure`` at once and every second until the block ends. An unavailable store is tried again."""

    def __init__(self, ensure: Callable[[], None]) -> None:
        self._ensure = ensure
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="standby-keeper", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _loop(self) -> None:
        while not self._ended.is_set():
            try:
                self._ensure()
            except StoreError as error:
                _log.warning("no standby worker at the moment: %s", error)
            self._ended.wait(KEEP_SECONDS)
