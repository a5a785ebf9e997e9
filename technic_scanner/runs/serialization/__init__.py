"""The JSON form of configs, options, events, metrics and other stored or sent data; see ``json_form``.

Every field is written, tuples as lists, dates and times as ISO text (times in UTC), a stage plan as a list of
[stage, weight]. Requests are read by ``runs.requests``, stored documents by ``serialization.stored``.
"""

from __future__ import annotations

import json
from typing import Any

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import ScanMetrics
from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.runs.serialization.json_form import encode


def to_dict(value: Any) -> dict[str, Any]:
    """Return the JSON form of any frozen dataclass: dicts, lists, text, numbers, booleans and None."""
    form: dict[str, Any] = json.loads(encode(value))
    return form


def config_to_dict(config: ScanConfig) -> dict[str, Any]:
    """Return the JSON form of a config."""
    return to_dict(config)


def options_to_dict(options: RunOptions) -> dict[str, Any]:
    """Return the JSON form of run options."""
    return to_dict(options)


def event_to_dict(event: ProgressEvent) -> dict[str, Any]:
    """Return the JSON form of a progress event."""
    return to_dict(event)


def metrics_to_dict(metrics: ScanMetrics) -> dict[str, Any]:
    """Return the JSON form of a run's metrics, seconds in full precision."""
    return to_dict(metrics)
