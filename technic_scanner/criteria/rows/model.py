"""The rows of criteria: what each row and group is, and which operators a row may have."""

from __future__ import annotations

from dataclasses import dataclass

COMPARISONS: tuple[str, ...] = (">", ">=", "<", "<=", "=", "!=")
BETWEEN, ABOVE, BELOW = "between", "crosses above", "crosses below"
IN, NOT_IN = "in", "not in"
KNOWN, UNKNOWN = "is known", "is not known"
NUMBER_OPERATORS: tuple[str, ...] = (*COMPARISONS, BETWEEN, ABOVE, BELOW, KNOWN, UNKNOWN)
LABEL_OPERATORS: tuple[str, ...] = (IN, NOT_IN, "=", "!=", KNOWN, UNKNOWN)
AND, OR = "and", "or"
WITHIN, FOR = "within", "for"


def values_of(operator: str) -> int | None:
    """Return how many values stand after an operator; None: any number, texts without their quotes."""
    if operator in {IN, NOT_IN}:
        return None
    return {BETWEEN: 2, KNOWN: 0, UNKNOWN: 0}.get(operator, 1)


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison: a field (any number or label as text), an operator, and the values that it takes.

    ``held``: "" (in the newest bar), within or for; ``bars``: of how many bars that is.
    """

    field: str = ""
    operator: str = ">"
    values: tuple[str, ...] = ("",)
    held: str = ""
    bars: int = 1


@dataclass(frozen=True, slots=True)
class Formula:
    """A condition that fits no row, as text."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions that are joined by ``and`` or by ``or``."""

    joint: str = AND
    items: tuple[Item, ...] = ()


Item = Row | Formula | Group


@dataclass(frozen=True, slots=True)
class Rows:
    """A whole text: its conditions, the lines before them (let) and after them (rank by, show), and its comments."""

    group: Group = Group()
    before: str = ""
    after: str = ""
    comments: tuple[str, ...] = ()
