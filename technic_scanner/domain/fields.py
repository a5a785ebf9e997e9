"""The table of the fields of a config class, read from what is written beside each field in the class itself."""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, fields
from datetime import date
from enum import StrEnum
from functools import cache
from types import MappingProxyType, NoneType
from typing import Any

from technic_scanner.domain.number_text import text_with
from technic_scanner.domain.stage import StagePlan

MAX_TEXT_LENGTH = 200
MAX_NAMES = 1_000
MAX_SYMBOL_LENGTH = 32


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    CHOICE = "choice"
    COUNT = "whole number"
    NUMBER = "number"
    FLAG = "true or false"
    DATE = "date"
    NAMES = "list of names"
    WEIGHTS = "weights by name"
    STAGE_PLAN = "weights by stage"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """The description of a field beside its type and default; part of the field's ``Annotated``.

    ``label`` names the field for people and ``help`` explains it in a sentence. ``at_least``, ``above`` (excluding the
    bound itself) and ``at_most`` bound a number, or each weight. ``step`` is what one press of a form's button adds.
    ``choices`` are the only values, or the only names of a list; a function where they depend on the installation.
    ``empty`` says what leaving the field out means. ``option`` is the name of the command-line option where that is not
    the field's. ``spelling`` turns each name of a list into the spelling that it is compared in.
    ``longest`` is how many characters a text or each name may have, ``most`` how many names a list. ``lines``: a text
    may have several lines. A text, or each name, must match ``pattern`` if there is one; ``example`` does.
    """

    label: str
    help: str
    _: KW_ONLY
    unit: str = ""
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    step: float | None = None
    choices: tuple[str, ...] | Callable[[], tuple[str, ...]] = ()
    empty: str = ""
    option: str = ""
    spelling: Callable[[str], str] | None = None
    longest: int = MAX_TEXT_LENGTH
    most: int = MAX_NAMES
    lines: bool = False
    pattern: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One row of the table: a field's name, what it holds, whether None is allowed, its default and its description."""

    name: str
    kind: Kind
    optional: bool
    default: Any
    spec: FieldSpec

    @property
    def title(self) -> str:
        """The label with the unit: ``Risk per position (%)``."""
        return f"{self.spec.label} ({self.spec.unit})" if self.spec.unit else self.spec.label

    @property
    def choices(self) -> tuple[str, ...]:
        """The values, or names of a list, that are allowed; empty where any are."""
        return self.spec.choices() if callable(self.spec.choices) else self.spec.choices

    @property
    def option(self) -> str:
        """The command-line option: ``--min-price``."""
        return f"--{self.spec.option or self.name.replace('_', '-')}"

    @property
    def summary(self) -> str:
        """The whole description in sentences: label, help, and the default where that is an empty field."""
        default = f" Default: {self.spec.empty}." if self.default in (None, ()) else ""
        return f"{self.spec.label}. {self.spec.help}{default}"

    @property
    def bounds(self) -> str:
        """The bounds of a number, or of each weight: ``1 to 100,000``, ``above 0, at most 100``; empty without any."""
        spec = self.spec
        if spec.at_least is not None and spec.at_most is not None:
            return f"{text_with(spec.at_least, 15)} to {text_with(spec.at_most, 15)}"
        named = (("at least", spec.at_least), ("above", spec.above), ("at most", spec.at_most))
        return ", ".join(f"{words} {text_with(bound, 15)}" for words, bound in named if bound is not None)


Table = Mapping[str, Field]


@cache
def table_of(kind: Any) -> Table:
    """Return the fields of a config class by name, in order. Raises TypeError for a field that is not described."""
    hints = typing.get_type_hints(kind, include_extras=True)
    return MappingProxyType({field.name: _row(field, hints[field.name]) for field in fields(kind)})


def _row(field: Any, hint: Any) -> Field:
    held, *notes = typing.get_args(hint) if typing.get_origin(hint) is typing.Annotated else (hint,)
    spec = next((note for note in notes if isinstance(note, FieldSpec)), None)
    if spec is None:
        raise TypeError(f"the field {field.name} has no FieldSpec")
    parts = typing.get_args(held)
    optional = NoneType in parts
    inner = next(part for part in parts if part is not NoneType) if optional else held
    return Field(field.name, _kind(inner, spec), optional, field.default, spec)


def _kind(held: Any, spec: FieldSpec) -> Kind:
    if held is str:
        return Kind.CHOICE if spec.choices else Kind.TEXT
    if held not in _KINDS:
        raise TypeError(f"no field of a config can hold {held!r}")
    return _KINDS[held]


_KINDS: dict[Any, Kind] = {
    int: Kind.COUNT,
    float: Kind.NUMBER,
    bool: Kind.FLAG,
    date: Kind.DATE,
    tuple[str, ...]: Kind.NAMES,
    tuple[tuple[str, float], ...]: Kind.WEIGHTS,
    StagePlan: Kind.STAGE_PLAN,
}
