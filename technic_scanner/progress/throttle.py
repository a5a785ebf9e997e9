"""Decide whether enough time has passed to send another advance event."""

from __future__ import annotations


class Throttle:
    """At most one event per ``interval_seconds``; the first one is due at once. Guarded by its owner's lock."""

    __slots__ = ("due_at", "interval_seconds")

    def __init__(self, interval_seconds: float) -> None:
        self.interval_seconds = interval_seconds
        self.due_at = float("-inf")

    def is_due(self, now: float) -> bool:
        """Return whether an event may be sent at monotonic second ``now``."""
        return now >= self.due_at

    def sent(self, now: float) -> None:
        """Record that an event, throttled or not, was sent at monotonic second ``now``."""
        self.due_at = now + self.interval_seconds
