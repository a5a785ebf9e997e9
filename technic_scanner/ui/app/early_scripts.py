"""Tell the browser with a page's first answer which scripts will draw the page, so that it loads them at once.

Otherwise it learns of them when the first table or figure arrives, after the front end has started.
"""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from technic_scanner.ui.app import url_state
from technic_scanner.ui.style.front_end import FIGURE, TABLE, scripts_of

_PARTS = {"/results": (TABLE, FIGURE), "/history": (TABLE, FIGURE), "/compare": (TABLE, FIGURE)} | {
    "/outcomes": (TABLE, FIGURE),
    "/watchlists": (TABLE,),
    "/data": (TABLE,),
    "/system": (TABLE,),
}


class EarlyScripts:
    """Adds a ``Link`` header with the scripts of a page to the answer that is the page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        parts = _parts(scope)

        async def with_links(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if message["status"] == 304 or headers.get("content-type", "").startswith("text/html"):
                    headers.append("link", _links(parts))
            await send(message)

        await self.app(scope, receive, with_links if parts else send)


def _parts(scope: Scope) -> tuple[str, ...]:
    """Return the parts of a page that have scripts of their own."""
    if scope["type"] != "http":
        return ()
    if scope["path"] == "/":
        query = parse_qs(scope["query_string"].decode("latin-1"))
        return (TABLE, FIGURE) if url_state.RUN in query else (TABLE,)
    return _PARTS.get(scope["path"], ())


def _links(parts: tuple[str, ...]) -> str:
    paths = dict.fromkeys(path for part in parts for path in scripts_of(part))
    return ", ".join(f"<./{path}>; rel=modulepreload" for path in paths)
