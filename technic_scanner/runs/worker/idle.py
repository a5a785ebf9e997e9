"""Decide what a worker does when the queue is empty: leave, wait, or stand by for a server's next run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

# A worker process ends with this code when it has grown too large, so that another one takes its place.
RETIRED = 75


class Idle(Protocol):
    """What a worker does while no run is queued."""

    def stays(self, idle_seconds: float) -> bool:
        """Return whether to wait on, after so long without a run."""
        ...

    def wait(self, seconds: float) -> None:
        """Wait until a run may have been queued, at most so long."""
        ...

    def retires(self) -> bool:
        """Return whether to leave after a run, although more may be queued; asked after each run."""
        ...


class Leaving:
    """The worker ends when the queue is empty."""

    def stays(self, idle_seconds: float) -> bool:  # noqa: ARG002 - the protocol's signature
        """Never."""
        return False

    def wait(self, seconds: float) -> None:
        """Not called, because the worker does not stay."""

    def retires(self) -> bool:
        """Never before the queue is empty."""
        return False


class Waiting:
    """The worker waits for more runs indefinitely; ``wait`` ends early when a run is queued."""

    def __init__(self, wait: Callable[[float], None]) -> None:
        self.wait = wait

    def stays(self, idle_seconds: float) -> bool:  # noqa: ARG002 - the protocol's signature
        """Always."""
        return True

    def retires(self) -> bool:
        """Never."""
        return False


class StandingBy:
    """The worker loads everything that a scan needs, then waits as long as its server lives.

    ``load`` is called once, before the first wait. ``wanted`` says whether the server still lives. After
    ``idle_limit_seconds`` without a run the worker ends. ``memory_bytes`` says what the process holds; above
    ``memory_limit_bytes`` it ends after its run, and ``retired`` says that another one is to take its place.
    """

    def __init__(
        self,
        wait: Callable[[float], None],
        load: Callable[[], None],
        wanted: Callable[[], bool],
        memory_bytes: Callable[[], int],
        *,
        idle_limit_seconds: float,
        memory_limit_bytes: int,
    ) -> None:
        self._wait = wait
        self._load: Callable[[], None] | None = load
        self._wanted = wanted
        self._memory_bytes = memory_bytes
        self._idle_limit_seconds = idle_limit_seconds
        self._memory_limit_bytes = memory_limit_bytes
        self.retired = False

    def stays(self, idle_seconds: float) -> bool:
        """As long as the server lives and the limit is not reached."""
        return idle_seconds < self._idle_limit_seconds and self._wanted()

    def wait(self, seconds: float) -> None:
        """Wait; before the first time, load what a scan needs."""
        if self._load is not None:
            self._load()
            self._load = None
            return
        self._wait(seconds)

    def retires(self) -> bool:
        """Leave if this process holds more memory than it may."""
        self.retired = self._memory_bytes() > self._memory_limit_bytes
        return self.retired
