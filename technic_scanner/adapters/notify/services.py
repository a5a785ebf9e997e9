"""Hands a message to one of the services that Apprise knows: e-mail, Slack, Telegram, ntfy and many others."""

from __future__ import annotations

import logging
import warnings
from functools import cache
from typing import Any

from technic_scanner.domain.alert import Message
from technic_scanner.errors import ChannelError
from technic_scanner.extras import import_optional, missing_extra

_EXTRA = "alerts"
_KEY_HEADER = "X-Technic-Message"


def problem_of(address: str) -> str | None:
    """Say why Apprise cannot use an address, without repeating it."""
    if missing := missing_extra(_EXTRA):
        return missing.rstrip(".")
    return (
        None if _service(address, "") is not None else "its address is of no service that Apprise knows, or incomplete"
    )


def notify(address: str, message: Message) -> None:
    """Send one message; ChannelError if the service does not take it."""
    service = _service(address, message.key)
    if service is None:
        raise ChannelError("its address is of no service that Apprise knows, or incomplete")
    apprise = _apprise()
    sender = apprise.Apprise(asset=_asset(apprise))
    sender.add(service)
    if not sender.notify(title=message.title, body=message.text, body_format=apprise.NotifyFormat.TEXT):
        raise ChannelError("the service did not take the message")


def _service(address: str, key: str) -> Any:
    apprise = _apprise()
    marked = address
    if key and address.partition(":")[0].lower() in ("mailto", "mailtos"):
        marked = f"{address}{'&' if '?' in address else '?'}+{_KEY_HEADER}={key}"
    return apprise.Apprise.instantiate(marked, asset=_asset(apprise), suppress_exceptions=True)


@cache
def _apprise() -> Any:
    """Import Apprise with all its services, which it would otherwise load when the first address is read."""
    apprise: Any = import_optional("apprise", _EXTRA)
    # Its log lines can hold parts of addresses.
    logging.getLogger("apprise").disabled = True
    with warnings.catch_warnings():
        # Its modules import some that Python 3.11 calls deprecated, and do without them where they are gone.
        warnings.simplefilter("ignore", DeprecationWarning)
        apprise.Apprise.instantiate("json://localhost")
    return apprise


def _asset(apprise: Any) -> Any:
    return apprise.AppriseAsset(async_mode=False, app_id="Technic Scanner", app_desc="Technic Scanner")
