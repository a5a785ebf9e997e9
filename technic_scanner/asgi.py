"""Combine the dashboard and the API in one ASGI process on one port, which ``streamlit run`` serves."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route, WebSocketRoute

from technic_scanner.api.app import create_api
from technic_scanner.api.security import HostGuard, OriginGuard
from technic_scanner.bootstrap import build
from technic_scanner.dashboard_files import SCRIPT, dashboard_folder
from technic_scanner.logs import configure
from technic_scanner.settings import is_loopback, load_settings, require_safe_binding
from technic_scanner.ui.app.early_scripts import EarlyScripts
from technic_scanner.ui.app.known_server import KnownServer
from technic_scanner.ui.app.start_up import load_pages

settings = load_settings()
configure(settings.log_level, settings.log_format)
services = build(settings)
require_safe_binding(settings.host, settings.api_tokens)
if not settings.require_sign_in and not is_loopback(settings.host):
    logging.getLogger(__name__).warning(
        "Anyone who can reach this address can use the dashboard. Set TECHNIC_REQUIRE_SIGN_IN, or restrict access."
    )
api = create_api(services, owns_services=True)


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Run the API's start-up and shutdown, which are not run automatically for a mounted application."""
    async with api.router.lifespan_context(api):
        load_pages()
        yield


# Clients of the earlier API expect its two streams at the root, so they are served there as well.
earlier_routes = [Route("/scan/stream", api), WebSocketRoute("/ws/scan-progress", api)]
# A mount serves only paths below its own, and the dashboard serves all other paths.
mount_point = Route("/api", RedirectResponse("/api/"))
routes = [mount_point, Mount("/api", api), *earlier_routes]
# Streamlit takes a page of any port of this machine for its own, and checks nothing but its WebSocket.
guards = [
    Middleware(HostGuard, allowed=settings.allowed_hosts),
    Middleware(OriginGuard, allowed=settings.allowed_origins),
]
pages = [Middleware(EarlyScripts), Middleware(KnownServer)]
app = st.App(str(dashboard_folder() / SCRIPT), lifespan=lifespan, routes=routes, middleware=[*guards, *pages])
