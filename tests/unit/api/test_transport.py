"""Bodies that are too large or too slow, at the level of ASGI messages."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from technic_scanner.api.transport import BodyLimit

Scope_: Scope = {"type": "http", "method": "POST", "path": "/scans", "headers": []}


async def nothing(_: Message) -> None:
    """Sends nowhere."""


def reading(limit: BodyLimit, receive: Receive) -> Awaitable[None]:
    return limit(Scope_, receive, nothing)


def app_that(reads: Callable[[Receive], Awaitable[None]]) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        await reads(receive)

    return app


def test_a_body_that_does_not_arrive_is_given_up() -> None:
    async def never() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def read(receive: Receive) -> None:
        with pytest.raises(HTTPException) as caught:
            await receive()
        assert caught.value.status_code == 408

    asyncio.run(reading(BodyLimit(app_that(read), 100, seconds=0.01), never))  # type: ignore[arg-type]


def test_after_the_body_a_stream_may_wait_for_the_clients_leaving_at_leisure() -> None:
    messages: list[Message] = [{"type": "http.request", "body": b"{}", "more_body": False}]
    left = asyncio.Event()

    async def receive() -> Message:
        if messages:
            return messages.pop()
        await left.wait()
        return {"type": "http.disconnect"}

    async def read(receive: Receive) -> None:
        assert (await receive())["body"] == b"{}"
        waiting = asyncio.create_task(receive())  # type: ignore[arg-type]
        await asyncio.sleep(0.03)
        assert not waiting.done()
        left.set()
        assert (await waiting)["type"] == "http.disconnect"

    asyncio.run(reading(BodyLimit(app_that(read), 100, seconds=0.01), receive))  # type: ignore[arg-type]
