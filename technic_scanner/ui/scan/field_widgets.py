"""Draws the form's widget of a config field: label, bounds, step, choices and help as the domain's table has them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import streamlit as st

from technic_scanner.domain.config import CONFIG_FIELDS, OPTION_FIELDS
from technic_scanner.domain.fields import Field, Kind
from technic_scanner.pipeline.universe import CHOOSING_FIELDS
from technic_scanner.ui.scan.form_state import key
from technic_scanner.ui.style.theme import stage_label

Place = Any  # the streamlit module, or a column or container of a page

# What no other field and no count depends on waits in the browser until something else is pressed.
_WAITS: dict[str, Any] = {"on_change": "ignore", "persist_state": "session"}
_REACTS: dict[str, Any] = {"persist_state": "session"}
_REACTING = frozenset({*CHOOSING_FIELDS, "lookback_sessions", "strategy_profile_name", "executor", "workers"})
# Shows every digit of a number and no more: a shorter form would not say what the config holds.
_ALL_DIGITS = "%g"
# A calendar needs bounds; without any, it would take today and ten years before and after it.
_FIRST_DATE, _LAST_DATE = date(1900, 1, 1), date(2099, 12, 31)


def draw(place: Place, name: str, **more: Any) -> None:
    """Draw the widget of a field; ``more`` is added to what Streamlit is told, or replaces it."""
    field = _field(name)
    reaction = _REACTS if name in _REACTING else _WAITS
    _WIDGETS[field.kind](place, field, {"key": key(name), "help": field.spec.help} | reaction | more)


def draw_buttons(place: Place, name: str) -> None:
    """Draw the few choices of a field as buttons."""
    field = _field(name)
    shown = with_current(field.choices, st.session_state[key(name)])
    place.segmented_control(
        field.title, shown, format_func=stage_label, key=key(name), help=field.spec.help, required=True, **_WAITS
    )


def draw_choice(place: Place, name: str, options: Iterable[str], **more: Any) -> None:
    """Draw a list to choose one of ``options`` from, and the present value where it is not among them."""
    field = _field(name)
    chosen = st.session_state[key(name)]
    shown = with_current(options, *(() if chosen is None else (chosen,)))
    place.selectbox(field.title, shown, key=key(name), **{"help": field.spec.help} | _REACTS | more)


def draw_names(place: Place, name: str, options: Iterable[str]) -> None:
    """Draw a list to choose some of ``options`` from, and the present values that are not among them."""
    field = _field(name)
    shown = with_current(options, *st.session_state[key(name)])
    place.multiselect(field.title, shown, key=key(name), help=field.spec.help, **_REACTS | _empty(field))


def draw_weight(place: Place, name: str, weight_key: str, label: str, **more: Any) -> None:
    """Draw the widget of one weight of a field that holds weights."""
    _number(place, _field(name), {"key": weight_key, "label": label} | _WAITS | more)


def draw_date(place: Place, name: str, first: date | None, last: date | None) -> None:
    """Draw a calendar from the first to the last date; the present value can be chosen even if it is outside."""
    chosen = st.session_state[key(name)]
    low, high = first or _FIRST_DATE, last or _LAST_DATE
    bounds = {"min_value": min(low, chosen or low), "max_value": max(high, chosen or high)}
    draw(place, name, **bounds)


def with_current(options: Iterable[Any], *current: Any) -> list[Any]:
    """Return the options and, after them, values in use that are not among them (an old preset's, for example)."""
    known = list(options)
    return [*known, *(value for value in current if value not in known)]


def _field(name: str) -> Field:
    return CONFIG_FIELDS.get(name) or OPTION_FIELDS[name]


def _empty(field: Field) -> dict[str, Any]:
    """Return what an empty widget says."""
    return {"placeholder": field.spec.empty.capitalize()} if field.spec.empty else {}


def _number(place: Place, field: Field, given: dict[str, Any]) -> None:
    spec = field.spec
    whole = field.kind is Kind.COUNT
    low = spec.at_least if spec.above is None else spec.above
    numbers = {"min_value": low, "max_value": spec.at_most, "step": spec.step}
    typed = {name: None if value is None else int(value) if whole else float(value) for name, value in numbers.items()}
    form: dict[str, Any] = {} if whole else {"format": _ALL_DIGITS}
    if field.optional:
        form["value"] = None
    place.number_input(**{"label": field.title} | typed | form | _empty(field) | given)


def _choice(place: Place, field: Field, given: dict[str, Any]) -> None:
    shown = with_current(field.choices, st.session_state[key(field.name)])
    place.selectbox(field.title, shown, format_func=stage_label, **given)


def _names(place: Place, field: Field, given: dict[str, Any]) -> None:
    shown = with_current(field.choices, *st.session_state[key(field.name)])
    free = {} if field.choices else {"accept_new_options": True}
    place.multiselect(field.title, shown, **free | _empty(field) | given)


def _text(place: Place, field: Field, given: dict[str, Any]) -> None:
    place.text_input(field.title, **_empty(field) | given)


def _flag(place: Place, field: Field, given: dict[str, Any]) -> None:
    place.toggle(field.title, **given)


def _date(place: Place, field: Field, given: dict[str, Any]) -> None:
    place.date_input(field.title, value=None, format="YYYY-MM-DD", **given)


_WIDGETS: dict[Kind, Callable[[Place, Field, dict[str, Any]], None]] = {
    Kind.TEXT: _text,
    Kind.CHOICE: _choice,
    Kind.COUNT: _number,
    Kind.NUMBER: _number,
    Kind.FLAG: _flag,
    Kind.DATE: _date,
    Kind.NAMES: _names,
}
