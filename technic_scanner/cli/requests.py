"""Builds a scan request from command-line options, a preset and a file, in that order of precedence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from technic_scanner.cli.output import read_file
from technic_scanner.domain.config import OPTION_FIELDS, RunOptions, ScanConfig
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.runs.requests import read_config, read_options
from technic_scanner.runs.service.service import RunService


def build_request(
    service: RunService, given: Mapping[str, Any], preset: str | None, file: Path | None
) -> tuple[ScanConfig, RunOptions]:
    """Return config and options, whose values the service checks.

    Raises ConfigError where a part could not be read, with everything else that is wrong; PresetNotFoundError.
    """
    config, options = ScanConfig(), RunOptions()
    if preset is not None:
        chosen = service.usable_preset(preset)
        config, options = chosen.config, chosen.options
    from_file = read_config(_read(file) if file else {})
    named = read_config({name: value for name, value in given.items() if name not in OPTION_FIELDS})
    settings = read_options({name: value for name, value in given.items() if name in OPTION_FIELDS})
    config, options = named.over(from_file.over(config)), settings.over(options)
    if unread := (*from_file.problems, *named.problems, *settings.problems):
        raise ConfigError(dict.fromkeys((*unread, *service.problems(config, options))))
    return config, options


def with_criteria(given: Mapping[str, Any], file: Path | None) -> dict[str, Any]:
    """Return what was given with the criteria of ``file``. ConfigError if it cannot be read, or if both are given."""
    if file is None:
        return dict(given)
    if "criteria" in given:
        raise ConfigError([FieldProblem("criteria", "give --where or --where-file, not both")])
    text = read_file("criteria", file)
    return {**given, "criteria": text.replace("\r\n", "\n").replace("\r", "\n")}


def json_in(file: Path) -> Any:
    """Return what a file of a config holds as JSON. Raises ConfigError if it cannot be read."""
    try:
        return json.loads(read_file("config", file))
    except (ValueError, RecursionError) as error:
        raise ConfigError([FieldProblem("config", f"{file} cannot be read as JSON: {error}")]) from error


def _read(file: Path) -> dict[str, Any]:
    payload = json_in(file)
    if not isinstance(payload, dict):
        raise ConfigError([FieldProblem("config", f"{file} must hold one JSON object")])
    return payload
