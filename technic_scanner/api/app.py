"""Build the API application from the services; it can be mounted or served alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from functools import partial

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from technic_scanner.api import (
    alerts,
    analytics,
    criteria,
    discovery,
    documentation,
    earlier_api,
    files,
    health,
    metrics,
    notes,
    outcomes,
    presets,
    problems,
    refused_sockets,
    replays,
    results,
    saved_criteria,
    scans,
    schedules,
    streams,
    studies,
    sweeps,
    watchlists,
)
from technic_scanner.api.metrics import Meters, RequestMeter
from technic_scanner.api.run_broadcaster import RunBroadcaster
from technic_scanner.api.security import Gate, HostGuard, OriginGuard, TokenBook
from technic_scanner.api.shared_answers import SharedAnswers
from technic_scanner.api.transport import BodyLimit, HeadLikeGet, SecurityHeaders
from technic_scanner.bootstrap import Services
from technic_scanner.settings import Settings
from technic_scanner.version import VERSION

_ROUTERS = (
    scans, replays, results, streams, analytics, outcomes, studies, sweeps, notes, presets, schedules, alerts,
    watchlists, criteria, saved_criteria, discovery, files, health, metrics, earlier_api,
)  # fmt: skip


_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


def create_api(services: Services, *, owns_services: bool = False) -> FastAPI:
    """Return the API of ``services``. Raises ConfigError for invalid tokens in the settings.

    Serve it at the root or mount it; links and Location headers follow the mount point. The application that mounts it
    must run its lifespan (``app.router.lifespan_context(app)``), so that open streams end when the server stops.
    With ``owns_services`` it keeps the standby workers meanwhile, and closes the services then too.
    """
    broadcaster = RunBroadcaster(services.service)
    meters = Meters(services, broadcaster)
    app = FastAPI(
        title="Technic Scanner",
        version=VERSION,
        description=documentation.DESCRIPTION,
        docs_url=None,  # the page would load scripts from another host
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        middleware=_middleware(services, meters),
    )
    app.state.services = services
    app.state.owns_services = owns_services
    app.state.broadcaster = broadcaster
    app.state.meters = meters
    app.state.stream_counts = Counter()
    app.state.answers = SharedAnswers(services.clock)
    problems.install(app)
    refused_sockets.install(app)
    documentation.install(app, partial(_installed_names, services))
    app.state.api_routes = [route for module in _ROUTERS for route in module.router.routes]
    _keep_paths_apart(app)
    for module in _ROUTERS:
        app.include_router(module.router)
    app.add_route("/", _describe, include_in_schema=False)
    return app


def _keep_paths_apart(app: FastAPI) -> None:
    """Refuse other methods at paths such as ``/presets/import``, which ``/presets/{name}`` would take for a name.

    To be called before the routers are included: the first route that matches counts.
    """
    own: dict[str, set[str]] = {}
    for route in app.state.api_routes:
        if isinstance(route, Route) and not route.param_convertors:
            own.setdefault(route.path, set()).update(route.methods or ())
    for path, methods in own.items():
        app.add_route(path, _refuse_method, methods=sorted(_METHODS - methods), include_in_schema=False)


async def _refuse_method(_: Request) -> Response:
    raise HTTPException(405)


def _installed_names(services: Services) -> dict[str, tuple[str, ...]]:
    """Return what a request may name as its source and its executor."""
    executors = tuple(info.name for info in services.service.executors())
    return {"source": services.catalog.source_names(), "executor": executors}


async def _describe(request: Request) -> Response:
    """Redirect requests for the root to the OpenAPI document."""
    return RedirectResponse(f"{request.scope.get('root_path', '').rstrip('/')}/openapi.json")


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    services: Services = app.state.services
    services.keeper.start()
    with services.standby_workers() if app.state.owns_services else nullcontext():
        yield
        app.state.broadcaster.close()
        app.state.answers.close()
    if app.state.owns_services:
        services.close()


def _middleware(services: Services, meters: Meters) -> list[Middleware]:
    """Return the middleware of all requests, outermost first."""
    settings = services.settings
    return [
        Middleware(RequestMeter, meters=meters, clock=services.clock),
        Middleware(SecurityHeaders),
        Middleware(problems.ProblemBoundary),
        Middleware(HostGuard, allowed=settings.allowed_hosts),
        *_cors(settings),
        Middleware(OriginGuard, allowed=settings.allowed_origins),
        Middleware(Gate, tokens=TokenBook(settings.api_tokens)),
        Middleware(BodyLimit, limit=settings.max_body_bytes),
        Middleware(HeadLikeGet),
    ]


def _cors(settings: Settings) -> list[Middleware]:
    """Allow pages of the origins in the settings to read responses; without any, no other origin can."""
    if not settings.allowed_origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=list(settings.allowed_origins),
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"],
            expose_headers=["Location", "Retry-After"],
        )
    ]
