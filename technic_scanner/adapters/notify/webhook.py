"""Posts a message as JSON to a web address, signed with HMAC-SHA256 if the channel has a secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
from urllib.parse import SplitResult, unquote, urlsplit

from technic_scanner.clock import Clock
from technic_scanner.domain.alert import Message
from technic_scanner.errors import ChannelError
from technic_scanner.version import VERSION

TIMEOUT_SECONDS = 10.0
_SCHEMES = ("http", "https")


def is_webhook(address: str) -> bool:
    """Return whether a channel's address is that of a webhook."""
    return address.partition(":")[0].lower() in _SCHEMES


def problem_of(address: str) -> str | None:
    """Say what is wrong with a webhook's address, without repeating it."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return "its address cannot be read"
    if not parts.hostname or port == 0 or any(letter.isspace() or ord(letter) < 32 for letter in address):
        return "its address names no host"
    return None


def post(address: str, secret: str | None, message: Message, clock: Clock) -> None:
    """Post ``message.document``; ChannelError unless the answer is 2xx. Redirects are not followed.

    With a secret, ``X-Technic-Signature`` is ``sha256=`` and the HMAC-SHA256 of the text of ``X-Technic-Timestamp``, a
    dot and the body. ``Idempotency-Key`` is the same in every attempt.
    """
    parts = urlsplit(address)
    body = json.dumps(message.document, separators=(",", ":")).encode()
    connection = _connection(parts)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, _headers(parts, secret, message, clock, body))
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ChannelError(f"no answer from the webhook ({type(error).__name__})") from None
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise ChannelError(f"the webhook answered with status {status}")


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a body that was sent at a time (seconds since 1970, as text)."""
    return "sha256=" + hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def _connection(parts: SplitResult) -> http.client.HTTPConnection:
    kind = http.client.HTTPSConnection if parts.scheme.lower() == "https" else http.client.HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)


def _headers(parts: SplitResult, secret: str | None, message: Message, clock: Clock, body: bytes) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"technic-scanner/{VERSION}",
        "Idempotency-Key": message.key,
    }
    if parts.username is not None:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(login.encode()).decode()}"
    if secret is not None:
        timestamp = str(int(clock.now().timestamp()))
        headers |= {"X-Technic-Timestamp": timestamp, "X-Technic-Signature": signature(secret, timestamp, body)}
    return headers
