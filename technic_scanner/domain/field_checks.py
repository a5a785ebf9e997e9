"""Checks the value of a config field against its row in the table; every fault is a sentence."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from typing import Any

from technic_scanner.domain.fields import MAX_TEXT_LENGTH, Field, Kind, Table
from technic_scanner.domain.number_text import text_with
from technic_scanner.domain.printable import is_printable
from technic_scanner.domain.quoting import cut, quoted
from technic_scanner.domain.stage import Stage, StagePlan
from technic_scanner.errors import FieldProblem

Problems = Iterable[FieldProblem]
_LINE_ENDS = str.maketrans("\n\r\t", "   ")  # what separates words and lines of a text of several lines
Checks = tuple[tuple[str, Callable[[Any], Problems]], ...]
MAX_COUNT = 2**53 - 1  # the largest whole number that every JSON reader keeps


def checks_of(table: Table) -> Checks:
    """Return every field with the function that yields what is wrong with its value."""
    return tuple((name, partial(_CHECKS[field.kind], field)) for name, field in table.items())


def problems_in(record: Any, table: Table, checks: Checks) -> list[FieldProblem]:
    """Return everything that is wrong with the fields of a config."""
    found: list[FieldProblem] = []
    for name, check in checks:
        value = getattr(record, name)
        if value is not None or not table[name].optional:
            found += check(value)
    return found


def _count(field: Field, value: Any) -> Problems:
    low, high = field.spec.at_least or 0, field.spec.at_most or MAX_COUNT
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        yield FieldProblem(field.name, f"must be a whole number from {low:.0f} to {high:.0f}, not {quoted(value)}")


def _number(field: Field, value: Any, name: str = "") -> Problems:
    spec = field.spec
    if not _is_finite(value):
        yield FieldProblem(name or field.name, f"must be a finite number, not {quoted(value)}")
    elif (
        (spec.at_least is not None and value < spec.at_least)
        or (spec.above is not None and value <= spec.above)
        or (spec.at_most is not None and value > spec.at_most)
    ):
        named = (("at least", spec.at_least), ("above", spec.above), ("at most", spec.at_most))
        bounds = " and ".join(f"{words} {text_with(bound, 15)}" for words, bound in named if bound is not None)
        yield FieldProblem(name or field.name, f"must be {bounds}, not {quoted(value)}")


def _is_finite(value: Any) -> bool:
    try:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:  # a whole number that no float can hold
        return False


def _flag(field: Field, value: Any) -> Problems:
    if not isinstance(value, bool):
        yield FieldProblem(field.name, f"must be true or false, not {quoted(value)}")


def _date(field: Field, value: Any) -> Problems:
    if not isinstance(value, date):
        yield FieldProblem(field.name, f"must be a date such as 2010-08-20, not {quoted(value)}")


def _text(field: Field, value: Any) -> Problems:
    if not isinstance(value, str):
        yield FieldProblem(field.name, f"must be text, not {quoted(value)}")
    else:
        yield from _unfit(field, value)


def _choice(field: Field, value: Any) -> Problems:
    if value not in field.choices:
        yield FieldProblem(field.name, f"{quoted(value)} is not one of {', '.join(field.choices)}")


def _names(field: Field, value: Any) -> Problems:
    if not isinstance(value, tuple):
        yield FieldProblem(field.name, f"must be a list of names, not {quoted(value)}")
        return
    if len(value) > field.spec.most:
        yield FieldProblem(field.name, f"must hold at most {field.spec.most} names, not {len(value)}")
        return
    for name in value:
        if not isinstance(name, str) or not name.strip():
            yield FieldProblem(field.name, f"must hold names only, not {quoted(name)}")
        elif field.choices:
            yield from _choice(field, name)
        else:
            yield from _unfit(field, name)


def _unfit(field: Field, text: str) -> Problems:
    """Yield what keeps a store or a page from holding the text."""
    if len(text) > field.spec.longest:
        yield FieldProblem(field.name, f"must be at most {field.spec.longest} characters long, not {len(text)}")
    if not is_printable(text.translate(_LINE_ENDS) if field.spec.lines else text):
        yield FieldProblem(field.name, "must hold no control characters and no lone surrogates")
    if field.spec.pattern and not re.search(field.spec.pattern, text, re.ASCII):
        yield FieldProblem(field.name, f"must be written as {field.spec.example}, not {quoted(text)}")


def _weights(field: Field, value: Any) -> Problems:
    if not isinstance(value, tuple) or not all(isinstance(pair, tuple) and len(pair) == 2 for pair in value):
        yield FieldProblem(field.name, f"must be pairs of a name and a weight, not {quoted(value)}")
        return
    for name, times in Counter(name for name, _ in value).items():
        yield from _choice(field, name)
        if times > 1:
            yield FieldProblem(f"{field.name}.{name}", "is named more than once")
    for name, weight in value:
        if name in field.choices:
            yield from _number(field, weight, f"{field.name}.{name}")


def _stage_plan(field: Field, value: Any) -> Problems:
    if not isinstance(value, StagePlan):
        yield FieldProblem(field.name, f"must be a StagePlan, not {quoted(value)}")
    elif set(value.names) != set(Stage):
        names = cut(", ".join(value.names), MAX_TEXT_LENGTH)
        yield FieldProblem(field.name, f"must weigh each of {', '.join(Stage)} and no other stage, not {names}")


_CHECKS: dict[Kind, Callable[[Field, Any], Problems]] = {
    Kind.TEXT: _text,
    Kind.CHOICE: _choice,
    Kind.COUNT: _count,
    Kind.NUMBER: _number,
    Kind.FLAG: _flag,
    Kind.DATE: _date,
    Kind.NAMES: _names,
    Kind.WEIGHTS: _weights,
    Kind.STAGE_PLAN: _stage_plan,
}
