"""Turns a scan request into a queued run; every door of the API that starts runs goes through here."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from technic_scanner.api.requests import ScanRequest
from technic_scanner.domain.config import RunOptions, ScanConfig, field_names
from technic_scanner.domain.run import RunRecord
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.runs.codec import config_to_dict, options_to_dict, request_from_dicts
from technic_scanner.runs.service import RunService

# The service counts an owner's queued runs, then adds one; within this process nobody gets between the two.
_one_at_a_time = threading.Lock()
_OPTION_NAMES = frozenset({*field_names(RunOptions), "stage_weights"})


def submit(
    service: RunService, request: ScanRequest, owner: str | None, idempotency_key: str | None = None
) -> RunRecord:
    """Queue the requested scan. Raises ConfigError, PresetNotFoundError, IdempotencyError, LimitError."""
    config, options = resolve(service, request)
    with _one_at_a_time, located_in_body():
        return service.submit(config, options, owner=owner, label=request.label, idempotency_key=idempotency_key)


def rerun(service: RunService, run_id: str, owner: str | None) -> RunRecord:
    """Queue a run's config once more, in the caller's name. Raises RunNotFoundError, LimitError."""
    with _one_at_a_time:
        return service.rerun(run_id, owner=owner)


def resolve(service: RunService, request: ScanRequest) -> tuple[ScanConfig, RunOptions]:
    """Return config and options of a request, laid over its preset if it names one. Raises ConfigError."""
    config, options = request.config, request.options
    if request.preset is not None:
        preset = service.preset(request.preset)
        config = config_to_dict(preset.config) | config
        options = options_to_dict(preset.options) | options
    with located_in_body():
        return request_from_dicts(config, options)


@contextmanager
def located_in_body() -> Iterator[None]:
    """Let a ConfigError name its fields as they stand in a request: ``config.universe``, ``options.workers``."""
    try:
        yield
    except ConfigError as error:
        raise ConfigError(FieldProblem(_place(item.field), item.message) for item in error.problems) from error


def _place(field: str) -> str:
    part = "options" if field.partition(".")[0] in _OPTION_NAMES else "config"
    return f"{part}.{field}"
