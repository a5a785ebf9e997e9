"""Derives the documents that the API sends from the dataclasses behind them, so that a field is written down once."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Annotated, Any, Union

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic import Field as ModelField

from technic_scanner.domain.fields import Table
from technic_scanner.domain.stage import StagePlan
from technic_scanner.errors import FieldProblem

# How dataclasses are sent that have no document of their own.
_FORMS: dict[type, Any] = {
    StagePlan: Annotated[list[tuple[str, float]], BeforeValidator(lambda plan: plan.weights)],
    FieldProblem: Annotated[str, BeforeValidator(str)],
}


class Document(BaseModel):
    """Base of what is sent; reads domain objects by their attributes.

    ``class RunErrorDocument(Document, of=RunError)`` has a field for each of the dataclass, in the same order, all of
    them required; tuples are sent as lists, dataclasses as their documents, which must be there before. A field that
    the class itself declares takes the place of the dataclass's or is added; ``first`` and ``last`` change the order,
    ``without`` leaves fields out; ``described`` gives fields the titles and descriptions of a table of config fields.
    """

    model_config = ConfigDict(from_attributes=True)

    def __init_subclass__(
        cls,
        *,
        of: type | None = None,
        first: Iterable[str] = (),
        last: Iterable[str] = (),
        without: Iterable[str] = (),
        described: Table | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init_subclass__(**kwargs)
        if of is None:
            return
        own = dict(cls.__annotations__)
        hints = typing.get_type_hints(of)
        found = {field.name: hints[field.name] for field in fields(of) if field.name not in without}
        names = [*first, *(name for name in found if name not in {*first, *last}), *last]
        derived = {name: own[name] if name in own else _sent(found[name]) for name in names}
        for name, field in (described or {}).items():
            derived[name] = Annotated[derived[name], ModelField(title=field.title, description=field.spec.help)]
        # Before pydantic looks at them, which it does when this has returned.
        cls.__annotations__ = derived | {name: hint for name, hint in own.items() if name not in derived}
        _FORMS[of] = cls


def _sent(hint: Any) -> Any:
    """Return the type as which a dataclass's field of this type is sent."""
    if isinstance(hint, type) and hint in _FORMS:
        return _FORMS[hint]
    if isinstance(hint, type) and is_dataclass(hint):
        raise TypeError(f"{hint.__name__} has no document yet; declare it before the documents that hold it")
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple and parts[-1] is Ellipsis:
        return list.__class_getitem__(_sent(parts[0]))
    if origin is tuple:
        return tuple.__class_getitem__(tuple(map(_sent, parts)))
    if origin in (Union, types.UnionType):
        return Union[tuple(map(_sent, parts))]  # noqa: UP007 - of a tuple of types
    return hint
