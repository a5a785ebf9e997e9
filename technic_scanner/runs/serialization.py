"""The plain JSON forms of configs, options, events, metrics, failures and context, as stores and doors hold them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import ScanMetrics, SymbolFailure
from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.errors import StoreError
from technic_scanner.pipeline.result import MarketContext
from technic_scanner.runs.plain import BAD, Problems, codec_of, to_plain

T = TypeVar("T")


def config_to_dict(config: ScanConfig) -> dict[str, Any]:
    """Return the plain form of a config: every field, tuples as lists, the date as ISO text."""
    return _plain_dict(config)


def options_to_dict(options: RunOptions) -> dict[str, Any]:
    """Return the plain form of run options; ``stage_plan`` is a list of [stage, weight], for its order counts."""
    return _plain_dict(options) | {"stage_plan": [[name, float(weight)] for name, weight in options.stage_plan.weights]}


def event_to_dict(event: ProgressEvent) -> dict[str, Any]:
    """Return the plain form of a progress event; ``at`` is ISO text in UTC."""
    return _plain_dict(event)


def event_from_dict(payload: Mapping[str, Any]) -> ProgressEvent:
    """Read a stored event; StoreError if it is not one."""
    return _read(ProgressEvent, payload)


def metrics_to_dict(metrics: ScanMetrics) -> dict[str, Any]:
    """Return the plain form of a run's metrics, seconds in full precision."""
    return _plain_dict(metrics)


def metrics_from_dict(payload: Mapping[str, Any]) -> ScanMetrics:
    """Read stored metrics; StoreError if they are not."""
    return _read(ScanMetrics, payload)


def failures_to_list(failures: Iterable[SymbolFailure]) -> list[dict[str, Any]]:
    """Return the plain form of per-symbol failures, in their order."""
    return [_plain_dict(failure) for failure in failures]


def failures_from_list(payload: Sequence[Mapping[str, Any]]) -> tuple[SymbolFailure, ...]:
    """Read stored failures; StoreError if they are not."""
    return tuple(_read(SymbolFailure, item) for item in payload)


def context_to_dict(context: MarketContext) -> dict[str, Any]:
    """Return the plain form of the market context."""
    return _plain_dict(context)


def context_from_dict(payload: Mapping[str, Any]) -> MarketContext:
    """Read a stored market context; StoreError if it is not one."""
    return _read(MarketContext, payload)


def _plain_dict(value: Any) -> dict[str, Any]:
    plain: dict[str, Any] = to_plain(value)
    return plain


def _read(kind: type[T], payload: Any) -> T:
    problems: Problems = []
    value: Any = codec_of(cast("Any", kind)).decode(payload, "", problems)
    if value is BAD:
        faults = "; ".join(str(problem) for problem in problems)
        raise StoreError(f"what is stored as {kind.__name__} cannot be read: {faults}")
    return cast("T", value)
