"""Reads what people and programs ask for, strictly: every unknown key, bad type and bad value is named at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from technic_scanner.domain.config import RunOptions, ScanConfig, field_names
from technic_scanner.domain.stage import StagePlan
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.runs.plain import BAD, Problems, codec_of, decode_fields


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
