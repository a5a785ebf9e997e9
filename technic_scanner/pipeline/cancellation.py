"""How a scan is asked to stop: a flag that every stage looks at, and that wakes whoever waits."""

from __future__ import annotations

import threading

from technic_scanner.errors import CancelledError


class CancelToken:
    """A flag that is set once; thread-safe. Long work calls ``check`` often, waits call ``wait``."""

    __slots__ = ("_event", "_reason")

    def __init__(self) -> None:
        self._event = threading.Event()
        self._reason = ""

    def cancel(self, reason: str = "cancelled on request") -> None:
        """Ask for the stop; later calls change nothing."""
        if not self._event.is_set():
            self._reason = reason
            self._event.set()

    @property
    def is_cancelled(self) -> bool:
        """True once the stop was asked for."""
        return self._event.is_set()

    @property
    def reason(self) -> str:
        """Why, in words; empty while not cancelled."""
        return self._reason

    def check(self) -> None:
        """Raise CancelledError if the stop was asked for."""
        if self._event.is_set():
            raise CancelledError(self._reason)

    def wait(self, seconds: float) -> None:
        """Let at most ``seconds`` pass; raise CancelledError at once when the stop is asked for."""
        self._event.wait(seconds)
        self.check()
