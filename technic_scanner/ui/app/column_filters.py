"""Filter runs by what their columns show: ``> 5``, ``<= 2.5``, ``= long``, ``!= dask``, or a part of the text."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from technic_scanner.errors import ConfigError, FieldProblem

_FORM = re.compile(r"^\s*(>=|<=|!=|=|>|<)\s*(.+?)\s*$")
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def passing(frame: pd.DataFrame, filters: Mapping[str, str]) -> pd.Series:
    """Return which rows pass every filter, whose keys are columns of the frame; an unknown value passes ``!=`` alone.

    Raises ConfigError that names every filter which compares by order without a number or a date.
    """
    keep = pd.Series(True, index=frame.index)
    problems = []
    for name, text in filters.items():
        if not text.strip():
            continue
        test = _test(text)
        if test is None:
            problems.append(FieldProblem(name, f"{text.strip()!r} must compare with a number or a date, such as > 5"))
            continue
        keep &= frame[name].map(test).astype(bool)
    if problems:
        raise ConfigError(problems)
    return keep


def _test(text: str) -> Callable[[Any], bool] | None:
    """Return the test of a filter, None if it compares by order with what has none."""
    found = _FORM.match(text)
    if found is None:
        part = text.strip().casefold()
        return lambda value: not _missing(value) and part in _text(value)
    sign, wanted = found.groups()
    if sign in ("=", "!="):
        equal = sign == "="
        return lambda value: (not _missing(value) and _is(value, wanted)) is equal
    number = _number(wanted)
    if number is not None:
        return lambda value: (
            not _missing(value) and (have := _number(value)) is not None and _ORDERS[sign](have, number)
        )
    if re.fullmatch(r"\d{4}(-\d{2}){0,2}", wanted):
        return lambda value: not _missing(value) and _ORDERS[sign](_text(value)[: len(wanted)], wanted)
    return None


def _is(value: Any, wanted: str) -> bool:
    number, have = _number(wanted), _number(value)
    return _text(value) == wanted.casefold() or (number is not None and number == have)


def _missing(value: Any) -> bool:
    return value is None or (not isinstance(value, str) and bool(pd.isna(value)))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).casefold()


def _number(value: Any) -> float | None:
    """Return the number of a cell or of a text; a year such as 2026 is one, a date is not."""
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
