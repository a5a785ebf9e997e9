"""Keeps, in a file, which calendars are trusted here: checking all takes some ten seconds, once per installation."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from technic_scanner.adapters.calendars.calendars import ExchangeCalendars
from technic_scanner.adapters.calendars.known_sessions import exchanges, known_calendar
from technic_scanner.adapters.calendars.package_calendar import versions
from technic_scanner.domain.sessions import CalendarTrust

_DATES = ("first", "last")
Trusts = tuple[CalendarTrust, ...]


def kept_trust(file: Path) -> Trusts | None:
    """Return what the last check of all calendars found; None if there was none with the present releases."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return tuple(_read(entry) for entry in kept["trust"]) if kept["of"] == _of() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None  # a file that cannot be read is made again


def checked_trust(file: Path, calendars: Callable[[], ExchangeCalendars] = ExchangeCalendars) -> Trusts:
    """Return the trust of every exchange's calendar, from the file or by checking all of them now."""
    kept = kept_trust(file)
    if kept is not None:
        return kept
    fresh = calendars()
    found = tuple(fresh.trust(exchange) for exchange in exchanges())
    entries = [asdict(trust) | {name: getattr(trust, name).isoformat() for name in _DATES} for trust in found]
    new = file.with_name(f"{file.name}.{os.getpid()}")
    new.write_text(json.dumps({"of": _of(), "trust": entries}, indent=1), encoding="utf-8")
    new.replace(file)
    return found


def _of() -> str:
    return f"{versions()}, table of {known_calendar(exchanges()[0]).made}"


def _read(entry: dict[str, Any]) -> CalendarTrust:
    first, last = (date.fromisoformat(entry[name]) for name in _DATES)
    return CalendarTrust(str(entry["exchange"]), bool(entry["carried"]), str(entry["detail"]), first, last)
