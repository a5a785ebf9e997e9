"""Builds a scan request from command-line options, a preset and a file, in that order of precedence."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.runs.requests import config_from_dict, options_from_dict
from technic_scanner.runs.serialization import config_to_dict, options_to_dict
from technic_scanner.runs.service.service import RunService

_LISTS = ("sectors", "industries", "subindustries", "symbols")


def build_request(
    service: RunService, given: dict[str, Any], given_options: dict[str, Any], preset: str | None, file: Path | None
) -> tuple[ScanConfig, RunOptions]:
    """Return config and options. Raises ConfigError naming every bad field, PresetNotFoundError."""
    config, options = ScanConfig(), RunOptions()
    if preset is not None:
        chosen = service.usable_preset(preset)
        config, options = chosen.config, chosen.options
    fields = config_to_dict(config) | (_read(file) if file else {}) | _named(given)
    settings = options_to_dict(options) | _named(given_options)
    return config_from_dict(fields), replace(options_from_dict(settings), stage_plan=options.stage_plan)


def _named(given: dict[str, Any]) -> dict[str, Any]:
    """Return what was given, lists split at commas."""
    named = {name: value for name, value in given.items() if value not in (None, [], ())}
    for name in _LISTS:
        if name in named:
            named[name] = [part.strip() for value in named[name] for part in value.split(",") if part.strip()]
    return named


def _read(file: Path) -> dict[str, Any]:
    try:
        payload = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError([FieldProblem("config", f"{file} cannot be read as JSON: {error}")]) from error
    if not isinstance(payload, dict):
        raise ConfigError([FieldProblem("config", f"{file} must hold one JSON object")])
    return payload
