"""Step from one session of a universe's exchange to the next."""

from __future__ import annotations

from datetime import date, timedelta

from technic_scanner.adapters.calendars.calendars import ExchangeCalendars
from technic_scanner.adapters.calendars.session_days import EXCHANGE
from technic_scanner.clock import Clock
from technic_scanner.domain.config import ScanConfig
from technic_scanner.plugins.catalog import PluginCatalog
from technic_scanner.runs.service.scan_preview import ScanPreview

# Longer than any exchange was closed: New York was for four months in 1914.
_AROUND = timedelta(days=150)


def other_session(
    catalog: PluginCatalog,
    calendars: ExchangeCalendars,
    preview: ScanPreview,
    clock: Clock,
    config: ScanConfig,
    step: int,
) -> date | None:
    """Return the session ``step`` (not 0) sessions after the config's as-of date, before it if negative.

    The exchange is that of most of its universe, New York if that is unknown. Without an as-of date it is counted from
    the newest session. A date after the newest session is None, the config's way to say the newest; one before the
    first session of the source is that session. Raises ConfigError, SourceError, CalendarError.
    """
    info = catalog.source(config.source, config).info()
    newest = min(info.last_session or clock.now().date(), clock.now().date())
    at = config.as_of_date or newest
    exchange = preview.exchange(config)
    known = exchange if exchange in calendars.exchanges() else EXCHANGE
    days = [session.day for session in calendars.sessions(known, at - _AROUND, at + _AROUND)]
    before = [day for day in days if day < at] if config.as_of_date else [day for day in days if day <= newest][:-1]
    after = [day for day in days if day > at] if config.as_of_date else []
    found = (after if step > 0 else before)[step - 1 if step > 0 else step :]
    if not found or (step > 0 and found[0] > newest):
        return None
    return max(found[0], info.first_session or found[0])
