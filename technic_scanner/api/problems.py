"""Convert all errors to RFC 9457 problem documents, with a stable code and all invalid fields."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Literal

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from technic_scanner import errors
from technic_scanner.api.field_schemas import TEXT_RULES
from technic_scanner.errors import FieldProblem, TechnicError

MEDIA_TYPE = "application/problem+json"
# Paths of event streams, the only ones that accept GET but not HEAD.
STREAM_ENDING = "/stream"

# What a request without the object that it needs is told, at every door alike.
NO_OBJECT = "must be a JSON object"
_NO_OBJECT_TYPES = ("missing", "model_attributes_type", "model_type", "dict_type")

logger = logging.getLogger(__name__)

# The status of the nearest class in an error's MRO applies.
_STATUS_OF: dict[type[TechnicError], int] = {
    errors.ConfigError: 422,
    errors.CalendarError: 422,  # a day was asked for that the calendar does not know
    errors.SourceError: 502,
    errors.ChannelError: 502,
    errors.RateLimitedError: 503,
    errors.StoreError: 500,
    errors.StoreUnavailableError: 503,
    errors.StoreFullError: 507,
    errors.NotFoundError: 404,
    errors.ConflictError: 409,
    errors.IdempotencyError: 422,
    errors.LimitError: 429,
    errors.CancelledError: 409,
    errors.ExecutorError: 503,
    errors.MissingExtraError: 501,  # nothing is wrong with the request; this installation cannot do it
    TechnicError: 500,
}
_RETRY_AFTER_SECONDS: dict[int, int] = {429: 5, 503: 5}
_CODE_OF_STATUS: dict[int, str] = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    413: "body_too_large",
    421: "unknown_host",
    422: "invalid_request",
    500: "internal_error",
}


class BadField(BaseModel):
    """One invalid field of a request."""

    field: str = Field(description="Dotted name: `config.max_symbols`, `query.limit`, `header.idempotency-key`.")
    message: str
    line: int | None = Field(
        default=None, ge=1, description="Of criteria: the line of the fault, where it has a place."
    )
    column: int | None = Field(default=None, ge=1, description="The first character of the fault in its line, from 1.")
    length: int | None = Field(default=None, ge=1, description="How many characters the fault has.")


class Problem(BaseModel):
    """An RFC 9457 problem document, sent as `application/problem+json`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:technic-scanner:problem:invalid_config",
                    "title": "Unprocessable Content",
                    "status": 422,
                    "code": "invalid_config",
                    "detail": "config.max_symbols: must be a whole number from 1 to 100000, not -5",
                    "instance": "/api/scans",
                    "errors": [
                        {"field": "config.max_symbols", "message": "must be a whole number from 1 to 100000, not -5"}
                    ],
                }
            ]
        }
    )

    type: str = Field(description="`urn:technic-scanner:problem:<code>`; identifies the kind of problem.")
    title: str
    status: int
    code: str = Field(description="Stable error code for programs.")
    detail: str = Field(description="One sentence for people.")
    instance: str = Field(description="The requested path.")
    errors: list[BadField] = Field(default=[], description="All invalid fields, if there are any.")


def status_of(error: TechnicError) -> int:
    """Return the HTTP status of an error of this package."""
    return next(_STATUS_OF[kind] for kind in type(error).__mro__ if kind in _STATUS_OF)


def problem_document(
    status: int, code: str, detail: str, instance: str, fields: Iterable[FieldProblem] = ()
) -> dict[str, Any]:
    """Return the body of a problem response as JSON types."""
    return {
        "type": f"urn:technic-scanner:problem:{code}",
        "title": _phrase(status),
        "status": status,
        "code": code,
        "detail": detail,
        "instance": instance,
        "errors": [_bad_field(field) for field in fields],
    }


def _bad_field(problem: FieldProblem) -> dict[str, Any]:
    """Return an invalid field as JSON types, with line, column and length where it is a text with a fault in it."""
    entry: dict[str, Any] = {"field": problem.field, "message": problem.message}
    place = problem.place
    return entry if place is None else entry | {"line": place.line, "column": place.column, "length": place.length}


def problem_response(
    status: int,
    code: str,
    detail: str,
    scope: Scope,
    *,
    fields: Iterable[FieldProblem] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a problem response for the request in ``scope``; 429 and 503 have a Retry-After header."""
    document = problem_document(status, code, detail, scope.get("path", ""), fields)
    sent = dict(headers or {})
    if status in _RETRY_AFTER_SECONDS:
        sent.setdefault("Retry-After", str(_RETRY_AFTER_SECONDS[status]))
    body = json.dumps(document, ensure_ascii=True, separators=(",", ":")).encode()
    return Response(body, status_code=status, headers=sent, media_type=MEDIA_TYPE)


def document_of(error: TechnicError, instance: str) -> dict[str, Any]:
    """Return the problem document of an error of this package."""
    fields = error.problems if isinstance(error, errors.ConfigError) else ()
    return problem_document(status_of(error), error.code, public_detail(error), instance, fields)


def document_of_invalid(fields: Sequence[FieldProblem], instance: str) -> dict[str, Any]:
    """Return the problem document of an invalid message."""
    return problem_document(422, "invalid_request", "; ".join(map(str, fields)), instance, fields)


def json_fault(error: ValueError | RecursionError) -> str:
    """Say why a text could not be read as JSON."""
    if isinstance(error, RecursionError):
        return "is JSON that is nested too deeply"
    if isinstance(error, json.JSONDecodeError):
        return f"is not JSON: {error}"
    if isinstance(error, UnicodeDecodeError):
        return "is not JSON in UTF-8"
    return f"holds a number of more than {sys.get_int_max_str_digits()} digits"


def public_detail(error: TechnicError) -> str:
    """Return the sentence for clients; a store's own message may contain hosts and files, so it is not sent."""
    if isinstance(error, errors.StoreDataError):
        return "the stored record cannot be read"
    if isinstance(error, errors.StoreError):
        return {507: "the run store has no space left", 503: "the run store is not available at the moment"}.get(
            status_of(error), "the run store failed"
        )
    return str(error) or error.code.replace("_", " ")


def install(app: FastAPI) -> None:
    """Register the handlers of all kinds of errors that reach the application."""
    app.add_exception_handler(TechnicError, _on_technic_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_exception)


async def _on_technic_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, TechnicError)
    if status_of(error) >= 500 and not isinstance(error, errors.MissingExtraError):  # which is no fault
        logger.error("%s %s failed: %s", request.method, request.url.path, error, exc_info=error)
    fields = error.problems if isinstance(error, errors.ConfigError) else ()
    return problem_response(status_of(error), error.code, public_detail(error), request.scope, fields=fields)


async def _on_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields = bad_fields(error.errors())
    code = "invalid_json" if any(item["type"] == "json_invalid" for item in error.errors()) else "invalid_request"
    status = 400 if code == "invalid_json" else 422
    detail = "; ".join(map(str, fields))
    return problem_response(status, code, detail, request.scope, fields=fields)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, ValueError | RecursionError):  # FastAPI could not read the body
        fields = (FieldProblem("body", json_fault(error.__cause__)),)
        return problem_response(400, "invalid_json", str(fields[0]), request.scope, fields=fields)
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_methods_at(request))
    code = _CODE_OF_STATUS.get(error.status_code, _phrase(error.status_code).lower().replace(" ", "_"))
    detail = {404: "nothing is served at this path", 405: "this path does not support this method"}.get(
        error.status_code, error.detail
    )
    return problem_response(error.status_code, code, detail, request.scope, headers=headers)


def _methods_at(request: Request) -> list[str]:
    """Return the methods that the path supports; the router itself only knows those of its first match."""
    matching = [route for route in request.app.state.api_routes if route.matches(request.scope)[0] is not Match.NONE]
    # A path of its own, such as /presets/import, is no name of /presets/{name}.
    own = [route for route in matching if not route.param_convertors]
    found: set[str] = set()
    for route in own or matching:
        found |= getattr(route, "methods", None) or set()
    if "GET" in found and not request.url.path.endswith(STREAM_ENDING):
        found.add("HEAD")
    return sorted(found)


def bad_fields(items: Iterable[Mapping[str, Any]]) -> tuple[FieldProblem, ...]:
    """Return the faults that a validation found, each at its place in the request."""
    return tuple(item.get("problem") or _found(item) for item in items)


def validation_item(problem: FieldProblem) -> dict[str, Any]:
    """Return a problem in the form of those that a validation found; bad_fields gives it back whole."""
    return {"type": "config", "loc": (problem.field,), "msg": problem.message, "problem": problem}


def _found(item: Mapping[str, Any]) -> FieldProblem:
    return FieldProblem("body" if item["type"] == "json_invalid" else _dotted(item["loc"]), _sentence(item))


def _dotted(location: Sequence[Any]) -> str:
    parts = [str(part) for part in location]
    if parts and parts[0] == "body":
        parts = parts[1:] or ["body"]
    return ".".join(parts)


def _sentence(item: Mapping[str, Any]) -> str:
    reason = item.get("ctx", {}).get("error")
    if tuple(item["loc"]) == ("body",) and item["type"] in _NO_OBJECT_TYPES:
        return NO_OBJECT
    if item["type"] == "string_pattern_mismatch" and item["ctx"]["pattern"] in TEXT_RULES:
        return TEXT_RULES[item["ctx"]["pattern"]]
    return f"{item['msg']}: {reason}" if item["type"] == "json_invalid" and reason else str(item["msg"])


def _phrase(status: int) -> str:
    names: dict[int, str] = {413: "Content Too Large", 422: "Unprocessable Content"}
    return names.get(status) or HTTPStatus(status).phrase


class ProblemBoundary:
    """Responds to unhandled exceptions with 500, logs them, and sends no traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started: list[Literal[True]] = []

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.append(True)
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception:
            if started:
                # The status has been sent; the server can only close the connection, which shows the client the error.
                raise
            logger.exception("%s %s failed", scope["method"], scope["path"])
            response = problem_response(500, "internal_error", "an internal error occurred; it has been logged", scope)
            await response(scope, receive, send)
