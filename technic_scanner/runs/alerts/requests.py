"""Reads what people and programs ask of an alert, strictly, and writes alerts as they are shown to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from technic_scanner.domain.alert import DEFAULT_BODY, DEFAULT_TITLE, Alert, AlertWhen, Delivery
from technic_scanner.domain.quoting import quoted
from technic_scanner.errors import ConfigError, FieldProblem

_NEEDED = ("schedule", "channel")
FIELDS = ("schedule", "channel", "when", "least", "title", "body", "watchlist")


def alert_from_dict(name: str, payload: Mapping[str, Any]) -> Alert:
    """Read an alert; ConfigError names every unknown and every bad field. Whether it can be kept is checked later."""
    problems = [
        FieldProblem(str(key), f"is not a field; the fields are {', '.join(FIELDS)}")
        for key in payload
        if key not in FIELDS
    ]
    texts = {"schedule": "", "channel": "", "title": DEFAULT_TITLE, "body": DEFAULT_BODY, "watchlist": ""}
    for field in list(texts):
        value = payload.get(field)
        if value is not None and not isinstance(value, str):
            problems.append(FieldProblem(field, f"must be text, not {quoted(value)}"))
        elif value is None and field in _NEEDED:
            problems.append(FieldProblem(field, "must be given"))
        elif value is not None:
            texts[field] = value
    when = payload.get("when") or AlertWhen.ENTERED
    if when not in set(AlertWhen):
        problems.append(FieldProblem("when", f"must be one of {', '.join(AlertWhen)}, not {quoted(when)}"))
    least = 1 if payload.get("least") is None else payload["least"]
    if isinstance(least, bool) or not isinstance(least, int):
        problems.append(FieldProblem("least", f"must be a whole number, not {quoted(least)}"))
    if problems:
        raise ConfigError(problems)
    schedule, channel, title, body, watchlist = texts.values()
    return Alert(name, schedule, channel, AlertWhen(when), least, title, body, watchlist)


def alert_to_dict(alert: Alert) -> dict[str, Any]:
    """Return an alert as JSON types."""
    return {
        "name": alert.name,
        "schedule": alert.schedule,
        "channel": alert.channel,
        "when": alert.when.value,
        "least": alert.least,
        "title": alert.title,
        "body": alert.body,
        "watchlist": alert.watchlist,
        "paused": alert.paused,
        "version": alert.version,
        "created_at": None if alert.created_at is None else alert.created_at.isoformat(),
    }


def delivery_to_dict(delivery: Delivery, names: Mapping[str, str]) -> dict[str, Any]:
    """Return a message's record as JSON types; ``names`` are those of alerts by id."""
    return {
        "alert": names.get(delivery.alert_id),
        "session": delivery.key,
        "channel": delivery.channel,
        "run_id": delivery.run_id,
        "status": delivery.status.value,
        "attempts": delivery.attempts,
        "next_at": None if delivery.next_at is None else delivery.next_at.isoformat(),
        "note": delivery.note,
        "created_at": delivery.created_at.isoformat(),
        "ended_at": None if delivery.ended_at is None else delivery.ended_at.isoformat(),
    }
