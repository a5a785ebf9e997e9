"""What to scan (ScanConfig) and how to run it (RunOptions)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import InitVar, dataclass, fields
from datetime import date, datetime
from typing import Any

from technic_scanner.domain.sectors import GICS_SECTORS, to_gics
from technic_scanner.domain.stage import Stage, StagePlan
from technic_scanner.errors import ConfigError, FieldProblem

DIRECTIONS: tuple[str, ...] = ("long", "short", "both")
STRATEGY_PROFILES: tuple[str, ...] = ("short_term_swing", "position", "mean_reversion", "breakout")
# Those that are built in; a run may name any that is installed, which runs.service.validation checks.
EXECUTORS: tuple[str, ...] = ("local", "dask")

_TUPLE_FIELDS = ("sectors", "industries", "subindustries", "symbols")


@dataclass(frozen=True, slots=True)
class ScanConfig:
    """What to scan; equal configs are comparable runs.

    Constructing one never raises for a bad value: ``problems()`` lists every bad field, and whatever runs a config
    raises one ConfigError with all of them. Filters left empty do not filter.

    ``lookback_days`` and ``max_symbols`` are counts of sessions and symbols; ``min_price`` is in the price's currency,
    ``min_dollar_volume`` is the 20-session mean of close × volume; ``min_tech_rating`` is 0–100; ``risk_pct`` is per
    cent of ``account_size`` risked on one position; ``target_rr`` is reward ÷ risk; ``top_n`` is how many picks to plan
    (None: every row that passes). ``profile_weights`` override the profile's sub-score weights, as (name, weight).
    ``allow_shorts=True`` is the earlier API's way to say ``direction="both"``.
    """

    source: str = "sample"
    universe: str | None = None
    sectors: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    subindustries: tuple[str, ...] = ()
    industry_contains: str | None = None
    symbols: tuple[str, ...] = ()
    max_symbols: int = 6000
    lookback_days: int = 400
    as_of_date: date | None = None
    min_price: float = 1.0
    min_dollar_volume: float = 250_000.0
    min_tech_rating: float = 0.0
    top_n: int | None = 50
    direction: str = "long"
    strategy_profile_name: str = "short_term_swing"
    profile_weights: tuple[tuple[str, float], ...] = ()
    sector_neutral: bool = False
    account_size: float = 10_000.0
    risk_pct: float = 1.0
    target_rr: float = 2.0
    max_position_pct: float = 25.0
    allow_shorts: InitVar[bool] = False

    def __post_init__(self, allow_shorts: bool) -> None:
        for name in _TUPLE_FIELDS:
            object.__setattr__(self, name, _as_tuple(getattr(self, name)))
        object.__setattr__(self, "sectors", tuple(_gics_or_same(name) for name in self.sectors))
        object.__setattr__(self, "symbols", tuple(dict.fromkeys(_symbol(name) for name in self.symbols)))
        object.__setattr__(self, "profile_weights", _as_pairs(self.profile_weights))
        object.__setattr__(self, "as_of_date", _as_date(self.as_of_date))
        if allow_shorts and self.direction == "long":
            object.__setattr__(self, "direction", "both")

    def problems(self) -> tuple[FieldProblem, ...]:
        """Return every bad field; empty when the config can be run (the source's own checks come later)."""
        return tuple(_config_problems(self))

    def check(self) -> None:
        """Raise ConfigError listing every bad field, if there is one."""
        if problems := self.problems():
            raise ConfigError(problems)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to run a scan; changes no number in the result.

    ``workers`` None means one per core. ``chunk_size`` and ``fetch_batch_size`` are symbols. ``event_interval_seconds``
    is the least time between two stored advance events. ``refresh`` asks the source for newer bars of every symbol,
    also where what the price cache holds would do, and again for symbols that had none.
    """

    executor: str = "local"
    workers: int | None = None
    scheduler: str | None = None
    chunk_size: int = 250
    fetch_batch_size: int = 100
    event_interval_seconds: float = 0.2
    refresh: bool = False
    stage_plan: StagePlan = StagePlan()  # noqa: RUF009 - frozen, safe to share

    def problems(self) -> tuple[FieldProblem, ...]:
        """Return every bad field."""
        return tuple(_options_problems(self))

    def check(self) -> None:
        """Raise ConfigError listing every bad field, if there is one."""
        if problems := self.problems():
            raise ConfigError(problems)


def field_names(kind: type[ScanConfig | RunOptions]) -> tuple[str, ...]:
    """Return the stored field names of a config class, in order."""
    return tuple(field.name for field in fields(kind))


def _config_problems(config: ScanConfig) -> Iterable[FieldProblem]:
    yield from _unknown("sectors", config.sectors, GICS_SECTORS)
    yield from _not_text(config)
    yield from _count("max_symbols", config.max_symbols, 1, 100_000)
    yield from _count("lookback_days", config.lookback_days, 1, 20_000)
    if config.top_n is not None:
        yield from _count("top_n", config.top_n, 1, 100_000)
    yield from _number("min_price", config.min_price, 0.0, math.inf)
    yield from _number("min_dollar_volume", config.min_dollar_volume, 0.0, math.inf)
    yield from _number("min_tech_rating", config.min_tech_rating, 0.0, 100.0)
    yield from _number("account_size", config.account_size, 0.0, math.inf, above=True)
    yield from _number("risk_pct", config.risk_pct, 0.0, 100.0, above=True)
    yield from _number("target_rr", config.target_rr, 0.0, 100.0, above=True)
    yield from _number("max_position_pct", config.max_position_pct, 0.0, 100.0, above=True)
    yield from _unknown("direction", (config.direction,), DIRECTIONS)
    yield from _unknown("strategy_profile_name", (config.strategy_profile_name,), STRATEGY_PROFILES)
    for name, weight in config.profile_weights:
        yield from _number(f"profile_weights.{name}", weight, 0.0, 1000.0)
    if config.as_of_date is not None and not isinstance(config.as_of_date, date):
        yield FieldProblem("as_of_date", f"must be a date such as 2010-08-20, not {config.as_of_date!r}")


def _options_problems(options: RunOptions) -> Iterable[FieldProblem]:
    if not isinstance(options.executor, str) or not options.executor.strip():
        yield FieldProblem("executor", f"must be the name of an executor, not {options.executor!r}")
    if options.workers is not None:
        yield from _count("workers", options.workers, 1, 1024)
    yield from _count("chunk_size", options.chunk_size, 1, 100_000)
    yield from _count("fetch_batch_size", options.fetch_batch_size, 1, 10_000)
    yield from _number("event_interval_seconds", options.event_interval_seconds, 0.0, 60.0)
    if set(options.stage_plan.names) != set(Stage):
        names = ", ".join(options.stage_plan.names)
        yield FieldProblem("stage_plan", f"must weigh each of {', '.join(Stage)} and no other stage, not {names}")


def _not_text(config: ScanConfig) -> Iterable[FieldProblem]:
    for name in ("source", "universe", "industry_contains"):
        value = getattr(config, name)
        if value is not None and not isinstance(value, str):
            yield FieldProblem(name, f"must be text, not {value!r}")
    for name in _TUPLE_FIELDS:
        for value in getattr(config, name):
            if not isinstance(value, str) or not value.strip():
                yield FieldProblem(name, f"must hold names only, not {value!r}")


def _unknown(field: str, values: tuple[str, ...], known: tuple[str, ...]) -> Iterable[FieldProblem]:
    for value in values:
        if value not in known:
            yield FieldProblem(field, f"{value!r} is not one of {', '.join(known)}")


def _count(field: str, value: object, low: int, high: int) -> Iterable[FieldProblem]:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        yield FieldProblem(field, f"must be a whole number from {low} to {high}, not {value!r}")


def _number(field: str, value: object, low: float, high: float, *, above: bool = False) -> Iterable[FieldProblem]:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        yield FieldProblem(field, f"must be a finite number, not {value!r}")
    elif not (low < value if above else low <= value) or value > high:
        bound = f"above {low:g}" if above else f"at least {low:g}"
        limit = "" if math.isinf(high) else f" and at most {high:g}"
        yield FieldProblem(field, f"must be {bound}{limit}, not {value!r}")


def _as_tuple(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    return tuple(value)


def _as_pairs(value: Any) -> tuple[tuple[str, float], ...]:
    if value is None:
        return ()
    items = value.items() if hasattr(value, "items") else value
    return tuple((str(name), weight) for name, weight in items)


def _as_date(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value


def _gics_or_same(name: Any) -> Any:
    return (to_gics(name) or name) if isinstance(name, str) else name


def _symbol(name: Any) -> Any:
    return name.strip().upper() if isinstance(name, str) else name
