"""Names the faults of a config together with those that FastAPI finds in the rest of a request, in one answer."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from technic_scanner.api.problems import validation_item
from technic_scanner.api.requests import ConfigQuery, ScanRequest, config_in_query
from technic_scanner.api.submitting import IN_BODY, IN_QUERY, every_problem, unread
from technic_scanner.domain.config import CONFIG_FIELDS, RunOptions, ScanConfig
from technic_scanner.domain.fields import Kind
from technic_scanner.errors import FieldProblem
from technic_scanner.runs.requests import Given, read_config, read_options
from technic_scanner.runs.service.service import RunService

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Problems = tuple[FieldProblem, ...]


class ConfigRoute(APIRoute):
    """A route whose body or query holds a config.

    FastAPI refuses a request before its endpoint sees it; the endpoint's problems with the config are added.
    """

    def get_route_handler(self) -> Handler:
        """Return FastAPI's handler with the faults of the config added to those that it finds."""
        handle = super().get_route_handler()

        async def with_problems_of_config(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                service: RunService = request.app.state.services.service
                found = await run_in_threadpool(self.problems, service, request, error.body)
                every = [*error.errors(), *map(validation_item, found)]
                raise RequestValidationError(every, body=error.body) from error

        return with_problems_of_config

    def problems(self, service: RunService, request: Request, body: Any) -> Problems:
        """Return what is wrong with the config of a request that is no good for other reasons."""
        kinds = [parameter.field_info.annotation for parameter in self.dependant.query_params]
        query = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, ConfigQuery)), None)
        if query is None:
            return problems_in_body(service, body)
        sent = {name: _sent(request, name) for name in query.model_fields if name in request.query_params}
        return every_problem(service, _request(config_in_query(sent), Given(), sent.get("preset")), IN_QUERY)


class PresetRoute(ConfigRoute):
    """A route whose body holds a preset, which may be of a source that only another installation has."""

    def problems(self, service: RunService, request: Request, body: Any) -> Problems:  # noqa: ARG002 - as above
        """Return the problems of the preset's config and options, without asking the sources."""
        if not isinstance(body, Mapping):
            return ()
        config, options = _parts(body)
        rest = service.preset_problems(config.over(ScanConfig()), options.over(RunOptions()))
        return (*unread(config, options), *map(IN_BODY.of, rest))


def problems_in_body(service: RunService, body: Any) -> Problems:
    """Return what is wrong with the config and the options in a body that is no good scan request for other reasons."""
    if not isinstance(body, Mapping):
        return ()
    return every_problem(service, _request(*_parts(body), body.get("preset")))


def _parts(body: Mapping[str, Any]) -> tuple[Given, Given]:
    return read_config(body.get("config", {})), read_options(body.get("options", {}))


def _request(config: Given, options: Given, preset: Any) -> ScanRequest:
    named = preset if isinstance(preset, str) else None
    return ScanRequest.model_construct(config=config, options=options, preset=named, label=None)


def _sent(request: Request, name: str) -> Any:
    field = CONFIG_FIELDS.get(name)
    if field is not None and field.kind is Kind.NAMES:
        return request.query_params.getlist(name)
    return request.query_params[name]
