"""Define the cancel token of a scan: a flag that all stages check and that ends waits."""

from __future__ import annotations

import threading

from technic_scanner.errors import CancelledError


class CancelToken:
    """A flag that is set once; thread-safe. Long work calls ``check`` often; waiting code calls ``wait``."""

    __slots__ = ("_event", "_reason")

    def __init__(self) -> None:
        self._event = threading.Event()
        self._reason = ""

    def cancel(self, reason: str = "cancelled on request") -> None:
        """Request cancelling; later calls have no effect."""
        if not self._event.is_set():
            self._reason = reason
            self._event.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether cancelling was requested."""
        return self._event.is_set()

    @property
    def reason(self) -> str:
        """The reason as text; empty while not cancelled."""
        return self._reason

    def check(self) -> None:
        """Raise CancelledError if cancelling was requested."""
        if self._event.is_set():
            raise CancelledError(self._reason)

    def wait(self, seconds: float) -> None:
        """Wait for ``seconds``; raise CancelledError as soon as cancelling is requested."""
        self._event.wait(seconds)
        self.check()
