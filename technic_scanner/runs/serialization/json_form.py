"""Builds pydantic's adapters between frozen dataclasses and this project's JSON form of them, from type hints alone."""

from __future__ import annotations

import inspect
import types
import typing
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from types import NoneType
from typing import Annotated, Any, Union

from pydantic import AfterValidator, AwareDatetime, GetCoreSchemaHandler, PlainSerializer, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, core_schema

from technic_scanner.domain.progress import EventKind, StageState
from technic_scanner.domain.stage import StagePlan
from technic_scanner.errors import ConfigError

# JSON has no such numbers: they are written "NaN", "Infinity" and "-Infinity", as protocol buffers' JSON mapping does.
_CONFIG = core_schema.CoreConfig(ser_json_inf_nan="strings")

# The members that stand for ones that only a newer version knows: an event of unknown kind is an advance, a stage in an
# unknown state is running.
_UNKNOWN_MEMBERS: dict[type[Enum], Enum] = {EventKind: EventKind.ADVANCED, StageState: StageState.RUNNING}


def adapter_of(kind: Any) -> TypeAdapter[Any]:
    """Return the adapter of a dataclass, compiled once.

    It reads tolerantly: fields that the dataclass does not have are ignored, missing ones get their
    default, or None if that is allowed, and an unknown member of an enum becomes the general one, if there is one.
    """
    return _compiled(kind)


@cache
def _compiled(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(Annotated[kind, _JsonForm()])


def encode(value: Any) -> bytes:
    """Return the JSON of a dataclass: compact, in ASCII, every field in order."""
    adapter = adapter_of(type(value))
    try:
        return adapter.dump_json(value, ensure_ascii=True, warnings=False)
    except PydanticSerializationError as error:
        # UTF-8 has no lone surrogates, but file names can contain them.
        try:
            fit = adapter.validate_python(well_formed(adapter.dump_python(value, warnings=False)))
        except ValidationError:
            raise error from None
        return adapter.dump_json(fit, ensure_ascii=True)


def well_formed(value: Any) -> Any:
    """Return JSON-like data with U+FFFD in place of each lone surrogate in its texts."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {well_formed(name): well_formed(part) for name, part in value.items()}
    return [well_formed(part) for part in value] if isinstance(value, list | tuple) else value


class _JsonForm:
    """Marks a dataclass whose fields, and the dataclasses in them, take this project's form."""

    def __get_pydantic_core_schema__(self, kind: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        if kind is StagePlan:
            return _plan_schema(handler)
        hints = typing.get_type_hints(kind)
        stored = [
            core_schema.dataclass_field(
                field.name,
                _with_default(field, handler.generate_schema(_formed(hints[field.name])), hints[field.name]),
            )
            for field in fields(kind)
        ]
        passed = _init_only(kind)
        return core_schema.dataclass_schema(
            kind,
            core_schema.dataclass_args_schema(kind.__name__, [*stored, *passed], collect_init_only=bool(passed)),
            [field.name for field in fields(kind)],
            post_init=hasattr(kind, "__post_init__"),
            slots=hasattr(kind, "__slots__"),
            frozen=True,
            config=_CONFIG,
        )


class _OpenEnum:
    """Marks an enum that reads an unknown member as the general one."""

    def __init__(self, fallback: Enum) -> None:
        self._fallback = fallback

    def __get_pydantic_core_schema__(self, kind: Any, _handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        known = core_schema.enum_schema(kind, list(kind), sub_type="str")
        return core_schema.with_default_schema(known, default=self._fallback, on_error="default")


def _utc_text(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone cannot be stored: {at.isoformat()}")
    return at.astimezone(UTC).isoformat()


_UtcTime = Annotated[
    AwareDatetime,
    AfterValidator(lambda at: at.astimezone(UTC)),
    PlainSerializer(_utc_text, return_type=str, when_used="json"),
]


def _formed(hint: Any) -> Any:
    """Return a type hint with this project's form at every leaf that has one of its own."""
    if hint is datetime:
        return _UtcTime
    if isinstance(hint, type) and is_dataclass(hint):
        return Annotated[hint, _JsonForm()]
    if isinstance(hint, type) and hint in _UNKNOWN_MEMBERS:
        return Annotated[hint, _OpenEnum(_UNKNOWN_MEMBERS[hint])]
    origin, parts = typing.get_origin(hint), tuple(_formed(part) for part in typing.get_args(hint))
    if origin in (Union, types.UnionType):
        return Union[parts]  # noqa: UP007 - of a tuple of types
    return tuple.__class_getitem__(parts) if origin is tuple else hint


def _with_default(field: Field[Any], schema: core_schema.CoreSchema, hint: Any) -> core_schema.CoreSchema:
    """Make a field optional if it has a default or may be None (unknown)."""
    if field.default is not MISSING:
        return core_schema.with_default_schema(schema, default=field.default)
    if field.default_factory is not MISSING:
        return core_schema.with_default_schema(schema, default_factory=field.default_factory)
    return core_schema.with_default_schema(schema, default=None) if NoneType in typing.get_args(hint) else schema


def _init_only(kind: type) -> list[core_schema.DataclassField]:
    """Return the parameters of a dataclass that are not fields; they are never stored and have their defaults."""
    names = {field.name for field in fields(kind)}
    return [
        core_schema.dataclass_field(
            name,
            core_schema.with_default_schema(core_schema.any_schema(), default=parameter.default),
            init_only=True,
        )
        for name, parameter in inspect.signature(kind).parameters.items()
        if name not in names
    ]


def _plan_schema(handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
    """Return the schema of a stage plan: a list of [stage, weight], because the order matters."""
    pairs = handler.generate_schema(tuple[tuple[str, float], ...])
    as_pairs = core_schema.plain_serializer_function_ser_schema(lambda plan: plan.weights, return_schema=pairs)
    return core_schema.no_info_after_validator_function(_plan_of, pairs, serialization=as_pairs)


def _plan_of(weights: tuple[tuple[str, float], ...]) -> StagePlan:
    try:
        return StagePlan(weights)
    except ConfigError as error:
        raise ValueError(str(error)) from error  # the errors that pydantic reports as a bad value
