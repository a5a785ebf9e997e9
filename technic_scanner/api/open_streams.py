"""Counts the open streams of each client, and refuses those over the limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from technic_scanner.api.security import owner_in
from technic_scanner.errors import LimitError

MAX_STREAMS = 2000


@dataclass(frozen=True, slots=True)
class OpenStreams:
    """The open streams as one client sees them. All clients share ``counts``, on one event loop."""

    client: str
    per_client: int
    counts: Counter[str]

    def require_room(self) -> None:
        """Raise LimitError if this client, or all of them together, may open no more streams."""
        if self.counts.total() >= MAX_STREAMS:
            raise LimitError(f"{MAX_STREAMS} streams are open already")
        if self.counts[self.client] >= self.per_client:
            raise LimitError(f"this client has {self.per_client} streams open already")

    @contextmanager
    def one(self) -> Iterator[None]:
        """Count one stream until the block ends."""
        self.counts[self.client] += 1
        try:
            yield
        finally:
            self.counts[self.client] -= 1
            if not self.counts[self.client]:
                del self.counts[self.client]

    async def counted(self, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Yield the content, as one stream."""
        with self.one():
            async for part in content:
                yield part


def open_streams(connection: HTTPConnection) -> OpenStreams:
    """Return the streams of the client of this connection: the owner of a token, or an address."""
    address = connection.client.host if connection.client is not None else ""
    state = connection.app.state
    client = owner_in(connection.scope) or address
    return OpenStreams(client, state.services.settings.max_streams_per_client, state.stream_counts)
