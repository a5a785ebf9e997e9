"""The addresses of channels: those of the environment, and those that the keyring of the operating system keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from technic_scanner.errors import ChannelError
from technic_scanner.extras import import_optional

SERVICE = "technic-scanner"
Address = tuple[str, str | None]


class ChannelAddresses(Mapping[str, Address]):
    """Name → address and the secret that signs, if any; each is read when it is asked for, and kept nowhere.

    ``environment`` gives what the environment holds, which comes first. ``in_keyring`` are the names of channels whose
    address is the keyring's entry ``channel-<name>`` of the service ``technic-scanner``, and whose secret, if there is
    one, is ``channel-<name>-secret``: a keyring cannot be asked for its names.
    """

    def __init__(self, environment: Callable[[], Mapping[str, Address]], in_keyring: Sequence[str]) -> None:
        self._environment = environment
        self._in_keyring = tuple(in_keyring)

    def __getitem__(self, name: str) -> Address:
        """Return the address; KeyError if there is no such channel, ChannelError if the keyring does not give it."""
        found = self._environment()
        if name in found:
            return found[name]
        if name not in self._in_keyring:
            raise KeyError(name)
        address = _entry(f"channel-{name}")
        if not address:
            raise ChannelError(f"the keyring has no entry channel-{name} of the service {SERVICE}")
        return address.strip(), _entry(f"channel-{name}-secret") or None

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of all channels; reads no keyring."""
        return iter(sorted({*self._environment(), *self._in_keyring}))

    def __len__(self) -> int:
        return len({*self._environment(), *self._in_keyring})


def _entry(name: str) -> str | None:
    keyring = import_optional("keyring", "keyring")
    try:
        found: str | None = keyring.get_password(SERVICE, name)
    except Exception as error:  # noqa: BLE001 - each backend has errors of its own, whose texts may hold anything
        fault = f"the keyring cannot be read ({type(error).__name__})"
    else:
        return found
    raise ChannelError(fault)
