"""Reads what people and programs ask of a schedule, strictly, and writes schedules as they are shown to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.quoting import quoted
from technic_scanner.domain.schedule import (
    CATCH_UP_SESSIONS,
    DELAY,
    MIN_DATA_FRACTION,
    AfterClose,
    AtTimes,
    Firing,
    LateRule,
    PlannedTime,
    Schedule,
    When,
)
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.runs.requests import read_config, read_options
from technic_scanner.runs.schedules.planning import delay_text, in_words
from technic_scanner.runs.serialization import config_to_dict, options_to_dict

FIELDS = (
    *("preset", "config", "options", "after_close", "delay", "at", "zone"),
    *("min_data_fraction", "late_rule", "catch_up_sessions"),
)
_DELAY = re.compile(r"(?=\d)(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s)?")
Problems = list[FieldProblem]
# Returns everything that is wrong with a schedule that could be read.
Faults = Callable[[Schedule], Iterable[FieldProblem]]


def schedule_from_dict(
    name: str,
    payload: Mapping[str, Any],
    owner: str | None = None,
    asked: tuple[ScanConfig, RunOptions] | None = None,
    faults: Faults = lambda _schedule: (),
) -> Schedule:
    """Read a schedule; ConfigError names every unknown and every unreadable field, and with them the other ``faults``.

    ``asked`` is what it scans, if that has been read already. Whether it can be kept is checked later.
    """
    schedule, unread = readable_part(name, payload, owner, asked)
    if unread:
        raise ConfigError(every_fault(schedule, unread, faults))
    return schedule


def every_fault(schedule: Schedule, unread: Iterable[FieldProblem], faults: Faults) -> Problems:
    """Return what could not be read of a schedule, and what is wrong with the rest of it."""
    found = list(unread)
    named = {problem.field for problem in found}
    return [*found, *(problem for problem in faults(schedule) if problem.field not in named)]


def readable_part(
    name: str, payload: Mapping[str, Any], owner: str | None, asked: tuple[ScanConfig, RunOptions] | None
) -> tuple[Schedule, Problems]:
    """Read a schedule; what could not be read of it has its default and is named."""
    problems: Problems = [
        FieldProblem(str(key), f"is not a field; the fields are {', '.join(FIELDS)}")
        for key in payload
        if key not in FIELDS
    ]
    when = _when(payload, problems)
    config, options = asked or _request(payload, problems)
    late = payload.get("late_rule") or LateRule.PARTIAL
    if not isinstance(late, str) or late not in set(LateRule):
        problems.append(FieldProblem("late_rule", f"must be one of {', '.join(LateRule)}, not {quoted(late)}"))
        late = LateRule.PARTIAL
    schedule = Schedule(
        name=name,
        when=when,
        preset=_text(payload, "preset", problems),
        config=config,
        options=options,
        owner=owner,
        min_data_fraction=_number(payload, "min_data_fraction", MIN_DATA_FRACTION, problems),
        late_rule=LateRule(late),
        catch_up_sessions=_count(payload, "catch_up_sessions", CATCH_UP_SESSIONS, problems),
    )
    return schedule, problems


def when_from_dict(payload: Mapping[str, Any]) -> When:
    """Read only when a schedule fires; ConfigError as above."""
    problems: Problems = []
    when = _when(payload, problems)
    if problems:
        raise ConfigError(problems)
    return when


def schedule_to_dict(schedule: Schedule) -> dict[str, Any]:
    """Return a schedule as JSON types, with its fields as they are given and in words."""
    when = schedule.when
    times = (
        {"after_close": when.exchange, "delay": delay_text(when.delay), "at": None, "zone": None}
        if isinstance(when, AfterClose)
        else {"after_close": None, "delay": None, "at": when.cron, "zone": when.zone}
    )
    return {
        "name": schedule.name,
        "when": in_words(when),
        **times,
        "preset": schedule.preset,
        "config": None if schedule.config is None else config_to_dict(schedule.config),
        "options": None if schedule.options is None else options_to_dict(schedule.options),
        "min_data_fraction": schedule.min_data_fraction,
        "late_rule": schedule.late_rule.value,
        "catch_up_sessions": schedule.catch_up_sessions,
        "paused": schedule.paused,
        "version": schedule.version,
        "created_at": None if schedule.created_at is None else schedule.created_at.isoformat(),
        "next_at": None if schedule.next_at is None else schedule.next_at.isoformat(),
    }


def planned_to_dict(planned: PlannedTime) -> dict[str, Any]:
    """Return a planned time as JSON types: the session, None for calendar times, and the time with its offset."""
    return {
        "session": None if planned.session is None else planned.session.isoformat(),
        "at": planned.at.isoformat(),
    }


def firing_to_dict(firing: Firing) -> dict[str, Any]:
    """Return a firing as JSON types."""
    return {
        "key": firing.key,
        "planned_at": firing.planned_at.isoformat(),
        "status": firing.status.value,
        "run_id": firing.run_id,
        "note": firing.note,
        "decided_at": firing.decided_at.isoformat(),
    }


def _when(payload: Mapping[str, Any], problems: Problems) -> When:
    exchange, cron = _text(payload, "after_close", problems), _text(payload, "at", problems)
    delay, zone = _text(payload, "delay", problems), _text(payload, "zone", problems)
    if (exchange is None) == (cron is None):
        problems.append(FieldProblem("after_close", "give either after_close, an exchange, or at, calendar times"))
    if cron is not None:
        if zone is None:
            problems.append(FieldProblem("zone", "calendar times need the zone of their clock, as America/New_York"))
        if delay is not None:
            problems.append(FieldProblem("delay", "belongs to after_close, not to calendar times"))
        return AtTimes(cron, zone or "UTC")
    if zone is not None:
        problems.append(FieldProblem("zone", "belongs to at; after a close the zone is that of the exchange"))
    return AfterClose((exchange or "").upper(), DELAY if delay is None else _delay(delay, problems))


def _delay(text: str, problems: Problems) -> timedelta:
    found = _DELAY.fullmatch("0m" if text == "0" else text.strip().lower())
    if found is None:
        problems.append(FieldProblem("delay", f"must be a time such as 20m, 1h30m or 90s, not {quoted(text)}"))
        return DELAY
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _request(payload: Mapping[str, Any], problems: Problems) -> tuple[ScanConfig | None, RunOptions | None]:
    config, options = payload.get("config"), payload.get("options")
    if config is None:
        if options is not None:
            problems.append(FieldProblem("options", "belong to a config; a preset has its own"))
        return None, None
    given, given_options = read_config(config), read_options({} if options is None else options)
    problems += [*given.problems, *given_options.problems]
    return given.over(ScanConfig()), given_options.over(RunOptions())


def _text(payload: Mapping[str, Any], name: str, problems: Problems) -> str | None:
    value = payload.get(name)
    if value is None or isinstance(value, str):
        return value
    problems.append(FieldProblem(name, f"must be text, not {quoted(value)}"))
    return None


def _number(payload: Mapping[str, Any], name: str, default: float, problems: Problems) -> float:
    value = payload.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float):
        problems.append(FieldProblem(name, f"must be a number, not {quoted(value)}"))
        return default
    return float(value)


def _count(payload: Mapping[str, Any], name: str, default: int, problems: Problems) -> int:
    value = payload.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int):
        problems.append(FieldProblem(name, f"must be a whole number, not {quoted(value)}"))
        return default
    return value
