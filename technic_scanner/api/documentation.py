"""Complete the OpenAPI document: problem responses, the bearer scheme, file and stream media types."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from technic_scanner.api.problems import MEDIA_TYPE, BadField, Problem

# Recorded responses by operation, for example "GET /scans"; tools/api_examples.py writes them.
EXAMPLES_FILE = Path(__file__).with_name("examples.json")
_REFERENCE = "#/components/schemas/{model}"
_EVERYWHERE = (400, 401, 403, 405, 421, 500, 503)
_OPEN_PATHS = ("/health/live", "/health/ready")

DESCRIPTION = """\
Start scans, follow their progress, and read results and history.

A scan is a stored run: `POST /scans` queues it and returns 202. Its events are numbered from 1 without gaps and can be
read as JSON (`/scans/{id}/events`), as server-sent events (`/scans/{id}/stream`) and over a WebSocket
(`/scans/{id}/ws`). Errors are RFC 9457 problem documents with a stable `code` and all invalid fields.
"""


Responses = dict[int | str, dict[str, Any]]


def problems(*statuses: int) -> Responses:
    """Return the ``responses`` of a route for these statuses, each a problem document."""
    return {status: _problem(HTTPStatus(status).phrase) for status in statuses}


def file_response(media_type: str, description: str, *, or_json: bool = False) -> Responses:
    """Return the ``responses`` of a route that sends a file, which may be JSON instead where it is asked for."""
    content: dict[str, Any] = {media_type: {"schema": {"type": "string"}}}
    if or_json:
        content["application/json"] = {"schema": {"type": "object"}}
    return {200: {"description": description, "content": content}}


def install(app: FastAPI, installed: Callable[[], Mapping[str, Sequence[str]]]) -> None:
    """Make ``app`` return the OpenAPI document with the parts that FastAPI cannot know.

    ``installed`` returns the names that this installation knows for some fields of a request (sources, executors). They
    become the examples of these fields, not their only values: a plugin may be installed while the server runs.
    """

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = _complete(app)
            _add_names(document, installed())
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _complete(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    components = document.setdefault("components", {})
    _, shared = models_json_schema([(Problem, "serialization"), (BadField, "serialization")], ref_template=_REFERENCE)
    components.setdefault("schemas", {}).update(shared["$defs"])
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    components["securitySchemes"] = {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "Required if TECHNIC_API_TOKENS is set; without tokens only this machine can call the API.",
        }
    }
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if path not in _OPEN_PATHS:
                operation["security"] = [{"bearer": []}, {}]
            for parameter in operation.get("parameters", ()):
                _forbid_null(parameter["schema"])
            _add_example(operation["responses"], examples().get(f"{method.upper()} {path}"))
            _add_problems(operation["responses"])
    return document


def _forbid_null(schema: dict[str, Any]) -> None:
    """Take null out of what a parameter may be: it is left out instead."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) == 1:
        del schema["anyOf"]
        schema |= kinds[0]


def _add_names(document: dict[str, Any], names: Mapping[str, Sequence[str]]) -> None:
    for model in document["components"]["schemas"].values():
        for part in model.get("properties", {}).values():
            for field, schema in part.get("properties", {}).items():
                if field in names:
                    schema["examples"] = list(names[field])


@cache
def examples() -> dict[str, Any]:
    """Return the recorded responses by operation."""
    recorded: dict[str, Any] = json.loads(EXAMPLES_FILE.read_text(encoding="utf-8"))
    return recorded


def _add_example(responses: dict[str, Any], example: Any) -> None:
    for status, response in responses.items():
        content = response.get("content", {}).get("application/json")
        if example is not None and content is not None and status.startswith("2"):
            content["example"] = example


def _add_problems(responses: dict[str, Any]) -> None:
    for status in _EVERYWHERE:
        responses.setdefault(str(status), _problem(HTTPStatus(status).phrase))
    responses.setdefault("default", _problem("Any other error"))


def _problem(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": {"$ref": _REFERENCE.format(model="Problem")}}},
    }
