"""Saved criteria as a JSON document that another installation reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from technic_scanner.criteria import LANGUAGE_VERSION
from technic_scanner.domain.printable import is_printable, visible
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.runs.saved_criteria.model import SavedCriteria

FORMAT, FORMAT_VERSION = "technic-scanner/criteria", 1
NAME_LIMIT, DESCRIPTION_LIMIT = 80, 2_000
_TEXT_LIMIT = 200_000
_FIELDS = ("format", "format_version", "name", "description", "version", "language", "text")


def to_json(saved: SavedCriteria) -> str:
    """Return the JSON text of one version."""
    payload = {"format": FORMAT, "format_version": FORMAT_VERSION}
    payload |= {name: getattr(saved, name) for name in _FIELDS[2:]}
    return json.dumps(payload, indent=2, ensure_ascii=False) + "\n"


def from_json(text: str) -> SavedCriteria:
    """Read criteria from JSON text; ConfigError names every problem. The criteria themselves are not checked."""
    payload = _parsed(text)
    problems = [*_envelope_problems(payload), *content_problems(payload.get("name"), payload.get("description", ""))]
    if not isinstance(payload.get("text"), str):
        problems.append(FieldProblem("text", "must be text"))
    if problems:
        raise ConfigError(problems)
    return SavedCriteria(payload["name"], payload["text"], payload.get("description", ""))


def content_problems(name: object, description: object) -> Iterator[FieldProblem]:
    """Yield what is wrong with a name and a description."""
    if not isinstance(name, str) or not name.strip() or len(name) > NAME_LIMIT:
        yield FieldProblem("name", f"must be text of 1 to {NAME_LIMIT} characters")
    elif name != name.strip() or not name.isprintable() or not is_printable(name):
        yield FieldProblem("name", "must not begin or end with a space or contain control characters")
    if not isinstance(description, str) or len(description) > DESCRIPTION_LIMIT:
        yield FieldProblem("description", f"must be text of at most {DESCRIPTION_LIMIT} characters")
    elif visible(description, keep="\n\t") != description:
        yield FieldProblem("description", "must hold no control characters")


def language_problem(language: object) -> FieldProblem | None:
    """Return what is wrong with a language's version; None if this program reads it."""
    if isinstance(language, int) and not isinstance(language, bool) and 1 <= language <= LANGUAGE_VERSION:
        return None
    sentence = f"must be from 1 to {LANGUAGE_VERSION}; a newer version of the program wrote these criteria"
    return FieldProblem("language", sentence)


def _parsed(text: str) -> dict[str, Any]:
    if len(text) > _TEXT_LIMIT:
        raise ConfigError([FieldProblem("criteria", f"is longer than {_TEXT_LIMIT} characters")])
    try:
        payload = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError([FieldProblem("criteria", f"is not JSON: {error}")]) from error
    if not isinstance(payload, dict):
        raise ConfigError([FieldProblem("criteria", "must be a JSON object")])
    return payload


def _envelope_problems(payload: Mapping[str, Any]) -> Iterator[FieldProblem]:
    for key in payload:
        if key not in _FIELDS:
            yield FieldProblem(key, "is not a field of saved criteria")
    if payload.get("format") != FORMAT:
        yield FieldProblem("format", f"must be {FORMAT!r}")
    if payload.get("format_version") != FORMAT_VERSION:
        yield FieldProblem("format_version", f"must be {FORMAT_VERSION}; another version wrote this file")
    problem = language_problem(payload.get("language", LANGUAGE_VERSION))
    if problem is not None:
        yield problem
