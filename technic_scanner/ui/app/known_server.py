"""Tell the front end in the page itself where its server is, which it would otherwise ask for before it connects.

Streamlit's front end takes the address of a page such as ``/history`` for that of a server, asks there, and only then
one step above; after that it waits for the host's settings. Where the page says both, it connects at once, a tenth to a
fifth of a second earlier (``window.__streamlit``, streamlit/streamlit#11378 and #13342). Without them it asks as usual.
"""

from __future__ import annotations

import json

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config

# What is asked for below the server's own address, which a proxy may have moved into a folder.
_SCRIPT = """<script>
(() => {
  const { page, hostConfig } = TOLD;
  if (!location.pathname.endsWith(page)) return;
  const server = location.origin + location.pathname.slice(0, -page.length);
  window.__streamlit = { ...window.__streamlit, BACKEND_BASE_URL: server, HOST_CONFIG: hostConfig };
})();
</script>
"""
_BEFORE, _OF_FRONT_END = b"<title>", b"./static/js/index."
# A page from the browser's cache, or a compressed one, could not be changed.
_UNWANTED = ("if-none-match", "if-modified-since", "accept-encoding", "range")


class KnownServer:
    """Adds the script to each page that a browser opens."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _opens_page(scope):
            await self.app(scope, receive, send)
            return
        kept = [(name, value) for name, value in scope["headers"] if name.decode("latin-1").lower() not in _UNWANTED]
        await self.app({**scope, "headers": kept}, receive, _Page(send, script_for(scope["path"])).send)


class _Page:
    """Passes an answer on, a page as a whole and with the script in it."""

    def __init__(self, send: Send, script: bytes) -> None:
        self._send = send
        self._script = script
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_page(message):
            self._start = message
        elif self._start is None or message["type"] != "http.response.body":
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._send_page(self._start)

    async def _send_page(self, start: Message) -> None:
        script = self._script if _OF_FRONT_END in self._body else b""
        body = self._body.replace(_BEFORE, script + _BEFORE, 1)
        headers = MutableHeaders(scope=start)
        headers["content-length"] = str(len(body))
        for name in ("etag", "last-modified"):  # of the page without the script
            del headers[name]
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def script_for(path: str) -> bytes:
    """Return the script of the page at a path; whatever the path holds, it ends no script."""
    base = config.get_option("server.baseUrlPath").strip("/")
    host = {"allowedOrigins": list(config.get_option("client.allowedOrigins")), "useExternalAuthToken": False}
    told = {"page": path.removeprefix(f"/{base}") if base else path, "hostConfig": host}
    return _SCRIPT.replace("TOLD", json.dumps(told).replace("<", "\\u003c")).encode()


def _opens_page(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    return "text/html" in Headers(scope=scope).get("accept", "")


def _is_page(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return start["status"] == 200 and headers.get("content-type", "").startswith("text/html")
