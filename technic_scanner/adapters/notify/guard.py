"""Limits where a message may go while it is sent: nothing inside the host's network, unless allowed.

What counts is the address that a socket is about to connect to, whatever name, redirect or library led to it.
"""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class ForbiddenAddressError(OSError):
    """A message was about to go to an address that the settings do not allow; code that connects closes its socket."""


@dataclass(slots=True)
class Watch:
    """What one guarded block may reach, and which addresses it was refused."""

    allowed: tuple[Network, ...]
    refused: list[str] = field(default_factory=list)


# A context and not a thread: Apprise sends in threads of its own, which it gives the caller's context.
_watching: ContextVar[Watch | None] = ContextVar("watching", default=None)


@contextmanager
def guarded(allowed: Sequence[str]) -> Iterator[Watch]:
    """Refuse connections of this context to addresses that are neither public nor in the ``allowed`` networks.

    Inside the block a refused connection raises ForbiddenAddressError. Libraries may hide it: ask ``Watch.refused``.
    """
    _install()
    watch = Watch(tuple(ipaddress.ip_network(entry) for entry in allowed))
    token = _watching.set(watch)
    try:
        yield watch
    finally:
        _watching.reset(token)


def is_allowed(host: str, allowed: Sequence[Network]) -> bool:
    """Return whether an address is public or in one of the networks; what is no address is neither."""
    try:
        address: Address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return is_allowed(str(inner), allowed)
    if any(address.version == network.version and address in network for network in allowed):
        return True
    return address.is_global and not address.is_multicast


@cache
def _install() -> None:
    """Add the hook, which the interpreter keeps for good; it does nothing where nothing is guarded."""
    sys.addaudithook(_check)


def _check(event: str, arguments: tuple[object, ...]) -> None:
    if event not in ("socket.connect", "socket.sendto"):
        return
    watch = _watching.get()
    if watch is None:
        return
    address = arguments[1]
    host = str(address[0]) if isinstance(address, tuple) and address else "a local socket"
    if not is_allowed(host, watch.allowed):
        watch.refused.append(host)
        raise ForbiddenAddressError(host)
