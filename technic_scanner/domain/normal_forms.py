"""Brings what is given for a config field into its one normal form, so that equal configs compare and hash as equal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import partial
from typing import Any

from technic_scanner.domain.fields import Field, Kind, Table

Forms = tuple[tuple[str, Callable[[Any], Any]], ...]


def normal_forms(table: Table) -> Forms:
    """Return the fields that have a normal form, each with the function that brings a value into it.

    Lists of names become tuples without repeats, weights become pairs in the order of the field's choices, numbers
    become floats, text that spells a date becomes the date, and empty text in an optional field becomes None. A value
    that has no such form is returned as it is.
    """
    return tuple((name, partial(_FORMS[field.kind], field)) for name, field in table.items() if field.kind in _FORMS)


def normalise(record: Any, forms: Forms) -> None:
    """Bring the fields of a frozen dataclass into their normal forms, in place; for its ``__post_init__`` alone."""
    for name, form in forms:
        given = getattr(record, name)
        normal = form(given)
        if normal is not given:
            object.__setattr__(record, name, normal)


def _names(field: Field, value: Any) -> Any:
    if value is None:
        return ()
    if type(value) is tuple and not value:
        return value
    if isinstance(value, str):
        value = (value,)
    if not isinstance(value, Iterable):
        return value
    names = tuple(value)
    if not all(isinstance(name, str) for name in names):
        return names
    return tuple(dict.fromkeys(names if field.spec.spelling is None else map(field.spec.spelling, names)))


def _weights(field: Field, value: Any) -> Any:
    if value is None:
        return ()
    if type(value) is tuple and not value:
        return value
    items = value.items() if hasattr(value, "items") else value
    try:
        pairs = tuple((str(name), _as_float(weight)) for name, weight in items)
    except (TypeError, ValueError):  # no pairs; the check says so
        return value
    place = {name: number for number, name in enumerate(field.choices)}
    return tuple(sorted(pairs, key=lambda pair: place.get(pair[0], len(place))))


def _number(_: Field, value: Any) -> Any:
    return value if type(value) is float else _as_float(value)


def _as_float(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    try:
        return float(value)
    except OverflowError:
        return value


def _text(field: Field, value: Any) -> Any:
    if isinstance(value, str) and field.spec.spelling is not None:
        value = field.spec.spelling(value)
    return None if value == "" and field.optional else value


def _date(_: Field, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value


_FORMS: dict[Kind, Callable[[Field, Any], Any]] = {
    Kind.NAMES: _names,
    Kind.WEIGHTS: _weights,
    Kind.NUMBER: _number,
    Kind.TEXT: _text,
    Kind.DATE: _date,
}


def spelled_symbol(name: str) -> str:
    """Return a symbol in capital letters, without space around it."""
    return name.strip().upper()
