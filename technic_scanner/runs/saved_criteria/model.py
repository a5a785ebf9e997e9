"""A named criteria text, and the port of the store that keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from technic_scanner.criteria import LANGUAGE_VERSION


@dataclass(frozen=True, slots=True)
class SavedCriteria:
    """One version of a criteria text under a name; ``version`` counts saves, shipped ones are ``builtin``.

    ``text`` is as it was written, with its comments; ``language`` is the version of the language that it is in.
    ``group`` is that of a shipped scan.
    """

    name: str
    text: str
    description: str = ""
    version: int = 1
    language: int = LANGUAGE_VERSION
    builtin: bool = False
    group: str = ""
    saved_at: datetime | None = None


class CriteriaStore(Protocol):
    """Keeps saved criteria with all their versions; shipped ones are not stored."""

    def list_criteria(self) -> tuple[SavedCriteria, ...]:
        """Return the newest version of all, by name."""
        ...

    def criteria_versions(self, name: str) -> tuple[SavedCriteria, ...]:
        """Return every version, the newest first; CriteriaNotFoundError."""
        ...

    def save_criteria(self, saved: SavedCriteria, *, expected_version: int | None) -> SavedCriteria:
        """Insert the next version; CriteriaConflictError if the newest is not the expected one (None: must be new)."""
        ...

    def delete_criteria(self, name: str) -> None:
        """Delete every version; CriteriaNotFoundError."""
        ...
