"""A real mail server and a real web server on this host's own address, which keep what they are sent."""

from __future__ import annotations

import email
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage

import uvicorn
from aiosmtpd.controller import Controller

from tests.support.ports import ReservedPort


class Mailbox:
    """An SMTP handler that keeps mails, or refuses them while ``refuses``."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuses = False

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:
        if self.refuses:
            return "451 try again later"
        self.mails.append(email.message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[attr-defined, arg-type]
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[tuple[Mailbox, int]]:
    """Serve SMTP; give the mailbox and the port."""
    box, port = Mailbox(), ReservedPort()
    controller = Controller(box, hostname="127.0.0.1", port=port.number)
    controller.start()
    try:
        yield box, port.number
    finally:
        controller.stop()
        port.close()


class Hook:
    """An ASGI application that keeps requests and answers with ``status``."""

    def __init__(self) -> None:
        self.status = 204
        self.location: bytes | None = None
        self.got: list[tuple[str, dict[str, str], bytes]] = []

    async def __call__(self, scope: dict, receive: object, send: object) -> None:
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            part = await receive()  # type: ignore[operator]
            body, more = body + part.get("body", b""), part.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.got.append((f"{scope['path']}?{scope['query_string'].decode()}", headers, body))
        extra = [(b"location", self.location)] if self.location else []
        await send({"type": "http.response.start", "status": self.status, "headers": extra})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b""})  # type: ignore[operator]


@contextmanager
def web_server(given: Hook | None = None) -> Iterator[tuple[Hook, int]]:
    """Serve a webhook; give it and the port."""
    hook, port = given or Hook(), ReservedPort()
    config = uvicorn.Config(hook, host="127.0.0.1", port=port.number, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive(), "the server did not start"
    try:
        yield hook, port.number
    finally:
        server.should_exit = True
        thread.join(10)
        port.close()
