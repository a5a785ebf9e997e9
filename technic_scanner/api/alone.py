"""Create the API as a separate application, for ``technic-scanner api``."""

from __future__ import annotations

import uvicorn

from technic_scanner.api.app import create_api
from technic_scanner.bootstrap import build
from technic_scanner.logs import configure
from technic_scanner.settings import load_settings, require_safe_binding

SHUTDOWN_SECONDS = 3

settings = load_settings()
configure(settings.log_level, settings.log_format)
services = build(settings)
require_safe_binding(settings.host, settings.api_tokens)
app = create_api(services, owns_services=True)

if __name__ == "__main__":
    uvicorn.run(app, host=settings.host, port=settings.port, timeout_graceful_shutdown=SHUTDOWN_SECONDS)
