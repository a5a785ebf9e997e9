"""The channels: each has a name, and an address that is read when it is used and kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from technic_scanner.adapters.notify import services, webhook
from technic_scanner.adapters.notify.guard import ForbiddenAddressError, guarded
from technic_scanner.clock import Clock
from technic_scanner.domain.alert import Message
from technic_scanner.errors import ChannelError, TechnicError


class NamedChannels:
    """``runs.alert_ports.Channels``; an http address is a webhook, any other one of Apprise.

    ``addresses`` gives the address of a name and the secret that signs, if any; ``ChannelAddresses`` does.

    Messages go to public addresses and to those in the networks ``allowed``. No error names an address or a secret.
    """

    def __init__(self, addresses: Mapping[str, tuple[str, str | None]], allowed: Sequence[str], clock: Clock) -> None:
        self._addresses = addresses
        self._allowed = tuple(allowed)
        self._clock = clock

    def names(self) -> tuple[str, ...]:
        """Return the names of all channels."""
        return tuple(self._addresses)

    def problem(self, name: str) -> str | None:
        """Say why a channel cannot be used; None if nothing is known against it."""
        try:
            address, _ = self._address(name)
        except ChannelError as error:
            return str(error)
        problem = webhook.problem_of(address) if webhook.is_webhook(address) else services.problem_of(address)
        return None if problem is None else f"channel {name}: {problem}"

    def send(self, name: str, message: Message) -> None:
        """Hand a message over; ChannelError if it was not taken."""
        address, secret = self._address(name)
        fault: str | None = None
        with guarded(self._allowed) as watch:
            try:
                if webhook.is_webhook(address):
                    webhook.post(address, secret, message, self._clock)
                else:
                    services.notify(address, message)
            except ForbiddenAddressError:
                fault = ""
            except TechnicError as error:
                fault = str(error)
            except Exception as error:  # noqa: BLE001 - a library's message may hold the address
                fault = f"it could not be sent ({type(error).__name__})"
        if fault is None:
            return
        if watch.refused:
            fault = (
                f"{watch.refused[-1]} is inside the host's network; TECHNIC_ALERT_ALLOWED_NETWORKS names what may be "
                "reached there"
            )
        raise ChannelError(f"channel {name}: {fault}") from None

    def _address(self, name: str) -> tuple[str, str | None]:
        try:
            return self._addresses[name]
        except KeyError:
            raise ChannelError(
                f"there is no channel {name!r} here: TECHNIC_CHANNEL_{name.upper()} is not set"
            ) from None
        except TechnicError as error:
            raise ChannelError(f"channel {name}: {error}") from None
