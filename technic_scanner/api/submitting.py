"""Turns a scan request into a queued run; every door of the API that starts runs goes through here."""

from __future__ import annotations

import threading

from technic_scanner.api.requests import ScanRequest
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunRecord
from technic_scanner.runs.codec import config_to_dict, options_to_dict, request_from_dicts
from technic_scanner.runs.service import RunService

# The service counts an owner's queued runs, then adds one; within this process nobody gets between the two.
_one_at_a_time = threading.Lock()


def submit(
    service: RunService, request: ScanRequest, owner: str | None, idempotency_key: str | None = None
) -> RunRecord:
    """Queue the requested scan. Raises ConfigError, PresetNotFoundError, IdempotencyError, LimitError."""
    config, options = resolve(service, request)
    with _one_at_a_time:
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
    return request_from_dicts(config, options)
