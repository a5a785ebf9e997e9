"""The services of a data folder, without the launcher that starts worker processes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from technic_scanner.adapters.calendars import ExchangeCalendars
from technic_scanner.bootstrap import Services, build
from technic_scanner.runs.schedules.service import ScheduleService
from technic_scanner.runs.service.rules import ServiceRules
from technic_scanner.runs.service.service import RunService
from technic_scanner.settings import load_settings


class NoLauncher:
    """Starts none."""

    def ensure_worker(self) -> None:
        """Nothing to do: the test brings its own worker."""


def without_workers(home: Path, stale_after_seconds: float = 600.0) -> Services:
    """Return services whose runs stay queued until a test's worker takes them."""
    services = build(load_settings(home=home))
    rules = ServiceRules(stale_after_seconds=stale_after_seconds)
    service = RunService(services.store, services.catalog, NoLauncher(), services.clock, rules=rules)
    schedules = ScheduleService(services.store, service, ExchangeCalendars(), services.clock)
    return replace(services, service=service, schedules=schedules)
