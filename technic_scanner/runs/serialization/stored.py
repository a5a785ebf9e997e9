"""Writes documents to be stored, each with the version of its format, and reads them tolerantly.

A document is one JSON object with the version in ``v``; without it, it is of version 0, which release 0.1.0 wrote. A
reader ignores unknown fields and uses defaults for missing ones, so that processes of neighbouring versions can share a
store. Only a change that this does not cover needs a new version.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Generic, TypeVar, cast

from pydantic import ValidationError

from technic_scanner.criteria.language import LANGUAGE_VERSION
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.domain.renamed import with_new_names
from technic_scanner.errors import FieldProblem
from technic_scanner.runs.serialization import to_dict
from technic_scanner.runs.serialization.json_form import adapter_of, encode, well_formed

T = TypeVar("T")

VERSION = 1
VERSION_FIELD = "v"
LANGUAGE_FIELD = "criteria_language"
_NEWER_LANGUAGE = (
    f"are in version {{language}} of their language; this program knows it up to version {LANGUAGE_VERSION}"
)
_HEAD = f'{{"{VERSION_FIELD}":{VERSION},'
_HEAD_OF_ANY = re.compile(rf'^{{"{VERSION_FIELD}":\d+,')
_SHOWN_LETTERS = 60
_KEPT, _KEPT_LETTERS = 256, 20_000


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """The content of a stored document. ``value`` is None if it could not be read at all.

    ``problems`` name the fields that could not be read, which have their defaults in ``value``, or describe the
    document's fault. ``unknown`` are the fields that only the version which wrote the document knows.
    """

    value: T | None
    problems: tuple[FieldProblem, ...] = ()
    unknown: tuple[str, ...] = ()


def dump(value: Any) -> str:
    """Return a dataclass as a document: compact JSON in ASCII, which every database holds unchanged.

    Beside a config's criteria stands the version of their language.
    """
    text = _HEAD + encode(value).decode("ascii")[1:]
    if _has_criteria(value):
        return f'{text[:-1]},"{LANGUAGE_FIELD}":{LANGUAGE_VERSION}}}'
    return text


def _has_criteria(value: Any) -> bool:
    return isinstance(value, ScanConfig) and bool(value.criteria)


def dump_object(form: Mapping[str, Any]) -> str:
    """Return a JSON object as a document."""
    return json.dumps({VERSION_FIELD: VERSION, **form}, separators=(",", ":"), allow_nan=False)


def dump_over(value: Any, before: str) -> str:
    """Return the document of ``value`` that replaces ``before``; keeps fields that only a newer version knows."""
    try:
        payload, _ = with_new_names(_parsed(before))
    except _UnreadableError:
        return dump(value)
    kept = {name: payload[name] for name in _unknown(type(value), payload) if name != LANGUAGE_FIELD}
    if not kept:
        return dump(value)
    language = {LANGUAGE_FIELD: LANGUAGE_VERSION} if _has_criteria(value) else {}
    return dump_object(to_dict(value) | language | kept)


def without_version(text: str) -> str:
    """Return a document without its version, unparsed."""
    return _HEAD_OF_ANY.sub("{", text)


def read(kind: type[T], text: str) -> Reading[T]:
    """Read every readable field of a frozen dataclass's document; never raises because of its content.

    The newest that were read are kept: the same runs are read again for every estimate, page and list.
    """
    return cast(Reading[T], _read_once(cast(Hashable, kind), text)) if len(text) <= _KEPT_LETTERS else _read(kind, text)


def _read(kind: type[T], text: str) -> Reading[T]:
    try:
        payload, _ = with_new_names(_parsed(text))
    except _UnreadableError as error:
        return Reading(None, (error.problem,))
    newer = _newer_language(payload) if kind is ScanConfig else ()
    unknown = _unknown(kind, payload)
    try:
        return Reading(adapter_of(kind).validate_python(payload), newer, unknown)
    except ValidationError as error:
        problems = (*newer, *_problems(error), *_version_problem(payload))
        bad = {item["loc"][0] for item in error.errors() if item["loc"]}
    try:
        value = adapter_of(kind).validate_python({name: part for name, part in payload.items() if name not in bad})
    except ValidationError:  # a field without a default is among them
        return Reading(None, problems, unknown)
    return Reading(value, problems, unknown)


def _newer_language(payload: dict[str, Any]) -> tuple[FieldProblem, ...]:
    """Take the version of the criteria's language from a config; where it is a newer one, the criteria as well."""
    language = payload.pop(LANGUAGE_FIELD, LANGUAGE_VERSION)
    if not isinstance(language, int) or language <= LANGUAGE_VERSION:
        return ()
    payload.pop("criteria", None)
    return (FieldProblem("criteria", _NEWER_LANGUAGE.format(language=language)),)


_read_once = lru_cache(maxsize=_KEPT)(_read)


def read_event(text: str) -> Reading[ProgressEvent]:
    """Read a stored event like ``read``, faster if it has no faults; does not report unknown fields."""
    try:
        return Reading(adapter_of(ProgressEvent).validate_json(text))
    except ValidationError:
        return read(ProgressEvent, text)


def read_list(text: str, name: str) -> Reading[list[Any]]:
    """Read the list that a document holds under ``name``; in version 0 the document was the list itself."""
    try:
        payload = _loaded(text)
    except _UnreadableError as error:
        return Reading(None, (error.problem,))
    found = payload.get(name) if isinstance(payload, dict) else payload
    if isinstance(found, list):
        return Reading(found)
    return Reading(None, (FieldProblem(name, f"must be a list, not {_short(found)}"),))


class _UnreadableError(ValueError):
    """The document is not JSON, or not of the expected type."""

    def __init__(self, message: str) -> None:
        self.problem = FieldProblem("", message)
        super().__init__(message)


def _parsed(text: str) -> dict[str, Any]:
    payload = _loaded(text)
    if not isinstance(payload, dict):
        raise _UnreadableError(f"must be a JSON object, not {_short(payload)}")
    return payload


def _loaded(text: str) -> Any:
    try:
        return well_formed(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise _UnreadableError(f"is not JSON: {error}") from error


def _unknown(kind: Any, payload: Mapping[str, Any]) -> tuple[str, ...]:
    known = {VERSION_FIELD, *(field.name for field in fields(kind))}
    return tuple(name for name in payload if name not in known)


def _problems(error: ValidationError) -> Iterable[FieldProblem]:
    for item in error.errors(include_url=False):
        place = ".".join(map(str, item["loc"]))
        if item["type"] == "missing":
            yield FieldProblem(place, "is missing")
        else:
            wanted = item["msg"].removeprefix("Value error, ").replace("Input should", "must")
            yield FieldProblem(place, f"{wanted.partition(', unable to')[0]}, not {_short(item['input'])}")


def _version_problem(payload: Mapping[str, Any]) -> Iterable[FieldProblem]:
    version = payload.get(VERSION_FIELD, 0)
    if isinstance(version, int) and version > VERSION:
        yield FieldProblem(VERSION_FIELD, f"{version} is newer than {VERSION}, the newest that this program knows")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN_LETTERS else f"{text[: _SHOWN_LETTERS - 1]}…"
