"""Every operation of the API as a test's parameters: path and method."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute

from technic_scanner.api.app import _ROUTERS

OPERATIONS = [
    pytest.param(route.path, method, id=f"{method} {route.path}")
    for module in _ROUTERS
    for route in module.router.routes
    if isinstance(route, APIRoute)
    for method in sorted(route.methods)
]
