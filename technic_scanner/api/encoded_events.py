"""Events as they travel: each encoded once, however many watch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property

from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.domain.run import RunRecord
from technic_scanner.runs.serialization import event_to_dict


@dataclass(frozen=True)
class EncodedEvent:
    """One event, encoded once for all who watch."""

    event: ProgressEvent

    @property
    def seq(self) -> int:
        """The event's sequence number."""
        return self.event.seq

    @cached_property
    def text(self) -> str:
        """The event as compact JSON."""
        return json.dumps(event_to_dict(self.event), separators=(",", ":"))

    @cached_property
    def sse(self) -> bytes:
        """The event as a whole server-sent message."""
        return sse_message("progress", str(self.seq), self.text)


def sse_message(event: str, identifier: str, data: str) -> bytes:
    """Return one server-sent message; ``data`` is JSON on one line."""
    return f"id: {identifier}\r\nevent: {event}\r\ndata: {data}\r\n\r\n".encode()


@dataclass(frozen=True, slots=True)
class End:
    """What a watcher gets last. ``record`` is None if the run was deleted under its eyes."""

    record: RunRecord | None
