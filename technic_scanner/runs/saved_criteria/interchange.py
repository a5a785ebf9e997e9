"""Saved criteria as a JSON document that another installation reads."""

from __future__ import annotations

from technic_scanner.criteria import LANGUAGE_VERSION
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.runs.named_versions.interchange import DocumentForm
from technic_scanner.runs.saved_criteria.model import SavedCriteria

FORM = DocumentForm("criteria", "technic-scanner/criteria", ("language", "text"))
_WRITTEN = ("name", "description", "version", "language", "text")


def to_json(saved: SavedCriteria) -> str:
    """Return the JSON text of one version."""
    return FORM.text_of({name: getattr(saved, name) for name in _WRITTEN})


def from_json(text: str) -> SavedCriteria:
    """Read criteria from JSON text; ConfigError names every problem. The criteria themselves are not checked."""
    payload = FORM.read(text)
    problems = list(FORM.problems(payload))
    if (problem := language_problem(payload.get("language", LANGUAGE_VERSION))) is not None:
        problems.append(problem)
    if not isinstance(payload.get("text"), str):
        problems.append(FieldProblem("text", "must be text"))
    if problems:
        raise ConfigError(problems)
    return SavedCriteria(payload["name"], payload["text"], payload.get("description", ""))


def language_problem(language: object, field: str = "language") -> FieldProblem | None:
    """Return what is wrong with a language's version, which is in ``field``; None if this program reads it."""
    if not isinstance(language, int) or isinstance(language, bool) or language < 1:
        return FieldProblem(field, f"must be a whole number from 1 to {LANGUAGE_VERSION}")
    if language <= LANGUAGE_VERSION:
        return None
    sentence = f"must be from 1 to {LANGUAGE_VERSION}; a newer version of the program wrote these criteria"
    return FieldProblem(field, sentence)
