"""Do work beside other work: at most every few seconds, by one thread at a time, and without ever raising."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from technic_scanner.clock import Clock
from technic_scanner.errors import StoreUnavailableError

_log = logging.getLogger(__name__)


class Ticks:
    """Lets work be done at most every ``seconds``, whichever thread asks; ``what`` names it in the log."""

    def __init__(self, seconds: float, clock: Clock, what: str) -> None:
        self._seconds = seconds
        self._clock = clock
        self._what = what
        self._lock = threading.Lock()
        self._next = float("-inf")

    def attempt(self, work: Callable[[], object]) -> None:
        """Do the work, unless that was tried just now; what fails is logged and tried again at a later tick."""
        with self._lock:
            now = self._clock.monotonic()
            if now < self._next:
                return
            self._next = now + self._seconds
        try:
            work()
        except StoreUnavailableError as error:
            _log.warning("%s are looked at later: %s", self._what, error)
        except Exception:  # noqa: BLE001 - who calls it has other work to do
            _log.exception("%s could not be looked at", self._what)
