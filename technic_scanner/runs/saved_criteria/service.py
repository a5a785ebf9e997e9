"""Combine shipped and saved criteria into one list, check what is saved, and let them in and out as files."""

from __future__ import annotations

from dataclasses import replace

from technic_scanner.criteria import LANGUAGE_VERSION, CriteriaError
from technic_scanner.criteria import compile as compile_criteria
from technic_scanner.criteria.shipped import SHIPPED_SCANS, ShippedScan
from technic_scanner.errors import ConfigError, CriteriaConflictError, CriteriaNotFoundError
from technic_scanner.runs.named_versions.interchange import content_problems
from technic_scanner.runs.named_versions.service import NamedVersions
from technic_scanner.runs.saved_criteria.interchange import from_json, language_problem, to_json
from technic_scanner.runs.saved_criteria.model import CriteriaStore, SavedCriteria


class SavedCriteriaService(NamedVersions[SavedCriteria]):
    """The shipped criteria and those of a store; names are unique over both."""

    noun, missing, conflict = "set of criteria", CriteriaNotFoundError, CriteriaConflictError

    def __init__(self, store: CriteriaStore, shipped: tuple[ShippedScan, ...] = SHIPPED_SCANS) -> None:
        self._store = store
        self._shipped = {
            scan.name: SavedCriteria(scan.name, scan.text, scan.finds, builtin=True, group=scan.group)
            for scan in shipped
        }

    def all(self) -> tuple[SavedCriteria, ...]:
        """Return the newest version of all: the shipped ones in their groups, then the saved ones by name."""
        saved = sorted(self._store.list_criteria(), key=lambda item: item.name.casefold())
        return (*self._shipped.values(), *saved)

    def versions(self, name: str) -> tuple[SavedCriteria, ...]:
        """Return every version, the newest first; CriteriaNotFoundError."""
        shipped = self._shipped.get(name)
        return self._store.criteria_versions(name) if shipped is None else (shipped,)

    def save(self, saved: SavedCriteria, expected_version: int | None = None) -> SavedCriteria:
        """Save new criteria (``expected_version`` None) or the next version; return them as stored.

        Raises ConfigError that names every fault (also of the text, with its place); CriteriaConflictError for a
        shipped name, or if the newest version is not the expected one.
        """
        problems = list(content_problems(saved.name, saved.description))
        try:
            compile_criteria(saved.text)
        except CriteriaError as error:
            problems += [replace(problem, field="text") for problem in error.problems]
        if problems:
            raise ConfigError(problems)
        self._refuse_shipped(saved.name)
        return self._store.save_criteria(replace(saved, language=LANGUAGE_VERSION), expected_version=expected_version)

    def remove(self, name: str) -> None:
        """Delete every version; CriteriaConflictError for a shipped one, CriteriaNotFoundError."""
        self._refuse_shipped(name)
        self._store.delete_criteria(name)

    def export(self, name: str, version: int | None = None) -> str:
        """Return one version as JSON text, which ``load`` accepts; CriteriaNotFoundError."""
        return to_json(self.get(name, version))

    def _read(self, text: str) -> SavedCriteria:
        return from_json(text)

    def _content(self, saved: SavedCriteria) -> object:
        return saved.text, saved.description

    def _refuse_shipped(self, name: str) -> None:
        if name in self._shipped:
            raise CriteriaConflictError(f"{name!r} is shipped and cannot be changed; save under another name")


def usable(saved: SavedCriteria) -> str:
    """Return the text of criteria that this program reads; ConfigError if a newer language is needed."""
    problem = language_problem(saved.language)
    if problem is not None:
        raise ConfigError([problem])
    return saved.text
