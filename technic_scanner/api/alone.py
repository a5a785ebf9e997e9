"""The API as an application of its own, for ``technic-scanner api``."""

from __future__ import annotations

from technic_scanner.api.app import create_api
from technic_scanner.bootstrap import build
from technic_scanner.settings import require_safe_binding

services = build()
require_safe_binding(services.settings.host, services.settings.api_tokens)
app = create_api(services)
