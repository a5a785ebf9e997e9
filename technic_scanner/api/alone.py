"""Create the API as a separate application, for ``technic-scanner api``."""

from __future__ import annotations

from technic_scanner.api.app import create_api
from technic_scanner.bootstrap import build
from technic_scanner.logs import configure
from technic_scanner.settings import load_settings, require_safe_binding

settings = load_settings()
configure(settings.log_level, settings.log_format)
services = build(settings)
require_safe_binding(settings.host, settings.api_tokens)
app = create_api(services, owns_services=True)
