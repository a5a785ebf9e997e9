"""Turns a scan request into a queued run; every door of the API that starts runs goes through here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from technic_scanner.api.requests import ScanRequest
from technic_scanner.domain.config import RunOptions, ScanConfig, field_names
from technic_scanner.domain.run import RunRecord
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.runs.requests import request_from_dicts
from technic_scanner.runs.serialization import config_to_dict, options_to_dict
from technic_scanner.runs.service.service import RunService

# The service counts an owner's queued runs, then adds one; within this process nobody gets between the two.
_one_at_a_time = threading.Lock()
_OPTION_NAMES = frozenset({*field_names(RunOptions), "stage_weights"})


Place = Callable[[str], str]


def in_body(field: str) -> str:
    """Return where a field of a config or of options stands in a request's body."""
    part = "options" if field.partition(".")[0] in _OPTION_NAMES else "config"
    return f"{part}.{field}"


def in_query(field: str) -> str:
    """Return where a field of a config stands in a query."""
    return f"query.{field}"


@contextmanager
def located(place: Place) -> Iterator[None]:
    """Let a ConfigError name its fields as they stand in the request."""
    try:
        yield
    except ConfigError as error:
        raise ConfigError(FieldProblem(place(item.field), item.message) for item in error.problems) from error


def submit(
    service: RunService,
    request: ScanRequest,
    owner: str | None,
    *,
    idempotency_key: str | None = None,
    place: Place = in_body,
) -> RunRecord:
    """Queue the requested scan. Raises ConfigError, PresetNotFoundError, IdempotencyError, LimitError."""
    config, options = resolve(service, request, place)
    with _one_at_a_time, located(place):
        return service.submit(config, options, owner=owner, label=request.label, idempotency_key=idempotency_key)


def rerun(service: RunService, run_id: str, owner: str | None) -> RunRecord:
    """Queue a run's config once more, in the caller's name. Raises RunNotFoundError, LimitError."""
    with _one_at_a_time:
        return service.rerun(run_id, owner=owner)


def resolve(service: RunService, request: ScanRequest, place: Place = in_body) -> tuple[ScanConfig, RunOptions]:
    """Return config and options of a request, laid over its preset if it names one. Raises ConfigError."""
    config, options = request.config, request.options
    if request.preset is not None:
        preset = service.usable_preset(request.preset)
        config = config_to_dict(preset.config) | config
        options = options_to_dict(preset.options) | options
    with located(place):
        return request_from_dicts(config, options)
