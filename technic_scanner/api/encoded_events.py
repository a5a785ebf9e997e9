"""Events as they travel: the bytes that were stored when the event came about, framed once however many watch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from technic_scanner.domain.progress import EventKind, ProgressEvent
from technic_scanner.domain.run import RunRecord
from technic_scanner.runs.model import StoredEvent
from technic_scanner.runs.serialization.stored import read_event


@dataclass(frozen=True)
class EncodedEvent:
    """One event, framed once for all who watch."""

    stored: StoredEvent

    @property
    def seq(self) -> int:
        """The event's sequence number."""
        return self.stored.seq

    @property
    def is_boundary(self) -> bool:
        """True for events that must never be left out; so is a kind that only a newer version knows."""
        return self.stored.kind != EventKind.ADVANCED

    @property
    def text(self) -> str:
        """The event as compact JSON."""
        return self.stored.text

    @cached_property
    def sse(self) -> bytes:
        """The event as a whole server-sent message."""
        return sse_message("progress", str(self.seq), self.text)

    @cached_property
    def event(self) -> ProgressEvent | None:
        """The event, for forms that are not the stored one; None if it cannot be read."""
        return read_event(self.text).value


def sse_message(event: str, identifier: str, data: str) -> bytes:
    """Return one server-sent message; ``data`` is JSON on one line."""
    return f"id: {identifier}\r\nevent: {event}\r\ndata: {data}\r\n\r\n".encode()


@dataclass(frozen=True, slots=True)
class End:
    """What a watcher gets last. ``record`` is None if the run was deleted under its eyes."""

    record: RunRecord | None
