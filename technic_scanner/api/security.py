"""Control access to the API by bearer tokens, known hosts and same-origin writes."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from technic_scanner.api.problems import problem_response
from technic_scanner.api.transport import with_security_headers
from technic_scanner.settings import is_loopback, read_tokens

BEARER_PROTOCOL_PREFIX = "bearer."
WS_PROTOCOL = "technic"
WS_UNAUTHORIZED = 4401

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# A GET that starts a scan if it has no run id, because clients of the earlier API expect it.
_UNSAFE_GETS = ("/scan/stream",)
_OPEN_PATHS = ("/health/live", "/health/ready")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443}


@dataclass(frozen=True, slots=True)
class _Refusal:
    status: int
    code: str
    detail: str


class TokenBook:
    """The API tokens as SHA-256 digests; the tokens themselves are not stored."""

    __slots__ = ("_tokens",)

    def __init__(self, entries: Iterable[str]) -> None:
        """Read ``name:token`` and ``name:sha256:<hex>`` entries; a name may have several.

        Raises ConfigError that names every invalid one.
        """
        self._tokens = read_tokens(entries)

    def __bool__(self) -> bool:
        return bool(self._tokens)

    def owner_of(self, presented: str) -> str | None:
        """Return the name of a token's owner, or None; takes the same time for valid and invalid tokens."""
        digest = hashlib.sha256(presented.encode("utf-8", "surrogateescape")).digest()
        owner = None
        for token in self._tokens:
            if hmac.compare_digest(token.digest, digest):
                owner = token.owner
        return owner


def owner_in(scope: Scope) -> str | None:
    """Return the owner of the token of an accepted request, None if no tokens are set."""
    owner: str | None = scope.get("technic.owner")
    return owner


class HostGuard:
    """Refuses requests for unknown host names (421), as protection against DNS rebinding."""

    def __init__(self, app: ASGIApp, allowed: Sequence[str]) -> None:
        self.app = app
        self.allowed = tuple(name.lower().strip("[]") for name in allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not self._knows(_host_name(Headers(scope=scope).get("host", ""))):
            await _refuse(scope, receive, send, _Refusal(421, "unknown_host", "this host name is not served here"))
            return
        await self.app(scope, receive, send)

    def _knows(self, host: str) -> bool:
        return any(name in ("*", host) or (name.startswith("*.") and host.endswith(name[1:])) for name in self.allowed)


class OriginGuard:
    """Refuses writes and WebSockets from pages of other origins (403)."""

    def __init__(self, app: ASGIApp, allowed: Sequence[str]) -> None:
        self.app = app
        self.allowed = frozenset(origin.lower().rstrip("/") for origin in allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _changes_something(scope) and not self._may(Headers(scope=scope)):
            await _refuse(scope, receive, send, _Refusal(403, "cross_origin", "pages of this origin must not do this"))
            return
        await self.app(scope, receive, send)

    def _may(self, headers: Headers) -> bool:
        origin = headers.get("origin")
        if origin is None:
            # Not a browser, or a same-origin request without an Origin header; this header distinguishes the others.
            return headers.get("sec-fetch-site", "none") in ("same-origin", "none")
        return origin.lower() in self.allowed or _same_place(origin, headers.get("host", ""))


class Gate:
    """Requires a bearer token; if no tokens are set, accepts requests only from this machine."""

    def __init__(self, app: ASGIApp, tokens: TokenBook) -> None:
        self.app = app
        self.tokens = tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or route_path(scope) in _OPEN_PATHS:
            await self.app(scope, receive, send)
            return
        if not self.tokens:
            await self._let_this_machine_in(scope, receive, send)
            return
        presented = _presented_token(scope)
        owner = None if presented is None else self.tokens.owner_of(presented)
        if owner is None:
            detail = "a bearer token is required" if presented is None else "this token is not valid"
            await _refuse(scope, receive, send, _Refusal(401, "unauthorized", detail))
            return
        scope["technic.owner"] = owner
        await self.app(scope, receive, send)

    async def _let_this_machine_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if client is not None and not is_loopback(client[0]):
            detail = "no tokens are set, so only this machine can call the API; set TECHNIC_API_TOKENS"
            await _refuse(scope, receive, send, _Refusal(401, "unauthorized", detail))
            return
        await self.app(scope, receive, send)


def route_path(scope: Scope) -> str:
    """Return the path below the mount point."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", "").rstrip("/"))


def _presented_token(scope: Scope) -> str | None:
    """Return the token of the Authorization header, or of a subprotocol, which WebSockets of browsers use instead."""
    kind, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and token.strip():
        return token.strip()
    for protocol in scope.get("subprotocols", ()):
        if protocol.startswith(BEARER_PROTOCOL_PREFIX):
            return str(protocol.removeprefix(BEARER_PROTOCOL_PREFIX))
    return None


def _changes_something(scope: Scope) -> bool:
    if scope["type"] == "websocket":
        return True
    if scope["type"] != "http":
        return False
    return scope["method"] not in _SAFE_METHODS or route_path(scope) in _UNSAFE_GETS


def _host_name(host: str) -> str:
    """Return the name in a Host header in lower case, without port and brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()


def _same_place(origin: str, host: str) -> bool:
    """Return whether Origin and Host have the same host and port; the scheme may differ behind a TLS proxy."""
    try:
        ours, theirs = urlsplit(f"//{host}"), urlsplit(origin)
        port = _DEFAULT_PORTS.get(theirs.scheme)
        if port is None or not theirs.hostname:
            return False
        return theirs.hostname == ours.hostname and (theirs.port or port) == (ours.port or port)
    except ValueError:
        return False


async def _refuse(scope: Scope, receive: Receive, send: Send, refusal: _Refusal) -> None:
    needs_token = refusal.status == 401
    if scope["type"] == "websocket":
        await receive()
        if needs_token:
            # A browser sees a close code only after the socket is accepted; other refusals end the handshake with 403.
            await send({"type": "websocket.accept", "subprotocol": chosen_subprotocol(scope)})
        await send({"type": "websocket.close", "code": WS_UNAUTHORIZED, "reason": refusal.code})
        return
    headers = {"WWW-Authenticate": 'Bearer realm="technic-scanner"'} if needs_token else None
    response = problem_response(refusal.status, refusal.code, refusal.detail, scope, headers=headers)
    await response(scope, receive, with_security_headers(send))


def chosen_subprotocol(scope: Scope) -> str | None:
    """Return the subprotocol to accept: that of this API if offered, never the one with the token."""
    return WS_PROTOCOL if WS_PROTOCOL in scope.get("subprotocols", ()) else None
