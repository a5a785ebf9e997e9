"""A real uvicorn on loopback in a thread of the test, and clients that can be cut off."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

START_SECONDS = 120.0


class LiveServer:
    """Serves an app until the block ends; then open streams end too."""

    def __init__(self, app: ASGIApp, *, poll_seconds: float = 0.01, api: FastAPI | None = None) -> None:
        self.api = api if api is not None else app
        assert isinstance(self.api, FastAPI)
        self.api.state.broadcaster._poll_seconds = poll_seconds
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32 * 1024)
        self.port: int = self.socket.getsockname()[1]
        self.base_url = f"http://127.0.0.1:{self.port}"
        started = threading.Event()
        broadcaster = self.api.state.broadcaster

        class Server(uvicorn.Server):
            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                started.set()

            async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
                broadcaster.close()
                await super().shutdown(sockets)

        config = uvicorn.Config(app, log_level="warning", lifespan="on", timeout_graceful_shutdown=5)
        self.server = Server(config)
        self._started = started
        self._thread = threading.Thread(target=self.server.run, args=([self.socket],), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._started.wait(START_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.should_exit = True
        self._thread.join(START_SECONDS)
        self.socket.close()
        assert not self._thread.is_alive()


@dataclass
class SseMessage:
    """One server-sent event."""

    fields: dict[str, str] = field(default_factory=dict)

    @property
    def event(self) -> str:
        return self.fields.get("event", "message")


class SseConnection:
    """A bare socket that reads server-sent events as bytes come, so that it can be cut in the middle of one."""

    def __init__(self, port: int, path: str, headers: dict[str, str] | None = None) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept: text/event-stream"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self._raw = b""
        self._left = 0
        self.ended = False
        while b"\r\n\r\n" not in self._raw:
            self._receive()
        head, _, self._raw = self._raw.partition(b"\r\n\r\n")
        self.status = int(head.split(b" ", 2)[1])
        self.head = head.decode().lower()
        self._text = b""

    def messages(self, byte_budget: int | None = None) -> Iterator[SseMessage]:
        """Yield complete messages until the body ends, or until ``byte_budget`` bytes were read."""
        used = 0
        while True:
            room = None if byte_budget is None else byte_budget - used
            if room is not None and room <= 0:
                return
            data = self._body(room)
            if not data:
                return
            used += len(data)
            self._text += data
            *whole, self._text = self._text.split(b"\r\n\r\n")
            for block in whole:
                message = SseMessage(
                    dict(re.findall(r"^(\w+): ?(.*)$", block.decode().replace("\r", ""), re.MULTILINE))
                )
                if message.fields:
                    yield message

    def cut(self) -> None:
        """Drop the connection without a word."""
        self.socket.close()

    def _receive(self) -> bool:
        data = self.socket.recv(65536)
        self._raw += data
        return bool(data)

    def _body(self, limit: int | None) -> bytes:
        """Return up to ``limit`` bytes of the body; the chunk sizes in between are taken out. Empty at the end."""
        if self._left == 0:
            while (match := re.match(rb"(?:\r\n)?([0-9a-fA-F]+)\r\n", self._raw)) is None:
                if not self._receive():
                    return b""
            self._raw = self._raw[match.end() :]
            self._left = int(match.group(1), 16)
            if self._left == 0:
                self.ended = True
                return b""
        if not self._raw and not self._receive():
            return b""
        size = min(self._left, len(self._raw), *([] if limit is None else [limit]))
        data, self._raw = self._raw[:size], self._raw[size:]
        self._left -= size
        return data


@contextmanager
def sse(port: int, path: str, headers: dict[str, str] | None = None) -> Iterator[SseConnection]:
    """Connect and close."""
    connection = SseConnection(port, path, headers)
    try:
        yield connection
    finally:
        connection.cut()
