"""The old names of renamed config fields, which are accepted beside the new ones for a release."""

from __future__ import annotations

from collections.abc import Mapping
from functools import wraps
from typing import Any, TypeVar

from technic_scanner.errors import ConfigError, FieldProblem

T = TypeVar("T")

# Old name → new name. Python keywords, JSON keys, query parameters and stored documents may use either.
RENAMED_FIELDS: dict[str, str] = {"lookback_days": "lookback_sessions"}


def with_new_names(values: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[FieldProblem, ...]]:
    """Return the values under the present names of their fields, and a problem for each pair that disagrees.

    Where a value is given under both names, the one under the new name is kept.
    """
    renamed: dict[str, Any] = {}
    problems = []
    for name, value in values.items():
        new = RENAMED_FIELDS.get(name, name)
        if new == name or new not in values:
            renamed[new] = value
        elif not _equal(values[new], value):
            problems.append(FieldProblem(name, f"is the old name of {new}, which is given with another value"))
    return renamed, tuple(problems)


def with_old_names(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with each renamed field under its old name too, for programs that still read that."""
    return dict(document) | {old: document[new] for old, new in RENAMED_FIELDS.items() if new in document}


def takes_old_names(kind: type[T]) -> type[T]:
    """Let a dataclass take renamed fields under their old names too; ConfigError where both names disagree."""
    construct: Any = kind.__init__

    @wraps(construct)
    def with_old_keywords(self: T, *args: Any, **keywords: Any) -> None:
        if RENAMED_FIELDS.keys() & keywords.keys():
            keywords, problems = with_new_names(keywords)
            if problems:
                raise ConfigError(problems)
        construct(self, *args, **keywords)

    constructor: Any = with_old_keywords
    kind.__init__ = constructor  # type: ignore[method-assign]
    return kind


def _equal(one: Any, other: Any) -> bool:
    try:
        return bool(one == other)
    except RecursionError:  # lists thousands deep; neither is a value of any field
        return False
