"""Turns a scan request into a queued run; every door of the API that starts runs goes through here."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from technic_scanner.api.requests import ScanRequest
from technic_scanner.domain.config import OPTION_FIELDS, RunOptions, ScanConfig
from technic_scanner.domain.run import RunRecord
from technic_scanner.errors import ConfigError, FieldProblem, PresetNotFoundError
from technic_scanner.runs.requests import Given, is_config_field
from technic_scanner.runs.service.service import RunService

# The service counts an owner's queued runs, then adds one; within this process nobody gets between the two.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Place:
    """Where the fields of a config and of options stand in a request, as prefixes of their names."""

    config: str
    options: str

    def of(self, problem: FieldProblem) -> FieldProblem:
        """Return the problem at its place; one of neither a config's nor an option's field stays where it is."""
        name = problem.field.partition(".")[0].partition("[")[0]
        prefix = self.options if name in OPTION_FIELDS else self.config if is_config_field(name) else ""
        return replace(problem, field=f"{prefix}{problem.field}")


IN_BODY = Place("config.", "options.")
IN_QUERY = Place("query.", "query.")


@contextmanager
def located(place: Place) -> Iterator[None]:
    """Let a ConfigError name its fields as they stand in the request."""
    try:
        yield
    except ConfigError as error:
        raise ConfigError(map(place.of, error.problems)) from error


def unread(config: Given, options: Given, place: Place = IN_BODY) -> list[FieldProblem]:
    """Return what could not be read of a request, each problem at its place."""
    return [*_placed(config, "config", place.config), *_placed(options, "options", place.options)]


def submit(
    service: RunService,
    request: ScanRequest,
    owner: str | None,
    *,
    idempotency_key: str | None = None,
    place: Place = IN_BODY,
) -> RunRecord:
    """Queue the requested scan. Raises ConfigError, PresetNotFoundError, IdempotencyError, LimitError."""
    config, options = readable(service, request, place)
    with _one_at_a_time, located(place):
        return service.submit(config, options, owner=owner, label=request.label, idempotency_key=idempotency_key)


def rerun(service: RunService, run_id: str, owner: str | None) -> RunRecord:
    """Queue a run's config once more, in the caller's name. Raises RunNotFoundError, LimitError."""
    with _one_at_a_time:
        return service.rerun(run_id, owner=owner)


def readable(service: RunService, request: ScanRequest, place: Place = IN_BODY) -> tuple[ScanConfig, RunOptions]:
    """Return config and options of a request, laid over its preset if it names one; the service checks their values.

    Raises ConfigError where a part could not be read, with everything else that is wrong; PresetNotFoundError.
    """
    base = ScanConfig(), RunOptions()
    if request.preset is not None:
        preset = service.usable_preset(request.preset)
        base = preset.config, preset.options
    config, options = request.config.over(base[0]), request.options.over(base[1])
    if found := unread(request.config, request.options, place):
        # A source that could not be read must not be stood in for by another one, which may know other universes.
        known = all(problem.field != "source" for problem in request.config.problems)
        rest = service.problems(config, options) if known else (*config.problems(), *options.problems())
        raise ConfigError([*found, *map(place.of, rest)])
    return config, options


def every_problem(service: RunService, request: ScanRequest, place: Place = IN_BODY) -> tuple[FieldProblem, ...]:
    """Return all that is wrong with the config and the options of a request; an unknown preset is not one of them."""
    try:
        config, options = readable(service, request, place)
    except ConfigError as error:
        return error.problems
    except PresetNotFoundError:
        return every_problem(service, request.model_copy(update={"preset": None}), place)
    return tuple(map(place.of, service.problems(config, options)))


def _placed(given: Given, part: str, prefix: str) -> Iterable[FieldProblem]:
    """Yield problems with names that may be nobody's: only the part they were sent in says where they stand."""
    for problem in given.problems:
        yield problem if problem.field == part else replace(problem, field=f"{prefix}{problem.field}")
