"""Tell the browser with the form's first answer which scripts will draw the picks, so that it loads them at once.

Otherwise it learns of them when the table arrives. For pages that begin with a table no gain was measured.
"""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from technic_scanner.ui.app import url_state
from technic_scanner.ui.style.front_end import TABLE, scripts_of


class EarlyScripts:
    """Adds a ``Link`` header with the scripts of tables to the answer that is the form of a scan."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_links(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if message["status"] == 304 or headers.get("content-type", "").startswith("text/html"):
                    headers.append("link", ", ".join(f"<./{path}>; rel=modulepreload" for path in scripts_of(TABLE)))
            await send(message)

        await self.app(scope, receive, with_links if _is_form(scope) and scripts_of(TABLE) else send)


def _is_form(scope: Scope) -> bool:
    """Return whether the page asked for is the one with the form and without a run."""
    if scope["type"] != "http" or scope["path"] != "/":
        return False
    return url_state.RUN not in parse_qs(scope["query_string"].decode("latin-1"))
