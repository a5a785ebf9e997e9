"""Convert a scan configuration to widget values and back without loss, so that the form restores a preset exactly."""

from __future__ import annotations

import re
from typing import Any, Protocol

from technic_scanner.domain.config import CONFIG_FIELDS, OPTION_FIELDS, RunOptions, ScanConfig
from technic_scanner.domain.fields import Field, Kind
from technic_scanner.domain.options import stage_plan_of
from technic_scanner.domain.profiles import SUB_SCORES

PREFIX = "form_"
# No widget: the order of the stages, which their widgets are drawn in.
_STAGES = "stage_order"
_SYMBOL = re.compile(r'"((?:[^"]|"")+)"|([^\s,;]+)')
_BARE = re.compile(r'[^\s,;"]+')
_QUOTE = '"'
# What other programs put around a symbol: single and typographic quotation marks.
_QUOTES = "'`´‘’“”„«»"


class Values(Protocol):
    """Widget values by key: a dict, or the page's session state."""

    def __getitem__(self, key: str, /) -> Any: ...


def key(name: str) -> str:
    """Return the widget key of a field."""
    return PREFIX + name


def weight_key(name: str) -> str:
    """Return the widget key of a sub-score's weight."""
    return key(f"weight_{name}")


def stage_key(name: str) -> str:
    """Return the widget key of a stage's weight."""
    return key(f"stage_{name}")


def form_values(config: ScanConfig, options: RunOptions) -> dict[str, Any]:
    """Return every widget's value for a config and its options, by widget key."""
    values = {key(name): _widget_value(field, getattr(config, name)) for name, field in CONFIG_FIELDS.items()}
    values |= {key(name): _widget_value(field, getattr(options, name)) for name, field in OPTION_FIELDS.items()}
    del values[key("profile_weights")], values[key("stage_plan")]
    values[key("symbols")] = joined_symbols(config.symbols)
    weights = dict(config.profile_weights)
    values |= {weight_key(name): weights.get(name) for name in SUB_SCORES}
    values |= {stage_key(name): float(weight) for name, weight in options.stage_plan.weights}
    values[key(_STAGES)] = options.stage_plan.names
    return values


def config_of(values: Values) -> ScanConfig:
    """Return the config of widget values; it is not validated here."""
    fields = {name: values[key(name)] for name in CONFIG_FIELDS if name != "profile_weights"}
    fields["symbols"] = split_symbols(values[key("symbols")])
    weights = ((name, values[weight_key(name)]) for name in SUB_SCORES)
    fields["profile_weights"] = tuple((name, weight) for name, weight in weights if weight is not None)
    return ScanConfig(**fields)


def options_of(values: Values) -> RunOptions:
    """Return the run options of widget values. Raises ConfigError if the stage weights are invalid."""
    fields = {name: values[key(name)] for name in OPTION_FIELDS if name != "stage_plan"}
    plan = stage_plan_of((name, values[stage_key(name)]) for name in stages_of(values))
    return RunOptions(**fields, stage_plan=plan)


def stages_of(values: Values) -> tuple[str, ...]:
    """Return the stages whose weights the form holds, in the order of the plan."""
    names: tuple[str, ...] = values[key(_STAGES)]
    return names


def split_symbols(text: str) -> tuple[str, ...]:
    """Return the symbols of a pasted list: separated by spaces, commas, semicolons or newlines.

    A symbol that contains one of these or a quotation mark is quoted, with quotation marks in it doubled. Other kinds
    of quotation marks around a symbol are left out.
    """
    parts = ((quoted.replace('""', '"') or bare.strip(_QUOTES)) for quoted, bare in _SYMBOL.findall(text))
    return tuple(part.upper() for part in parts if part)


def joined_symbols(symbols: tuple[str, ...]) -> str:
    """Return the list that ``split_symbols`` splits into these symbols."""
    return " ".join(symbol if _is_bare(symbol) else f'"{symbol.replace(_QUOTE, _QUOTE * 2)}"' for symbol in symbols)


def _is_bare(symbol: str) -> bool:
    """Return whether a symbol is read back as it is without quotation marks around it."""
    return _BARE.fullmatch(symbol) is not None and symbol == symbol.strip(_QUOTES)


def _widget_value(field: Field, value: Any) -> Any:
    if field.kind is Kind.NAMES:
        return list(value)
    # Where a text field shows nothing, its config holds None; a list to choose from knows None itself.
    return "" if value is None and field.kind is Kind.TEXT and field.name != "universe" else value
