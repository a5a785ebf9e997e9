"""Convert a scan configuration to widget values and back without loss, so that the form restores a preset exactly."""

from __future__ import annotations

import re
from typing import Any, Protocol

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.stage import StagePlan
from technic_scanner.screening.scoring import SUB_SCORES

PREFIX = "form_"
ALL_PICKS = 0

_PLAIN_CONFIG = (
    "source",
    "universe",
    "max_symbols",
    "lookback_days",
    "as_of_date",
    "direction",
    "strategy_profile_name",
    "sector_neutral",
)
_FLOAT_CONFIG = (
    "min_price",
    "min_dollar_volume",
    "min_tech_rating",
    "account_size",
    "risk_pct",
    "target_rr",
    "max_position_pct",
)
_LISTS = ("sectors", "industries", "subindustries")
_PLAIN_OPTIONS = (
    "executor",
    "workers",
    "scheduler",
    "chunk_size",
    "fetch_batch_size",
    "event_interval_seconds",
    "refresh",
)


class Values(Protocol):
    """Widget values by key: a dict, or the page's session state."""

    def __getitem__(self, key: str, /) -> Any: ...


def key(name: str) -> str:
    """Return the widget key of a field."""
    return PREFIX + name


def form_values(config: ScanConfig, options: RunOptions) -> dict[str, Any]:
    """Return every widget's value for a config and its options, by widget key."""
    values: dict[str, Any] = {key(name): getattr(config, name) for name in _PLAIN_CONFIG}
    # Number widgets with a fractional step refuse an int, and JSON presets may contain one.
    values |= {key(name): float(getattr(config, name)) for name in _FLOAT_CONFIG}
    values |= {key(name): list(getattr(config, name)) for name in _LISTS}
    values |= {key(name): getattr(options, name) for name in _PLAIN_OPTIONS}
    values[key("industry_contains")] = config.industry_contains or ""
    values[key("symbols")] = " ".join(config.symbols)
    values[key("top_n")] = ALL_PICKS if config.top_n is None else config.top_n
    weights = dict(config.profile_weights)
    values |= {key(f"weight_{name}"): weights.get(name) for name in SUB_SCORES}
    values |= {key(f"stage_{name}"): weight for name, weight in options.stage_plan.weights}
    return values


def config_of(values: Values) -> ScanConfig:
    """Return the config of widget values; it is not validated here."""
    fields: dict[str, Any] = {name: values[key(name)] for name in _PLAIN_CONFIG + _FLOAT_CONFIG}
    fields |= {name: tuple(values[key(name)]) for name in _LISTS}
    fields["industry_contains"] = values[key("industry_contains")].strip() or None
    fields["symbols"] = split_symbols(values[key("symbols")])
    top_n = values[key("top_n")]
    fields["top_n"] = None if top_n == ALL_PICKS else top_n
    weights = ((name, values[key(f"weight_{name}")]) for name in SUB_SCORES)
    fields["profile_weights"] = tuple((name, weight) for name, weight in weights if weight is not None)
    return ScanConfig(**fields)


def options_of(values: Values) -> RunOptions:
    """Return the run options of widget values. Raises ConfigError if the stage weights are invalid."""
    fields: dict[str, Any] = {name: values[key(name)] for name in _PLAIN_OPTIONS}
    fields["scheduler"] = fields["scheduler"] or None
    weights = tuple((name, values[key(f"stage_{name}")]) for name in RunOptions().stage_plan.names)
    return RunOptions(**fields, stage_plan=StagePlan(weights))


def split_symbols(text: str) -> tuple[str, ...]:
    """Return the symbols of a pasted list, separated by spaces, commas, semicolons or newlines."""
    return tuple(part for part in re.split(r"[\s,;]+", text.upper()) if part)
