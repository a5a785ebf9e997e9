"""Connections whose request head is late, on uvicorn's own protocol with timers that the test sets off."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from technic_scanner.api.slow_clients import HEAD_SECONDS, PunctualConnection

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
UPGRADE = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + b"A" * 22


class Timer:
    """A call that is due some time later."""

    def __init__(self, seconds: float, call: Callable[[], None]) -> None:
        self.seconds, self.call, self.cancelled = seconds, call, False

    def cancel(self) -> None:
        self.cancelled = True


class Task:
    """Stands for a task that the server keeps."""

    def add_done_callback(self, _call: object) -> None: ...


class TakesOver:
    """Stands for uvicorn's connection of a WebSocket."""

    def __init__(self, **_: object) -> None: ...

    def connection_made(self, _transport: object) -> None: ...

    def data_received(self, _data: bytes) -> None: ...


class Loop:
    """Keeps timers and tasks instead of running them."""

    def __init__(self) -> None:
        self.timers: list[Timer] = []
        self.tasks: list[Coroutine[Any, Any, None]] = []

    def call_later(self, seconds: float, call: Callable[..., None], *_: object) -> Timer:
        self.timers.append(Timer(seconds, call))
        return self.timers[-1]

    def create_task(self, task: Coroutine[Any, Any, None], **_: object) -> Task:
        self.tasks.append(task)
        return Task()


class Transport:
    """Remembers what is written."""

    def __init__(self) -> None:
        self.sent, self.closed = b"", False
        self.protocol: object = None

    def get_extra_info(self, _name: str) -> None:
        return None

    def get_protocol(self) -> object:
        return self.protocol

    def set_protocol(self, protocol: object) -> None:
        self.protocol = protocol

    def is_closing(self) -> bool:
        return self.closed

    def write(self, data: bytes) -> None:
        self.sent += data

    def close(self) -> None:
        self.closed = True

    def resume_reading(self) -> None: ...

    def pause_reading(self) -> None: ...


class Connected:
    """A connection that has just been accepted."""

    def __init__(self) -> None:
        config = uvicorn.Config(self._app, http=PunctualConnection)
        config.load()
        self.loop, self.transport = Loop(), Transport()
        self.protocol = PunctualConnection(config=config, server_state=ServerState(), app_state={}, _loop=self.loop)
        self.transport.protocol = self.protocol
        self.protocol.connection_made(self.transport)  # type: ignore[arg-type]

    @staticmethod
    async def _app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    def receives(self, data: bytes) -> None:
        self.protocol.data_received(data)

    def answers(self) -> None:
        asyncio.run(self.loop.tasks.pop())

    @property
    def waits(self) -> list[Timer]:
        """The timers of heads that are awaited."""
        return [timer for timer in self.loop.timers if timer.seconds == HEAD_SECONDS and not timer.cancelled]


@pytest.fixture
def connected() -> Connected:
    return Connected()


def test_a_connection_that_sends_nothing_is_closed(connected: Connected) -> None:
    (timer,) = connected.waits
    timer.call()
    assert connected.transport.sent.startswith(b"HTTP/1.1 408 ")
    assert connected.transport.closed


def test_a_head_that_trickles_in_gains_no_time(connected: Connected) -> None:
    (timer,) = connected.waits
    for place in range(len(HEAD)):
        connected.receives(HEAD[place : place + 1])
    assert connected.waits == [timer]


def test_a_request_that_has_come_may_take_its_time(connected: Connected) -> None:
    connected.receives(HEAD + b"\r\n")
    assert connected.waits == []
    connected.answers()
    assert connected.transport.sent.startswith(b"HTTP/1.1 204 ")
    assert not connected.transport.closed


def test_the_head_of_a_second_request_is_awaited_no_longer_than_the_first(connected: Connected) -> None:
    connected.receives(HEAD + b"\r\n")
    connected.answers()
    connected.receives(HEAD)
    (timer,) = connected.waits
    timer.call()
    assert connected.transport.closed


def test_a_websocket_stays_open(connected: Connected) -> None:
    connected.protocol.ws_protocol_class = TakesOver
    connected.receives(HEAD + UPGRADE + b"==\r\n\r\n")
    assert isinstance(connected.transport.protocol, TakesOver)
    assert connected.waits == []


def test_nothing_is_left_waiting_for_a_client_that_has_gone(connected: Connected) -> None:
    connected.protocol.connection_lost(None)
    assert connected.waits == []
