"""Channels over real servers: signed webhooks, mail through Apprise, outages, forbidden addresses, and no secrets."""

from __future__ import annotations

import json
import logging
import threading
from ipaddress import ip_network

import pytest

from technic_scanner.adapters.notify.channels import NamedChannels
from technic_scanner.adapters.notify.guard import ForbiddenAddressError, guarded, is_allowed
from technic_scanner.adapters.notify.webhook import signature
from technic_scanner.clock import ManualClock
from technic_scanner.domain.alert import Message
from technic_scanner.errors import ChannelError
from tests.unit.adapters.notify.receivers import mail_server, web_server

MESSAGE = Message(
    "k" * 32, "nightly 2026-03-03: 1 new", "New: Ä\nMessage k", {"key": "k" * 32, "new": {"entered": ["Ä"]}}
)
LOOPBACK = ("127.0.0.0/8",)
PLANTED = "planted-Se3ret"


def channels(address: str, secret: str | None = None, allowed: tuple[str, ...] = LOOPBACK) -> NamedChannels:
    return NamedChannels({"one": (address, secret)}, allowed, ManualClock())


def fault(made: NamedChannels) -> str:
    with pytest.raises(ChannelError) as caught:
        made.send("one", MESSAGE)
    assert PLANTED not in repr(caught.value)
    assert caught.value.__cause__ is None
    return str(caught.value)


def test_a_webhook_gets_signed_json_with_the_key_and_an_outage_is_an_error() -> None:
    with web_server() as (hook, port):
        made = channels(f"http://ann:{PLANTED}@127.0.0.1:{port}/in?token={PLANTED}", PLANTED)
        assert made.problem("one") is None
        made.send("one", MESSAGE)
        (path, headers, body) = hook.got[0]
        assert path == f"/in?token={PLANTED}"
        assert json.loads(body) == MESSAGE.document
        assert headers["idempotency-key"] == MESSAGE.key
        assert headers["authorization"].startswith("Basic ")
        assert headers["x-technic-signature"] == signature(PLANTED, headers["x-technic-timestamp"], body)
        hook.status = 503
        assert "status 503" in fault(made)
        hook.status, hook.location = 302, b"http://127.0.0.1/elsewhere"
        assert "status 302" in fault(made)
        assert len(hook.got) == 3, "a redirect is not followed"
    assert "no answer" in fault(made)


def test_a_mail_carries_the_key_and_a_server_that_refuses_is_an_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with mail_server() as (box, port):
        address = f"mailto://127.0.0.1:{port}?smtp=127.0.0.1&from=scan@example.org&to=ann@example.org&mode=insecure"
        made = channels(address)
        assert made.problem("one") is None
        made.send("one", MESSAGE)
        (mail,) = box.mails
        assert mail["Subject"] == MESSAGE.title
        assert mail["X-Technic-Message"] == MESSAGE.key
        assert "Ä" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        box.refuses = True
        assert "did not take" in fault(made)
    assert "did not take" in fault(made)
    assert PLANTED not in caplog.text


def test_nothing_inside_the_hosts_network_is_reached_unless_it_is_allowed() -> None:
    with web_server() as (hook, port), mail_server() as (box, mail_port):
        for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]"):
            said = fault(channels(f"http://{host}:{port}/{PLANTED}", allowed=()))
            assert "inside the host's network" in said or "no answer" in said
        mail = f"mailto://127.0.0.1:{mail_port}?smtp=127.0.0.1&from=a@example.org&to=b@example.org&mode=insecure"
        for address in (mail, f"json://localhost:{port}/{PLANTED}", f"ntfy://127.0.0.1:{port}/{PLANTED}"):
            assert "inside the host's network" in fault(channels(address, allowed=("10.0.0.0/8",)))
        assert hook.got == []
        assert box.mails == []
        channels(f"json://127.0.0.1:{port}/in").send("one", MESSAGE)
        assert len(hook.got) == 1


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("10.1.2.3", False),
        ("192.168.0.1", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),
        ("::1", False),
        ("::ffff:10.1.2.3", False),
        ("2002:0a01:0203::1", False),
        ("fe80::1%eth0", False),
        ("224.0.0.1", False),
        ("metadata.internal", False),
        ("10.9.0.1", True),
        ("::ffff:10.9.0.1", True),
    ],
)
def test_public_addresses_and_named_networks_are_allowed(host: str, allowed: bool) -> None:
    assert is_allowed(host, [ip_network("10.9.0.0/16")]) is allowed


def test_other_threads_and_later_connections_are_not_watched() -> None:
    import socket

    def connects() -> bool:
        with web_server() as (_, port), socket.create_connection(("127.0.0.1", port)):
            return True

    with guarded(()) as watch:
        with pytest.raises(ForbiddenAddressError):
            socket.create_connection(("127.0.0.1", 9))
        seen: list[bool] = []
        thread = threading.Thread(target=lambda: seen.append(connects()))
        thread.start()
        thread.join(30)
        assert seen == [True]
    assert watch.refused == ["127.0.0.1"]
    assert connects()


@pytest.mark.parametrize("address", ["nonsense://x", "mailto://", "https://", "http:///x", "slack://", "tgram://1"])
def test_an_address_of_no_channel_is_said_without_repeating_it(address: str) -> None:
    problem = channels(address).problem("one")
    assert problem is not None
    assert problem.startswith("channel one: its address")
    assert address not in problem
