"""The JSON document in which a named thing leaves an installation and enters another one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from technic_scanner.domain.printable import is_printable, visible
from technic_scanner.errors import ConfigError, FieldProblem

NAME_LIMIT, DESCRIPTION_LIMIT = 80, 2_000
_ENVELOPE = ("format", "format_version", "name", "description", "version")


@dataclass(frozen=True, slots=True)
class DocumentForm:
    """The form of one kind of document: what ``field`` names it in errors, its ``format``, and its own fields."""

    field: str
    format: str
    own_fields: tuple[str, ...]
    format_version: int = 1
    longest: int = 200_000

    def text_of(self, values: Mapping[str, Any]) -> str:
        """Return the JSON text of ``values``: name, description, version and the form's own fields."""
        payload = {"format": self.format, "format_version": self.format_version} | dict(values)
        return json.dumps(payload, indent=2, ensure_ascii=False) + "\n"

    def read(self, text: str) -> dict[str, Any]:
        """Return the JSON object of a text. Raises ConfigError if it is none."""
        if len(text) > self.longest:
            raise ConfigError([FieldProblem(self.field, f"is longer than {self.longest} characters")])
        try:
            payload = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ConfigError([FieldProblem(self.field, f"is not JSON: {error}")]) from error
        if not isinstance(payload, dict):
            raise ConfigError([FieldProblem(self.field, "must be a JSON object")])
        return payload

    def problems(self, payload: Mapping[str, Any]) -> Iterator[FieldProblem]:
        """Yield what is wrong with the fields that all forms share, and every field that is unknown."""
        for key in payload:
            if key not in _ENVELOPE and key not in self.own_fields:
                yield FieldProblem(key, f"is not a field of {self.format}")
        if payload.get("format") != self.format:
            yield FieldProblem("format", f"must be {self.format!r}")
        if payload.get("format_version") != self.format_version:
            yield FieldProblem("format_version", f"must be {self.format_version}; another version wrote this file")
        yield from content_problems(payload.get("name"), payload.get("description", ""))


def content_problems(name: object, description: object) -> Iterator[FieldProblem]:
    """Yield what is wrong with a name and a description."""
    if not isinstance(name, str) or not name.strip() or len(name) > NAME_LIMIT:
        yield FieldProblem("name", f"must be text of 1 to {NAME_LIMIT} characters")
    elif name != name.strip() or not is_printable(name):
        yield FieldProblem("name", "must not begin or end with a space or contain control characters")
    if not isinstance(description, str) or len(description) > DESCRIPTION_LIMIT:
        yield FieldProblem("description", f"must be text of at most {DESCRIPTION_LIMIT} characters")
    elif visible(description, keep="\n\r\t") != description:
        yield FieldProblem("description", "must hold no control characters")
