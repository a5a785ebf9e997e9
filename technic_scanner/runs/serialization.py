"""The plain JSON forms of configs, options, events, metrics, failures and context, as stores and doors hold them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast

from technic_scanner.domain.config import RunOptions, ScanConfig, field_names
from technic_scanner.domain.metrics import ScanMetrics, SymbolFailure
from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.domain.stage import StagePlan
from technic_scanner.errors import ConfigError, FieldProblem, StoreError
from technic_scanner.pipeline.result import MarketContext
from technic_scanner.runs.plain import BAD, Problems, codec_of, decode_fields, to_plain

T = TypeVar("T")


def config_to_dict(config: ScanConfig) -> dict[str, Any]:
    """Return the plain form of a config: every field, tuples as lists, the date as ISO text."""
    return _plain_dict(config)


def config_from_dict(payload: Mapping[str, Any]) -> ScanConfig:
    """Read a config; fields left out take their defaults.

    Takes the earlier API's spellings too: ``allow_shorts``, one name for a list, ``profile_weights`` as an object.
    Raises ConfigError naming every unknown key and every bad type; with them, every bad value of the other fields.
    """
    problems: Problems = []
    config = _read_config(payload, problems)
    if problems:
        raise ConfigError((*problems, *config.problems()))
    return config


def options_to_dict(options: RunOptions) -> dict[str, Any]:
    """Return the plain form of run options; ``stage_plan`` is a list of [stage, weight], for its order counts."""
    return _plain_dict(options) | {"stage_plan": [[name, float(weight)] for name, weight in options.stage_plan.weights]}


def options_from_dict(payload: Mapping[str, Any]) -> RunOptions:
    """Read run options; ``stage_plan`` may be a list of pairs or an object of weights. Raises ConfigError as above."""
    problems: Problems = []
    options = _read_options(payload, problems)
    if problems:
        raise ConfigError((*problems, *options.problems()))
    return options


def request_from_dicts(
    config: Mapping[str, Any], options: Mapping[str, Any] | None = None
) -> tuple[ScanConfig, RunOptions]:
    """Read both halves of a request and check their values; raises one ConfigError with everything wrong in either."""
    problems: Problems = []
    read_config = _read_config(config, problems)
    read_options = _read_options({} if options is None else options, problems)
    problems += (*read_config.problems(), *read_options.problems())
    if problems:
        raise ConfigError(problems)
    return read_config, read_options


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


def _read_config(payload: Mapping[str, Any], problems: Problems) -> ScanConfig:
    if not _is_object("config", payload, problems):
        return ScanConfig()
    _note_unknown(payload, (*field_names(ScanConfig), "allow_shorts"), problems)
    allow_shorts = payload.get("allow_shorts")
    if not isinstance(allow_shorts, bool | None):
        problems.append(FieldProblem("allow_shorts", f"must be true or false, not {allow_shorts!r}"))
    return ScanConfig(**decode_fields(ScanConfig, payload, "", problems), allow_shorts=allow_shorts is True)


def _read_options(payload: Mapping[str, Any], problems: Problems) -> RunOptions:
    if not _is_object("options", payload, problems):
        return RunOptions()
    _note_unknown(payload, field_names(RunOptions), problems)
    rest = {key: value for key, value in payload.items() if key != "stage_plan"}
    plan = _read_plan(payload["stage_plan"], problems) if "stage_plan" in payload else StagePlan()
    return RunOptions(**decode_fields(RunOptions, rest, "", problems), stage_plan=plan)


def _read_plan(payload: Any, problems: Problems) -> StagePlan:
    pairs = codec_of(tuple[tuple[str, float], ...]).decode(payload, "stage_plan", problems)
    if pairs is BAD:
        return StagePlan()
    try:
        return StagePlan(pairs)
    except ConfigError as error:
        problems += error.problems
        return StagePlan()


def _is_object(name: str, payload: Any, problems: Problems) -> bool:
    if isinstance(payload, Mapping):
        return True
    problems.append(FieldProblem(name, f"must be an object of fields, not {payload!r}"))
    return False


def _note_unknown(payload: Mapping[str, Any], known: Iterable[str], problems: Problems) -> None:
    names = tuple(known)
    for key in payload:
        if key not in names:
            problems.append(FieldProblem(str(key), f"is not a field; the fields are {', '.join(names)}"))
