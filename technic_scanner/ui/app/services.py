"""Provide the process-wide services to the pages; they hold no run state, so they can be rebuilt at any time."""

from __future__ import annotations

import atexit
import threading

import streamlit as st

from technic_scanner.bootstrap import Services, build
from technic_scanner.runs.service.service import RunService

_lock = threading.Lock()
_built: list[Services] = []


def services() -> Services:
    """Return the services of this process, built at the first call and closed when the process ends.

    ``st.cache_resource`` is not used: when one visitor presses "Clear caches", its contents are dropped for everybody.
    """
    with _lock:
        if not _built:
            _built.append(build())
            atexit.register(_built[0].close)
            _built[0].keeper.start()
        return _built[0]


def run_service() -> RunService:
    """Return the run service, the only interface to runs, results and presets."""
    return services().service


def viewer_zone() -> str | None:
    """Return the browser's time zone, None while it is unknown."""
    return st.context.timezone
