"""Keeps, in a file of the user's cache folder, which calendars are trusted: checking all takes some ten seconds.

The verdicts depend on the installed releases alone, which the file names, so that all homes of a user share it.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import platformdirs

from technic_scanner.adapters.calendars.calendars import ExchangeCalendars
from technic_scanner.adapters.calendars.known_sessions import exchanges, known_calendar
from technic_scanner.adapters.calendars.package_calendar import versions
from technic_scanner.domain.sessions import CalendarTrust

_log = logging.getLogger(__name__)
_DATES = ("first", "last")
Trusts = tuple[CalendarTrust, ...]


def verdicts_file() -> Path:
    """Return where this user's verdicts are kept."""
    return platformdirs.user_cache_path("technic-scanner") / "calendars.json"


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
    _keep(file, json.dumps({"of": _of(), "trust": entries}, indent=1))
    return found


def _keep(file: Path, text: str) -> None:
    """Write the file whole; a folder that cannot be written to costs the next process another check."""
    new = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(text, encoding="utf-8")
        new.replace(file)
    except OSError as error:
        _log.info("the verdicts on the calendars are not kept: %s", error)


def _of() -> str:
    return f"{versions()}, table of {known_calendar(exchanges()[0]).made}"


def _read(entry: dict[str, Any]) -> CalendarTrust:
    first, last = (date.fromisoformat(entry[name]) for name in _DATES)
    return CalendarTrust(str(entry["exchange"]), bool(entry["carried"]), str(entry["detail"]), first, last)
