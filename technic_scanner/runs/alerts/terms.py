"""The stored document of an alert's terms: when it tells a run, and in what words."""

from __future__ import annotations

from dataclasses import dataclass

from technic_scanner.domain.alert import DEFAULT_BODY, DEFAULT_TITLE, Alert, AlertWhen
from technic_scanner.errors import FieldProblem
from technic_scanner.runs.serialization.stored import dump, read


@dataclass(frozen=True, slots=True)
class AlertTerms:
    """The fields of an alert that are stored as one document."""

    when: str = AlertWhen.ENTERED.value
    least: int = 1
    title: str = DEFAULT_TITLE
    body: str = DEFAULT_BODY
    watchlist: str = ""


def dump_alert_terms(alert: Alert) -> str:
    """Return the document."""
    return dump(AlertTerms(alert.when.value, alert.least, alert.title, alert.body, alert.watchlist))


def read_alert_terms(text: str) -> tuple[AlertTerms, tuple[FieldProblem, ...]]:
    """Read the document; what cannot be read has its default and is named, and such an alert must not be told."""
    reading = read(AlertTerms, text)
    terms = reading.value or AlertTerms()
    problems = [*reading.problems, *(FieldProblem(name, "is not known to this version") for name in reading.unknown)]
    if terms.when not in set(AlertWhen):
        problems.append(FieldProblem("when", f"is {terms.when!r}, which this version does not know"))
    return terms, tuple(problems)
