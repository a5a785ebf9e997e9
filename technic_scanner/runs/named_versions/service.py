"""Reads one version of what is kept under a name, and takes over exported documents without overwriting anything."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Generic, Protocol, TypeVar

from technic_scanner.errors import ConflictError, NotFoundError


class Named(Protocol):
    """One version of something under a name; ``version`` counts saves."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> int: ...


N = TypeVar("N", bound=Named)


class NamedVersions(ABC, Generic[N]):
    """What saved criteria and watchlists offer alike; ``noun`` is what one is called in messages."""

    noun: ClassVar[str]
    missing: ClassVar[type[NotFoundError]]
    conflict: ClassVar[type[ConflictError]]

    @abstractmethod
    def versions(self, name: str) -> tuple[N, ...]:
        """Return every version, the newest first; NotFoundError."""

    @abstractmethod
    def save(self, saved: N, expected_version: int | None = None) -> N:
        """Save under a new name (``expected_version`` None) or the next version; return it as stored."""

    @abstractmethod
    def export(self, name: str, version: int | None = None) -> str:
        """Return one version as JSON text, which ``load`` accepts; NotFoundError."""

    def get(self, name: str, version: int | None = None) -> N:
        """Return one version (None: the newest); NotFoundError if it does not exist."""
        for item in self.versions(name):
            if version in {None, item.version}:
                return item
        raise self.missing(f"{self.noun} {name!r} has no version {version}")

    def load(self, text: str) -> N:
        """Save what a JSON text holds and return it.

        An import never overwrites: what equals the newest version is left as it is, and another one of the same name
        raises ConflictError. Raises ConfigError.
        """
        read = self._read(text)
        try:
            present = self.get(read.name)
        except self.missing:
            return self.save(read)
        if self._content(present) == self._content(read):
            return present
        raise self.conflict(f"another {self.noun} named {read.name!r} exists; rename or remove one of the two")

    @abstractmethod
    def _read(self, text: str) -> N:
        """Read an exported document; ConfigError names every problem."""

    @abstractmethod
    def _content(self, saved: N) -> object:
        """Return what two equal ones have in common, whatever their versions."""
