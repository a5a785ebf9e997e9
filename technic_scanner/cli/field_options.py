"""Gives a command an option for each config field that it takes, with the name, type and help of the domain's table."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Annotated, Any, TypeVar

import typer

from technic_scanner.domain.config import CONFIG_FIELDS, OPTION_FIELDS
from technic_scanner.domain.fields import Field, Kind
from technic_scanner.domain.renamed import RENAMED_FIELDS

Result = TypeVar("Result")
FIELDS = {**CONFIG_FIELDS, **OPTION_FIELDS}

# What a word of digits is read as. All values are text to Typer, which would end at the first bad number; the strict
# reader of requests names all of them.
_NUMBERS: dict[Kind, Callable[[str], int | float]] = {Kind.COUNT: int, Kind.NUMBER: float}
_METAVARS = {Kind.COUNT: "INTEGER", Kind.NUMBER: "FLOAT"}
# Filled in by ``installed.InstalledNamesCommand`` when the help is shown.
_INSTALLED = {"source": "{sources}", "executor": "{executors}"}
_LISTS = (Kind.NAMES, Kind.WEIGHTS, Kind.STAGE_PLAN)


def takes_fields(*names: str) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Give a command the options of these fields; it gets what was given of them as its argument ``given``.

    Renamed fields are taken under their old names too.
    """
    wanted = {name: FIELDS[name] for name in names}
    wanted |= {old: FIELDS[new] for old, new in RENAMED_FIELDS.items() if new in names}
    options = [_parameter(name, field) for name, field in wanted.items()]

    def with_options(command: Callable[..., Result]) -> Callable[..., Result]:
        signature = inspect.signature(command, eval_str=True)
        own = [parameter for name, parameter in signature.parameters.items() if name != "given"]

        @wraps(command)
        def called(**arguments: Any) -> Result:
            values = {name: arguments.pop(name) for name in wanted}
            return command(given=_given(wanted, values), **arguments)

        parameters = [*(item for item in own if item.default is inspect.Parameter.empty), *options]
        parameters += [item for item in own if item.default is not inspect.Parameter.empty]
        keywords = [item.replace(kind=inspect.Parameter.KEYWORD_ONLY) for item in parameters]
        called.__signature__ = signature.replace(parameters=keywords)  # type: ignore[attr-defined]
        called.__annotations__ = {item.name: item.annotation for item in keywords}
        return called

    return with_options


def _parameter(name: str, field: Field) -> inspect.Parameter:
    kind: Any = list[str] if field.kind in _LISTS else bool if field.kind is Kind.FLAG else str
    option = typer.Option(_option(name, field), help=_help(name, field), metavar=_METAVARS.get(field.kind))
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind | None, option]
    )


def _option(name: str, field: Field) -> str:
    return field.option if name == field.name else f"--{name.replace('_', '-')}"


def _help(name: str, field: Field) -> str:
    if name != field.name:
        return f"The old name of {field.option}."
    installed = _INSTALLED.get(name)
    return " ".join(filter(None, (field.summary, _form(field), installed and f"Installed: {installed}.")))


def _form(field: Field) -> str:
    """Say what can be written for the field, as far as its description does not."""
    choices, bounds = ", ".join(field.choices), field.bounds
    if field.kind is Kind.NAMES:
        return "May be repeated, or given once with commas."
    if field.kind in _LISTS:
        names = f"; the names are {choices}" if choices else ""
        return f"As NAME=WEIGHT, with commas between; each weight {bounds}{names}."
    return f"({choices or bounds})" if choices or bounds else ""


def _given(wanted: Mapping[str, Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was given as a request gives it: lists split at commas, weights as pairs."""
    given: dict[str, Any] = {}
    for name, value in values.items():
        if value in (None, []):
            continue
        kind = wanted[name].kind
        parts = [part.strip() for item in value for part in item.split(",") if part.strip()] if kind in _LISTS else []
        if kind is Kind.NAMES:
            given[name] = parts
        elif kind in _LISTS:
            given[name] = [_pair(part) for part in parts]
        elif kind in _NUMBERS:
            given[name] = _number(_NUMBERS[kind], value)
        else:
            given[name] = value
    return given


def _pair(text: str) -> list[Any]:
    """Return the name and the weight of ``trend=0.5``; the strict reader says what is wrong with any other text."""
    name, _, weight = text.partition("=")
    return [name.strip(), _number(float, weight) if weight else text]


def _number(read: Callable[[str], int | float], text: str) -> int | float | str:
    """Return the number that a text is, or the text, of which the strict reader says that it is none."""
    try:
        return read(text)
    except ValueError:
        return text
