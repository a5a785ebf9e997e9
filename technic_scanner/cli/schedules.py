"""Define the commands for schedules: add, list, show, next, pause, resume, fire, remove."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from technic_scanner.bootstrap import Services, build
from technic_scanner.cli.output import Json, emit, errors_as_sentences, say, table, tell
from technic_scanner.cli.requests import json_in
from technic_scanner.domain.schedule import AfterClose, PlannedTime, Schedule
from technic_scanner.errors import ConfigError, FieldProblem
from technic_scanner.runs.schedules.planning import in_words
from technic_scanner.runs.schedules.requests import (
    firing_to_dict,
    planned_to_dict,
    schedule_from_dict,
    schedule_to_dict,
)

app = typer.Typer(no_args_is_help=True, help="Scans that run by themselves, after a session or at calendar times.")
_SHOWN_TIMES = 5
# Options that have other names than their fields.
_OPTION_OF = {"min_data_fraction": "min_data", "late_rule": "late", "catch_up_sessions": "catch_up"}


@app.command()
def add(
    name: str,
    preset: Annotated[str | None, typer.Option(help="Preset to scan, as it is when the schedule fires.")] = None,
    config: Annotated[Path | None, typer.Option(help="JSON file with the config to scan instead of a preset.")] = None,
    after_close: Annotated[
        str | None, typer.Option(help="Exchange after each of whose sessions to run, for example XNYS.")
    ] = None,
    delay: Annotated[str | None, typer.Option(help="Time after the close: 20m, 1h30m; default 30m.")] = None,
    at: Annotated[
        str | None, typer.Option(help='Calendar times as a cron expression, for example "15 8 * * mon".')
    ] = None,
    zone: Annotated[str | None, typer.Option(help="Time zone of --at, for example America/New_York.")] = None,
    min_data: Annotated[
        float | None, typer.Option(help="Share of symbols (0-1) whose bar must be there; default 0.97.")
    ] = None,
    late: Annotated[
        str | None, typer.Option(help="When the data do not come: partial (run anyway) or late (do not run).")
    ] = None,
    catch_up: Annotated[
        int | None, typer.Option(help="How many missed sessions to make up for at most; default 5.")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the schedule of this name.")] = False,
    as_json: Json = False,
) -> None:
    """Add a schedule; its first time is the first after now."""
    with errors_as_sentences(), build() as services:
        payload = {
            "preset": preset,
            "config": None if config is None else json_in(config),
            "after_close": after_close,
            "delay": delay,
            "at": at,
            "zone": zone,
            "min_data_fraction": min_data,
            "late_rule": late,
            "catch_up_sessions": catch_up,
        }
        with _named_as_options():
            schedule = schedule_from_dict(name, payload, faults=services.schedules.every_fault)
            saved = (services.schedules.replace if replace else services.schedules.add)(schedule)
        first = services.schedules.next_times(name, 1)[0]
        sentence = f"Schedule {name!r} fires {in_words(saved.when)}, next at {_at(first)}."
        tell(_to_dict(services, saved), sentence, as_json=as_json)


@app.command("list")
def list_schedules(as_json: Json = False) -> None:
    """List the schedules, with the next time of each and what stands against it."""
    with errors_as_sentences(), build() as services:
        found = services.schedules.all()
        if as_json:
            emit([_to_dict(services, schedule) for schedule in found])
            return
        rows = [
            (schedule.name, schedule.preset or "own config", in_words(schedule.when), _next(services, schedule))
            for schedule in found
        ]
        empty = "There are no schedules yet. To add one: technic-scanner schedules add"
        table("Schedules", ("Name", "Preset", "When", "Next"), rows, empty=empty)
        for schedule in found:
            if problem := services.schedules.problem(schedule):
                say(f"Schedule {schedule.name!r}: {problem}.")


@app.command()
def show(name: str, as_json: Json = False) -> None:
    """Show a schedule with its next five times and its newest firings."""
    with errors_as_sentences(), build() as services:
        schedule = services.schedules.get(name)
        times, firings = services.schedules.next_times(name, _SHOWN_TIMES), services.schedules.firings(name)
        if as_json:
            parts = {"times": list(map(planned_to_dict, times)), "firings": list(map(firing_to_dict, firings))}
            emit(_to_dict(services, schedule) | parts)
            return
        facts = [(key, _plain(value)) for key, value in _to_dict(services, schedule).items() if value is not None]
        table(name, ("Field", "Value"), facts)
        planned_times = [(planned.session or "", _at(planned)) for planned in times]
        table("Next", ("Session", "Time"), planned_times, empty="It has no next time.")
        rows = [(firing.key, firing.status.value, firing.run_id, firing.note) for firing in firings]
        table("Firings", ("Session or time", "Status", "Run", "Note"), rows, empty="It has not fired yet.")


@app.command("next")
def next_times(
    name: str,
    count: Annotated[int, typer.Option(help="How many times.")] = _SHOWN_TIMES,
    start: Annotated[
        str | None,
        typer.Option("--from", help="Day from whose midnight (in the zone of the times) to count; default now."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Print the next times of a schedule, also from a past or a future day."""
    with errors_as_sentences(), build() as services:
        times = services.schedules.next_times(name, count, _day(start))
        if as_json:
            emit({"times": list(map(planned_to_dict, times))})
        else:
            table(f"Next times of {name}", ("Session", "Time"), [(time.session or "", _at(time)) for time in times])
        schedule = services.schedules.get(name)
        if len(times) < count and isinstance(schedule.when, AfterClose):
            last = services.schedules.known_to(schedule.when)
            say(f"The calendar of {schedule.when.exchange} is known up to {last}.")


@app.command()
def pause(name: str, as_json: Json = False) -> None:
    """Stop a schedule from firing until it is resumed."""
    with errors_as_sentences(), build() as services:
        paused = services.schedules.pause(name)
        tell(_to_dict(services, paused), f"Schedule {name!r} is paused.", as_json=as_json)


@app.command()
def resume(name: str, as_json: Json = False) -> None:
    """Let a paused schedule fire again; what fell into the pause is not made up for."""
    with errors_as_sentences(), build() as services:
        schedule = services.schedules.resume(name)
        sentence = f"Schedule {name!r} fires again, next at {_next(services, schedule)}."
        tell(_to_dict(services, schedule), sentence, as_json=as_json)


@app.command()
def fire(name: str, as_json: Json = False) -> None:
    """Run a schedule now, as of the newest session that has closed; a session that was run is not run again."""
    with errors_as_sentences(), build() as services:
        fired = services.schedules.fire(name)
        firing = fired.firing
        done = f"Run {firing.run_id} is queued for {firing.key}."
        sentence = done if fired.new else f"Nothing is queued: {firing.key} is {firing.status.value} ({firing.run_id})."
        tell({"name": name, "new": fired.new, **firing_to_dict(firing)}, sentence, as_json=as_json)


@app.command()
def remove(name: str, as_json: Json = False) -> None:
    """Delete a schedule with its history; its runs stay."""
    with errors_as_sentences(), build() as services:
        services.schedules.remove(name)
        tell({"name": name, "removed": True}, f"Schedule {name!r} removed.", as_json=as_json)


@contextmanager
def _named_as_options() -> Iterator[None]:
    """Let a ConfigError name fields as the options of this command do."""
    try:
        yield
    except ConfigError as error:
        raise ConfigError(
            dataclasses.replace(problem, field=_OPTION_OF.get(problem.field, problem.field))
            for problem in error.problems
        ) from error


def _to_dict(services: Services, schedule: Schedule) -> dict[str, Any]:
    return schedule_to_dict(schedule) | {"problem": services.schedules.problem(schedule)}


def _next(services: Services, schedule: Schedule) -> str:
    if schedule.paused:
        return "paused"
    times = services.schedules.next_times(schedule.name, 1)
    return _at(times[0]) if times else "none known"


def _at(planned: PlannedTime) -> str:
    zone = planned.at.tzinfo.key if isinstance(planned.at.tzinfo, ZoneInfo) else planned.at.tzname()
    return f"{planned.at:%a %Y-%m-%d %H:%M} {zone}"


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return json.dumps(value)
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise ConfigError([FieldProblem("from", f"must be a date such as 2026-11-25, not {text!r}")]) from None
