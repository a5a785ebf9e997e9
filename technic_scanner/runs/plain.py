"""Turns frozen dataclasses into plain JSON values and back, led by their type hints alone."""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import Any

from technic_scanner.errors import FieldProblem

Problems = list[FieldProblem]
Encode = Callable[[Any], Any]
Decode = Callable[[Any, str, Problems], Any]

# JSON has no such numbers; these spellings are those of protocol buffers' JSON mapping.
_NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class _Bad:
    """Stands in for a value that could not be read; its problem has been noted."""


BAD = _Bad()


@dataclass(frozen=True, slots=True)
class Codec:
    """Both ways between one type and its plain form. ``decode`` notes problems instead of raising and returns BAD."""

    encode: Encode
    decode: Decode


@dataclass(frozen=True, slots=True)
class FieldCodec:
    """One field of a dataclass: its codec, and what to take when the plain form lacks it (MISSING: it must not)."""

    name: str
    codec: Codec
    default: Any


@cache
def fields_of(kind: Any) -> tuple[FieldCodec, ...]:
    """Return the codecs of a dataclass's stored fields, in order; compiled once per class."""
    hints = typing.get_type_hints(kind)
    return tuple(FieldCodec(field.name, codec_of(hints[field.name]), _default(field)) for field in fields(kind))


@cache
def codec_of(hint: Any) -> Codec:
    """Return the codec of a type: text, numbers, dates, enums, tuples, optional ones, dataclasses of these."""
    if hint in _SCALARS:
        return _SCALARS[hint]
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return _optional(hint)
    if origin is tuple:
        return _tuple(typing.get_args(hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _enum(hint)
    if is_dataclass(hint) and isinstance(hint, type):
        return _dataclass(hint)
    raise TypeError(f"no plain form for {hint!r}")


def to_plain(value: Any) -> Any:
    """Return the plain form of a dataclass: dicts, lists, text, numbers, booleans and None."""
    kind: Any = type(value)
    return codec_of(kind).encode(value)


def decode_fields(kind: Any, payload: Mapping[str, Any], path: str, problems: Problems) -> dict[str, Any]:
    """Return the readable fields that ``payload`` holds of a dataclass; unreadable and lacking ones are problems."""
    values: dict[str, Any] = {}
    for field in fields_of(kind):
        if field.name in payload:
            value = field.codec.decode(payload[field.name], _join(path, field.name), problems)
            if value is not BAD:
                values[field.name] = value
        elif field.default is MISSING:
            problems.append(FieldProblem(_join(path, field.name), "is missing"))
    return values


def _default(field: Any) -> Any:
    if field.default is not MISSING:
        return field.default
    return MISSING if field.default_factory is MISSING else field.default_factory


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _bad(path: str, wanted: str, value: object, problems: Problems) -> _Bad:
    problems.append(FieldProblem(path, f"must be {wanted}, not {_short(value)}"))
    return BAD


def _short(value: object, limit: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _same(value: Any) -> Any:
    return value


def _decode_text(value: Any, path: str, problems: Problems) -> Any:
    return str(value) if isinstance(value, str) else _bad(path, "text", value, problems)


def _decode_bool(value: Any, path: str, problems: Problems) -> Any:
    return value if isinstance(value, bool) else _bad(path, "true or false", value, problems)


def _decode_int(value: Any, path: str, problems: Problems) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return _bad(path, "a whole number", value, problems)


def _encode_float(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if math.isfinite(value):
        return float(value)
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def _decode_float(value: Any, path: str, problems: Problems) -> Any:
    if isinstance(value, str) and value in _NOT_FINITE:
        return _NOT_FINITE[value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _bad(path, "a number", value, problems)
    try:
        return float(value)
    except OverflowError:
        return _bad(path, "a number that fits a float", value, problems)


def _decode_date(value: Any, path: str, problems: Problems) -> Any:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return _bad(path, "a date such as 2010-08-20", value, problems)


def _encode_datetime(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError(f"a time without a zone cannot be stored: {value.isoformat()}")
    return value.astimezone(UTC).isoformat()


def _decode_datetime(value: Any, path: str, problems: Problems) -> Any:
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        at = None
    if at is None or at.tzinfo is None:
        return _bad(path, "a time with a zone such as 2026-01-02T14:30:00+00:00", value, problems)
    return at.astimezone(UTC)


def _encode_date(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


_SCALARS: dict[Any, Codec] = {
    str: Codec(_same, _decode_text),
    bool: Codec(_same, _decode_bool),
    int: Codec(_same, _decode_int),
    float: Codec(_encode_float, _decode_float),
    date: Codec(_encode_date, _decode_date),
    datetime: Codec(_encode_datetime, _decode_datetime),
}


def _optional(hint: Any) -> Codec:
    (inner_type,) = (part for part in typing.get_args(hint) if part is not type(None))
    inner = codec_of(inner_type)

    def encode(value: Any) -> Any:
        return None if value is None else inner.encode(value)

    def decode(value: Any, path: str, problems: Problems) -> Any:
        return None if value is None else inner.decode(value, path, problems)

    return Codec(encode, decode)


def _tuple(args: tuple[Any, ...]) -> Codec:
    if len(args) == 2 and args[1] is Ellipsis:
        return _list(codec_of(args[0]), of_pairs=typing.get_origin(args[0]) is tuple)
    return _record(tuple(codec_of(arg) for arg in args))


def _list(inner: Codec, *, of_pairs: bool) -> Codec:
    def encode(values: Any) -> Any:
        return [inner.encode(value) for value in values]

    def decode(values: Any, path: str, problems: Problems) -> Any:
        if of_pairs and isinstance(values, Mapping):
            values = list(values.items())
        if values is None or isinstance(values, str):
            values = () if values is None else (values,)
        if not isinstance(values, list | tuple):
            return _bad(path, "a list", values, problems)
        read = tuple(inner.decode(value, f"{path}[{index}]", problems) for index, value in enumerate(values))
        return BAD if any(value is BAD for value in read) else read

    return Codec(encode, decode)


def _record(parts: tuple[Codec, ...]) -> Codec:
    def encode(values: Any) -> Any:
        return [part.encode(value) for part, value in zip(parts, values, strict=True)]

    def decode(values: Any, path: str, problems: Problems) -> Any:
        if not isinstance(values, list | tuple) or len(values) != len(parts):
            return _bad(path, f"a list of {len(parts)} values", values, problems)
        read = tuple(part.decode(value, path, problems) for part, value in zip(parts, values, strict=True))
        return BAD if any(value is BAD for value in read) else read

    return Codec(encode, decode)


def _enum(kind: type[Enum]) -> Codec:
    def decode(value: Any, path: str, problems: Problems) -> Any:
        try:
            return kind(value)
        except ValueError:
            return _bad(path, f"one of {', '.join(str(member.value) for member in kind)}", value, problems)

    return Codec(lambda member: member.value, decode)


def _dataclass(kind: Any) -> Codec:
    def encode(value: Any) -> Any:
        return {field.name: field.codec.encode(getattr(value, field.name)) for field in fields_of(kind)}

    def decode(payload: Any, path: str, problems: Problems) -> Any:
        if not isinstance(payload, Mapping):
            return _bad(path, "an object", payload, problems)
        before = len(problems)
        values = decode_fields(kind, payload, path, problems)
        return BAD if len(problems) > before else kind(**values)

    return Codec(encode, decode)
