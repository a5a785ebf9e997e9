"""Writes the message of an alert from what is new in a run: title and text from templates, and a document."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from string import Template

from technic_scanner.domain.alert import Alert, AlertWhen, Message
from technic_scanner.errors import FieldProblem
from technic_scanner.runs.changes.picks import LeftPick, WhatIsNew
from technic_scanner.runs.changes.service import changes_to_dict

TITLE_LIMIT, BODY_LIMIT = 300, 5_000
_NAMED = 50  # symbols that are written out
_REASONS = 20
NAMES = (
    *("alert", "schedule", "session", "run_id", "entered", "entered_count", "left", "left_count"),
    *("moved_count", "stayed_count", "picks_count", "revised", "notes"),
)


def template_problems(alert: Alert) -> list[FieldProblem]:
    """Return what is wrong with an alert's templates."""
    found = []
    for field, text, limit in (("title", alert.title, TITLE_LIMIT), ("body", alert.body, BODY_LIMIT)):
        if not text.strip() or len(text) > limit:
            found.append(FieldProblem(field, f"must be 1 to {limit} characters"))
        template = Template(text)
        if not template.is_valid():
            found.append(FieldProblem(field, "has a $ that begins no name; $$ writes one"))
        else:
            unknown = [name for name in template.get_identifiers() if name not in NAMES]
            names = ", ".join(f"${name}" for name in NAMES)
            found += [FieldProblem(field, f"${name} is not one of {names}") for name in unknown]
    if len(alert.title.splitlines()) > 1:
        found.append(FieldProblem("title", "must be one line"))
    return found


def is_told(alert: Alert, changes: WhatIsNew) -> bool:
    """Return whether a run is to be told."""
    if alert.when is AlertWhen.ALWAYS:
        return True
    entered = len(changes.entered)
    return (entered if alert.when is AlertWhen.ENTERED else entered + len(changes.left)) >= max(1, alert.least)


def message_key(alert: Alert, key: str, channel: str) -> str:
    """Return what marks the message of an alert and a session to a channel, in every attempt to send it."""
    return hashlib.sha256(f"{alert.alert_id}\n{key}\n{channel}".encode()).hexdigest()[:32]


def compose(alert: Alert, key: str, channel: str, changes: WhatIsNew, made_up: Sequence[str] = ()) -> Message:
    """Return the message of a firing's run; ``made_up`` are earlier sessions that are told in one line with it."""
    mark = message_key(alert, key, channel)
    values = {
        "alert": alert.name,
        "schedule": alert.schedule,
        "session": key,
        "run_id": changes.run_id,
        "entered": _symbols([pick.symbol for pick in changes.entered]),
        "entered_count": str(len(changes.entered)),
        "left": _reasons(changes.left),
        "left_count": str(len(changes.left)),
        "moved_count": str(len(changes.moved)),
        "stayed_count": str(len(changes.stayed)),
        "picks_count": str(len(changes.picks)),
        "revised": _reasons(changes.adjusted),
        "notes": " ".join(changes.notes),
    }
    more = [*changes.notes]
    if changes.adjusted:
        more.append(f"History revised, not counted as left: {values['revised']}")
    if made_up:
        more.append(f"Also run, after a standstill: {', '.join(made_up)}.")
    text = "\n".join([Template(alert.body).substitute(values), *more, f"Run {changes.run_id}, message {mark}"])
    title = " ".join(Template(alert.title).substitute(values).split())[:TITLE_LIMIT]
    document = {
        "key": mark,
        "alert": alert.name,
        "schedule": alert.schedule,
        "session": key,
        "title": title,
        "text": text,
        "also_run": list(made_up),
        "new": changes_to_dict(changes),
    }
    return Message(mark, title, text, document)


def _symbols(symbols: Sequence[str]) -> str:
    more = f" and {len(symbols) - _NAMED} more" if len(symbols) > _NAMED else ""
    return ", ".join(symbols[:_NAMED]) + more if symbols else "none"


def _reasons(picks: Sequence[LeftPick]) -> str:
    more = f"; and {len(picks) - _REASONS} more" if len(picks) > _REASONS else ""
    return "; ".join(f"{pick.symbol} ({pick.why})" for pick in picks[:_REASONS]) + more if picks else "none"
