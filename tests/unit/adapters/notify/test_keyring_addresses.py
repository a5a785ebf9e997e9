"""Channels of the environment come before those of the keyring, whose entries are read when they are used alone."""

from __future__ import annotations

from collections.abc import Iterator

import keyring
import pytest

from technic_scanner.adapters.notify.channels import NamedChannels
from technic_scanner.adapters.notify.keyring_addresses import ChannelAddresses
from technic_scanner.clock import ManualClock
from technic_scanner.errors import ChannelError
from technic_scanner.settings import load_settings
from tests.support.memory_keyring import MemoryKeyring, use


@pytest.fixture
def held() -> Iterator[MemoryKeyring]:
    with use(MemoryKeyring()) as backend:
        yield backend


def test_the_environment_comes_first_and_the_keyring_is_read_on_use(held: MemoryKeyring) -> None:
    environment: dict[str, tuple[str, str | None]] = {"mail": ("mailto://x", None)}
    addresses = ChannelAddresses(lambda: environment, ("desk", "mail"))
    keyring.set_password("technic-scanner", "channel-desk", " https://example.org/in ")
    keyring.set_password("technic-scanner", "channel-desk-secret", "s")
    keyring.set_password("technic-scanner", "channel-mail", "mailto://other")
    assert (list(addresses), len(addresses)) == (["desk", "mail"], 2)
    assert held.asked == [], "names are no reason to unlock a keyring"
    assert addresses["mail"] == ("mailto://x", None)
    assert addresses["desk"] == ("https://example.org/in", "s")
    del environment["mail"]
    assert addresses["mail"] == ("mailto://other", None)
    with pytest.raises(KeyError):
        addresses["gone"]


def test_what_is_not_there_or_cannot_be_read_is_a_sentence_without_what_is_secret(held: MemoryKeyring) -> None:
    channels = NamedChannels(ChannelAddresses(dict, ("desk",)), (), ManualClock())
    assert channels.problem("desk") == (
        "channel desk: the keyring has no entry channel-desk of the service technic-scanner"
    )
    held.fault = RuntimeError("locked: planted-Se3ret")
    assert channels.problem("desk") == "channel desk: the keyring cannot be read (RuntimeError)"
    with pytest.raises(ChannelError, match="RuntimeError") as caught:
        channels._address("desk")
    assert "Se3ret" not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_names_of_channels_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(alert_keyring_channels="Desk, mail").alert_keyring_channels == ("desk", "mail")
    with pytest.raises(Exception, match="letters and digits only, not 'a-b'"):
        load_settings(alert_keyring_channels="a-b")
