"""Finds the plugins of one entry-point group and loads each when it is requested; a broken one affects no other."""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from typing import Any, Generic, TypeVar, cast

from technic_scanner.plugins.description import Plugin

_log = logging.getLogger(__name__)

P = TypeVar("P", bound=Plugin)

_PACKAGE = "technic_scanner"
# A name is part of environment variables and of names in the price cache.
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class FaultKind(StrEnum):
    """Why a plugin cannot be used: it is not set up, it does not work, or another one has its name."""

    NOT_CONFIGURED = "not_configured"
    BROKEN = "broken"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class PluginFault:
    """A plugin that cannot be used; ``origin`` is the distribution that contains it, ``reason`` is for users."""

    group: str
    name: str
    origin: str
    kind: FaultKind
    reason: str

    @property
    def is_defect(self) -> bool:
        """False if the plugin only has to be set up."""
        return self.kind is not FaultKind.NOT_CONFIGURED

    def __str__(self) -> str:
        return f"{self.name} (of {self.origin}): {self.reason}"


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """A plugin that can be loaded, with its description; ``origin`` is the distribution that contains it."""

    group: str
    origin: str
    plugin: Plugin


class Registry(Generic[P]):
    """The plugins of ``technic_scanner.<group>``; ``first`` is listed before all others. Thread-safe.

    Names are read from the metadata of the installed distributions; a plugin's own code is imported when the plugin
    is requested. Of two plugins with one name the built-in one is used, otherwise the first by distribution name.
    """

    def __init__(self, group: str, kind: type[P], first: str = "") -> None:
        self.group = group
        self._kind = kind
        self._first = first
        self._loaded: dict[str, P | PluginFault] = {}
        self._lock = threading.Lock()

    def names(self) -> tuple[str, ...]:
        """Return the names of the installed plugins, whether they work or not; imports none of them."""
        return tuple(self._found[0])

    def conflicts(self) -> tuple[PluginFault, ...]:
        """Return the plugins that are not used because another one has the same name; imports none."""
        return self._found[1]

    def find(self, name: str) -> P | PluginFault | None:
        """Return the plugin, or the reason why it cannot be used; None if no plugin has this name."""
        entry = self._found[0].get(name)
        if entry is None:
            return None
        with self._lock:
            if name not in self._loaded:
                self._loaded[name] = self._load(entry)
            return self._loaded[name]

    def all(self) -> Iterator[P | PluginFault]:
        """Yield every plugin, or the reason why it cannot be used, in the order of ``names``."""
        for name in self.names():
            found = self.find(name)
            if found is not None:
                yield found

    def infos(self) -> Iterator[PluginInfo]:
        """Yield the description of every plugin that can be loaded."""
        for found in self.all():
            if not isinstance(found, PluginFault):
                yield PluginInfo(self.group, _origin(self._found[0][found.name]), found)

    def fault(self, name: str, kind: FaultKind, reason: str) -> PluginFault:
        """Return a fault of a plugin that is installed."""
        return self._fault(self._found[0][name], kind, reason)

    @cached_property
    def _found(self) -> tuple[dict[str, EntryPoint], tuple[PluginFault, ...]]:
        chosen: dict[str, EntryPoint] = {}
        conflicts = []
        for entry in sorted(_of_group(f"{_PACKAGE}.{self.group}"), key=self._order):
            taken = chosen.setdefault(entry.name, entry)
            if taken.value != entry.value:
                reason = f"not used, because {_origin(taken)} has a plugin of the same name"
                conflicts.append(self._fault(entry, FaultKind.CONFLICT, reason))
        return chosen, tuple(conflicts)

    def _order(self, entry: EntryPoint) -> tuple[bool, bool, str, str]:
        built_in = _is_built_in(entry)
        return not built_in, entry.name != self._first, entry.name, "" if built_in else _origin(entry)

    def _load(self, entry: EntryPoint) -> P | PluginFault:
        if not _NAME.fullmatch(entry.name):
            reason = "the name must be lower-case letters, digits and underscores, and begin with a letter"
            return self._fault(entry, FaultKind.BROKEN, reason)
        try:
            made: Any = entry.load()
        except Exception as error:  # noqa: BLE001 - somebody else's code may raise anything, and must harm itself alone
            _log.warning("plugin %s of %s could not be loaded", entry.name, _origin(entry), exc_info=error)
            reason = f"could not be loaded: {type(error).__name__}: {error}"
            return self._fault(entry, FaultKind.BROKEN, reason)
        if not isinstance(made, self._kind):
            reason = f"{entry.value} is a {type(made).__name__}, not a {self._kind.__name__}"
            return self._fault(entry, FaultKind.BROKEN, reason)
        if made.name != entry.name:
            reason = f"it calls itself {made.name!r}, which is not the name of its entry point"
            return self._fault(entry, FaultKind.BROKEN, reason)
        return made

    def _fault(self, entry: EntryPoint, kind: FaultKind, reason: str) -> PluginFault:
        return PluginFault(self.group, entry.name, _origin(entry), kind, reason)


def _of_group(group: str) -> EntryPoints:
    return _installed(tuple(sys.path)).select(group=group)


@lru_cache(maxsize=1)
def _installed(path: tuple[str, ...]) -> EntryPoints:  # noqa: ARG001 - what is found depends on it
    """Read the metadata of all installed distributions, which takes some tens of milliseconds, once for all groups."""
    return cast(EntryPoints, entry_points())


def _is_built_in(entry: EntryPoint) -> bool:
    return entry.value.startswith(f"{_PACKAGE}.")


def _origin(entry: EntryPoint) -> str:
    return "an unknown distribution" if entry.dist is None else f"{entry.dist.name} {entry.dist.version}"
