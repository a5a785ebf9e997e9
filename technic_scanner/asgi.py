"""Puts the dashboard and the API into one ASGI process on one port; ``streamlit run`` serves it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.routing import Mount

from technic_scanner.api.app import create_api
from technic_scanner.api.security import require_safe_binding
from technic_scanner.bootstrap import build

DASHBOARD = Path(__file__).resolve().parent.parent / "dashboard.py"

services = build()
require_safe_binding(services.settings.host, services.settings.api_tokens)
api = create_api(services)


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Run the API's own start and stop, which a mounted application does not get by itself."""
    async with api.router.lifespan_context(api):
        yield


app = st.App(str(DASHBOARD), lifespan=lifespan, routes=[Mount("/api", api)])
