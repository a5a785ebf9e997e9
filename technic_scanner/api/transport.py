"""Middleware of all routes: security headers, the body limit, and HEAD for all GET routes."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from technic_scanner.api.problems import STREAM_ENDING, problem_response

BODY_SECONDS = 30.0
_DRAINED_BYTES = 100_000_000
_DRAIN_SECONDS = 20.0
_HEADERS: tuple[tuple[str, str], ...] = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
)


class SecurityHeaders:
    """Adds headers that keep browsers from content sniffing, framing and caching."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, with_security_headers(send) if scope["type"] == "http" else send)


def with_security_headers(send: Send) -> Send:
    """Return a ``send`` that adds the headers to a response, unless it has its own."""

    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS:
                headers.setdefault(name, value)
        await send(message)

    return with_headers


class HeadLikeGet:
    """Handles HEAD like GET, without the body; not for streams, which do not end and may start a scan."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD" or scope["path"].endswith(STREAM_ENDING):
            await self.app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        # A copy, because the server reads the method again and the meter outside reads the route.
        asked = {**scope, "method": "GET"}
        await self.app(asked, receive, without_body)
        scope["route"] = asked.get("route")


async def _drain(receive: Receive) -> None:
    """Read the rest of a body, as far as a client may reasonably be sending it."""
    seen = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_SECONDS):
            while seen <= _DRAINED_BYTES:
                message = await receive()
                seen += len(message.get("body", b""))
                if message["type"] != "http.request" or not message.get("more_body"):
                    return


class BodyLimit:
    """Refuses bodies over ``limit`` bytes with 413, without keeping them, and those that take too long with 408.

    What follows is read and thrown away, up to ``_DRAINED_BYTES``: most clients send their whole body before they read
    the response, and would find the connection reset instead.
    """

    def __init__(self, app: ASGIApp, limit: int, seconds: float = BODY_SECONDS) -> None:
        self.app = app
        self.limit = limit
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > self.limit:
            if int(announced) <= _DRAINED_BYTES:
                await _drain(receive)
            await problem_response(413, "body_too_large", self._detail(), scope)(scope, receive, send)
            return
        await self.app(scope, self._counting(receive), send)

    def _counting(self, receive: Receive) -> Receive:
        seen = 0
        last: float | None = asyncio.get_running_loop().time() + self.seconds

        async def counted() -> Message:
            nonlocal seen, last
            try:
                async with asyncio.timeout_at(last):
                    message = await receive()
            except TimeoutError as error:
                raise HTTPException(408, f"the request body must arrive within {self.seconds:g} seconds") from error
            if not message.get("more_body"):
                last = None  # what comes after the body is that the client leaves, at any time
            seen += len(message.get("body", b""))
            if seen > self.limit:
                if message.get("more_body"):
                    await _drain(receive)
                raise HTTPException(413, self._detail())
            return message

        return counted

    def _detail(self) -> str:
        return f"the request body must have at most {self.limit} bytes"
