"""Number the events of a run, limit their rate and deliver them to listeners."""

from __future__ import annotations

from collections.abc import Iterable

from technic_scanner.domain.progress import EventKind, ProgressEvent
from technic_scanner.progress.event_maker import EventMaker
from technic_scanner.progress.listeners import ListenerFanout, ProgressListener
from technic_scanner.progress.throttle import Throttle

_ROUNDING = 1e-9  # rounding error of summed seconds


class EventStream:
    """The events of one run, made by ``maker`` and guarded by the tracker's lock.

    Boundaries and messages are always sent; everything else sends at most one event per ``interval_seconds`` and shows
    in the next event otherwise. Events are numbered without gaps and reach every listener in that order, outside the
    lock. Before ``begun`` and after the run's end only boundaries are sent.
    """

    def __init__(
        self, maker: EventMaker, listeners: Iterable[ProgressListener], interval_seconds: float, *, begun: bool
    ) -> None:
        self.maker = maker
        self.begun = begun
        self._fanout = ListenerFanout(listeners)
        self._throttle = Throttle(interval_seconds)

    @property
    def due_at(self) -> float:
        """The monotonic second from which a changed count may send an event."""
        return self._throttle.due_at

    def note(self, kind: EventKind, message: str = "") -> None:
        """Queue an event for a boundary, and for anything else if one is due."""
        if kind is not EventKind.ADVANCED or self._is_due():
            self.send(kind, message)

    def send(self, kind: EventKind, message: str = "") -> None:
        """Queue an event."""
        facts = self.maker.facts
        facts.message = message or facts.message
        facts.last_seq += 1
        self._fanout.put(self.maker.make(kind))
        self._throttle.sent(self._now())

    def deliver(self, *, wait: bool) -> None:
        """Deliver the queued events; see ListenerFanout."""
        self._fanout.deliver(wait=wait)

    def add(self, listener: ProgressListener, interval_seconds: float) -> None:
        """Send events to ``listener`` from now on, those between boundaries at most once per its own interval."""
        self._throttle.interval_seconds = min(self._throttle.interval_seconds, interval_seconds)
        self._fanout.add(_Spaced(listener, interval_seconds))

    def _is_due(self) -> bool:
        return self.begun and not self.maker.is_over and self._throttle.is_due(self._now())

    def _now(self) -> float:
        return self.maker.clock.monotonic()


class _Spaced:
    """Forwards every boundary, and at most one other event per interval; the fanout calls it in order."""

    def __init__(self, listener: ProgressListener, interval_seconds: float) -> None:
        self._listener = listener
        self._interval_seconds = interval_seconds
        self._due_at = float("-inf")

    def __call__(self, event: ProgressEvent) -> None:
        if event.kind.is_boundary or event.elapsed_seconds >= self._due_at - _ROUNDING:
            self._due_at = event.elapsed_seconds + self._interval_seconds
            self._listener(event)
