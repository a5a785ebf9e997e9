"""The fields of configs and options in JSON schemas, answers and query parameters, from the table of the domain."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field as ModelField
from pydantic import WithJsonSchema

from technic_scanner.domain.fields import Field, Kind, Table
from technic_scanner.domain.printable import CONTROLS
from technic_scanner.domain.renamed import RENAMED_FIELDS
from technic_scanner.domain.stage import StagePlan

# Text that any store can hold and any page can show: no control characters, no lone surrogates.
TEXT_PATTERN = rf"^[^{CONTROLS}]*$"
# The same, not blank.
NAME_PATTERN = rf"^[^{CONTROLS}]*[^{CONTROLS}\s][^{CONTROLS}]*$"
# The same, with no blank at either end.
TRIMMED_PATTERN = rf"^[^{CONTROLS}\s]([^{CONTROLS}]*[^{CONTROLS}\s])?$"
# The same as the first, with tabs and ends of lines.
LINES_PATTERN = rf"^([^{CONTROLS}]|[\t\n\r])*$"
_NO_CONTROLS = "must hold no control characters and none that turn text around"
# What a text that matches none of them is told.
TEXT_RULES = {
    TEXT_PATTERN: _NO_CONTROLS,
    NAME_PATTERN: f"{_NO_CONTROLS}, and must not be blank",
    TRIMMED_PATTERN: f"{_NO_CONTROLS}, and must not begin or end with a blank",
    LINES_PATTERN: f"{_NO_CONTROLS}, except ends of lines and tabs",
}

Schema = dict[str, Any]
_NULL: Schema = {"type": "null"}


def request_schema(table: Table, defaults: Mapping[str, Any], description: str) -> Schema:
    """Return the JSON schema of an object of fields, all optional, old names among them marked as deprecated."""
    properties = {name: field_schema(field) | {"default": defaults[name]} for name, field in table.items()}
    renamed = {old: new for old, new in RENAMED_FIELDS.items() if new in table}
    properties |= {old: old_schema(table[new]) for old, new in renamed.items()}
    schema = {"type": "object", "description": description, "properties": properties, "additionalProperties": False}
    # Both are taken where they are equal, which no schema can say; so this one asks for either.
    either = [{"not": {"required": [old, new]}} for old, new in renamed.items()]
    return schema | ({"allOf": either} if either else {})


def field_schema(field: Field) -> Schema:
    """Return the JSON schema of what a request may give for a field."""
    return {"title": field.title, "description": field.spec.help} | _value_schema(field)


def old_schema(field: Field) -> Schema:
    """Return the JSON schema of a renamed field under its old name."""
    return field_schema(field) | {"deprecated": True, "description": f"The old name of `{field.name}`; give one."}


def answer_fields(kind: Any, table: Table) -> dict[str, Any]:
    """Return the fields of a model that holds every field of a config class, for ``pydantic.create_model``."""
    hints = typing.get_type_hints(kind)
    return {
        name: (
            tuple[tuple[str, float], ...] if hints[name] is StagePlan else hints[name],
            ModelField(title=field.title, description=field.spec.help),
        )
        for name, field in table.items()
    }


def query_fields(table: Table, names: Iterable[str]) -> dict[str, Any]:
    """Return query parameters of some fields as the text that was sent, for ``pydantic.create_model``.

    They are described as what the text must say; ``given_in_query`` makes values of it that are read like a body's.
    """
    found: dict[str, Any] = {}
    for name in names:
        field = table[name]
        found[name] = _parameter(field, field_schema(field))
        found |= {old: _parameter(field, old_schema(field)) for old, new in RENAMED_FIELDS.items() if new == name}
    return found


def given_in_query(table: Table, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a query gives for fields as a body would give it: text that spells a number becomes the number."""
    rows = {name: table[RENAMED_FIELDS.get(name, name)] for name in sent}
    return {name: _NUMBERS[row.kind](sent[name]) if row.kind in _NUMBERS else sent[name] for name, row in rows.items()}


def _parameter(field: Field, schema: Schema) -> Any:
    if field.kind is Kind.NAMES:
        # Without the most names that a body may hold: a URL with that many is refused by the server itself.
        names = schema | {"type": "array", "items": _name(field)}
        names.pop("anyOf", None)
        return Annotated[list[str], WithJsonSchema(names)], ModelField(default_factory=list)
    plain = schema | _first_of(schema)
    plain.pop("anyOf", None)
    return Annotated[str | None, WithJsonSchema(plain)], ModelField(default=field.default)


def _first_of(schema: Schema) -> Schema:
    """Return the first alternative of a schema: a query cannot hold null, the second one."""
    first: Schema = schema.get("anyOf", [{}])[0]
    return first


def _value_schema(field: Field) -> Schema:
    schema = _SCHEMAS[field.kind](field)
    return {"anyOf": [schema, _NULL]} if field.optional else schema


def _text(field: Field) -> Schema:
    pattern = field.spec.pattern or (LINES_PATTERN if field.spec.lines else TEXT_PATTERN)
    return {"type": "string", "maxLength": field.spec.longest, "pattern": pattern}


def _name(field: Field) -> Schema:
    """Return the schema of one name of several: text that shows something."""
    visible = {} if field.spec.pattern else {"pattern": NAME_PATTERN}
    return _text(field) | {"minLength": 1} | visible


def _choice(field: Field) -> Schema:
    return {"type": "string", "enum": list(field.choices)}


def _count(field: Field) -> Schema:
    return {"type": "integer"} | _bounds(field)


def _number(field: Field) -> Schema:
    return {"type": "number"} | _bounds(field)


def _bounds(field: Field) -> Schema:
    spec = field.spec
    bounds = {"minimum": spec.at_least, "exclusiveMinimum": spec.above, "maximum": spec.at_most}
    return {name: bound for name, bound in bounds.items() if bound is not None}


def _flag(_: Field) -> Schema:
    return {"type": "boolean"}


def _date(_: Field) -> Schema:
    return {"type": "string", "format": "date"}


def _names(field: Field) -> Schema:
    return {"anyOf": [{"type": "array", "items": _name(field), "maxItems": field.spec.most}, _name(field), _NULL]}


def _weights(field: Field) -> Schema:
    return {"anyOf": [*_weight_lists(field), _NULL]}


def _stage_plan(field: Field) -> Schema:
    return {"anyOf": _weight_lists(field)}


def _weight_lists(field: Field) -> list[Schema]:
    name = {"type": "string"} | ({"enum": list(field.choices)} if field.choices else {})
    weight = _number(field)
    pair = {"type": "array", "prefixItems": [name, weight], "minItems": 2, "maxItems": 2}
    by_name: Schema = {"type": "object", "additionalProperties": weight}
    if field.choices:
        by_name = {"type": "object", "properties": dict.fromkeys(field.choices, weight), "additionalProperties": False}
    return [{"type": "array", "items": pair}, by_name]


_SCHEMAS: dict[Kind, Callable[[Field], Schema]] = {
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


def _number_in(text: Any) -> Any:
    try:
        return float(text)
    except (TypeError, ValueError):
        return text


def _count_in(text: Any) -> Any:
    """Return a whole number, also one written as ``12.0``."""
    try:
        return int(text)
    except (TypeError, ValueError):
        number = _number_in(text)
        return int(number) if isinstance(number, float) and number.is_integer() else text


_NUMBERS: dict[Kind, Callable[[Any], Any]] = {Kind.NUMBER: _number_in, Kind.COUNT: _count_in}
