"""Reads what people and programs ask for, strictly: every unknown key, bad type and bad value is named at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, TypeVar

from technic_scanner.domain.config import CONFIG_FIELDS, OPTION_FIELDS, RunOptions, ScanConfig
from technic_scanner.domain.fields import Field, Kind, Table
from technic_scanner.domain.options import stage_plan_of
from technic_scanner.domain.quoting import quoted
from technic_scanner.domain.renamed import RENAMED_FIELDS, with_new_names
from technic_scanner.errors import ConfigError, FieldProblem

Record = TypeVar("Record", ScanConfig, RunOptions)
Problems = list[FieldProblem]

# JSON has no such numbers; these spellings are those of protocol buffers' JSON mapping.
_NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
# Beside the fields themselves: the earlier API's way to say direction = both.
ALLOW_SHORTS = "allow_shorts"


@dataclass(frozen=True, slots=True)
class Given:
    """What a request gives of a config or of options: typed values by field, and what could not be read.

    Whether the values are allowed is for ``problems()`` of the config or options that they become.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[FieldProblem, ...] = ()

    def over(self, base: Record) -> Record:
        """Return the base with the values in place of its own."""
        return replace(base, **self.values)


def is_config_field(name: str) -> bool:
    """Tell whether a request may give a field of this name for a config."""
    return name in CONFIG_FIELDS or name in RENAMED_FIELDS or name == ALLOW_SHORTS


def read_config(payload: Any) -> Given:
    """Read the fields of a config that a request gives.

    Takes the earlier API's spellings too: ``allow_shorts``, one name for a list, ``profile_weights`` as an object; and
    fields under their old names.
    """
    return _read("config", payload, CONFIG_FIELDS, (ALLOW_SHORTS,))


def read_options(payload: Any) -> Given:
    """Read the run options that a request gives; ``stage_plan`` may be a list of pairs or an object of weights."""
    return _read("options", payload, OPTION_FIELDS, ())


def config_from_dict(payload: Mapping[str, Any]) -> ScanConfig:
    """Read a config; fields left out take their defaults.

    Raises ConfigError naming every unknown key and every bad type; with them, every bad value of the other fields.
    """
    return _whole(read_config(payload), ScanConfig())


def options_from_dict(payload: Mapping[str, Any]) -> RunOptions:
    """Read run options; fields left out take their defaults. Raises ConfigError as above."""
    return _whole(read_options(payload), RunOptions())


def _whole(given: Given, base: Record) -> Record:
    read: Record = given.over(base)
    if given.problems:
        raise ConfigError((*given.problems, *read.problems()))
    return read


def _read(what: str, payload: Any, table: Table, others: tuple[str, ...]) -> Given:
    if not isinstance(payload, Mapping):
        return Given({}, (FieldProblem(what, f"must be an object of fields, not {quoted(payload)}"),))
    given, renamed = with_new_names(payload)
    known = (*table, *others)
    problems: Problems = [
        FieldProblem(str(key), f"is not a field; the fields are {', '.join(known)}")
        for key in given
        if key not in known
    ]
    problems += renamed
    values: dict[str, Any] = {}
    if ALLOW_SHORTS in others and given.get(ALLOW_SHORTS) is not None:
        _put(values, ALLOW_SHORTS, _flag(ALLOW_SHORTS, given[ALLOW_SHORTS], problems))
    for name, row in table.items():
        if name in given:
            _put(values, name, _read_field(row, given[name], problems))
    return Given(values, tuple(problems))


class _Unread:
    """Stands in for a value that could not be read; its problem has been noted."""


_UNREAD = _Unread()


def _put(values: dict[str, Any], name: str, value: Any) -> None:
    if value is not _UNREAD:
        values[name] = value


def _read_field(row: Field, value: Any, problems: Problems) -> Any:
    if value is None and row.optional:
        return None
    return _READERS[row.kind](row.name, value, problems)


def _bad(name: str, wanted: str, value: object, problems: Problems) -> _Unread:
    problems.append(FieldProblem(name, f"must be {wanted}, not {quoted(value)}"))
    return _UNREAD


def _text(name: str, value: Any, problems: Problems) -> Any:
    return str(value) if isinstance(value, str) else _bad(name, "text", value, problems)


def _flag(name: str, value: Any, problems: Problems) -> Any:
    return value if isinstance(value, bool) else _bad(name, "true or false", value, problems)


def _count(name: str, value: Any, problems: Problems) -> Any:
    if isinstance(value, float) and value.is_integer():  # JSON knows one kind of number: 12.0 is 12
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return _bad(name, "a whole number", value, problems)


def _number(name: str, value: Any, problems: Problems) -> Any:
    if isinstance(value, str) and value in _NOT_FINITE:
        return _NOT_FINITE[value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _bad(name, "a number", value, problems)
    try:
        return float(value)
    except OverflowError:
        return _bad(name, "a number that fits a float", value, problems)


def _date(name: str, value: Any, problems: Problems) -> Any:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return _bad(name, "a date such as 2010-08-20", value, problems)


def _names(name: str, value: Any, problems: Problems) -> Any:
    return _each(name, () if value is None else (value,) if isinstance(value, str) else value, _text, problems)


def _weights(name: str, value: Any, problems: Problems) -> Any:
    items = list(value.items()) if isinstance(value, Mapping) else value
    return _each(name, () if items is None else items, _pair, problems)


def _pair(name: str, value: Any, problems: Problems) -> Any:
    if not isinstance(value, list | tuple) or len(value) != 2:
        return _bad(name, "a list of 2 values", value, problems)
    pair = _text(name, value[0], problems), _number(name, value[1], problems)
    return _UNREAD if _UNREAD in pair else pair


def _stage_plan(name: str, value: Any, problems: Problems) -> Any:
    pairs = _bad(name, "a list", value, problems) if value is None else _weights(name, value, problems)
    if isinstance(pairs, _Unread):
        return pairs
    try:
        return stage_plan_of(pairs)
    except ConfigError as error:
        problems += error.problems
        return _UNREAD


def _each(name: str, values: Any, read: Callable[[str, Any, Problems], Any], problems: Problems) -> Any:
    if not isinstance(values, list | tuple):
        return _bad(name, "a list", values, problems)
    members = tuple(read(f"{name}[{index}]", value, problems) for index, value in enumerate(values))
    return _UNREAD if _UNREAD in members else members


_READERS: dict[Kind, Callable[[str, Any, Problems], Any]] = {
    Kind.TEXT: _text,
    Kind.CHOICE: _text,
    Kind.COUNT: _count,
    Kind.NUMBER: _number,
    Kind.FLAG: _flag,
    Kind.DATE: _date,
    Kind.NAMES: _names,
    Kind.WEIGHTS: _weights,
    Kind.STAGE_PLAN: _stage_plan,
}
