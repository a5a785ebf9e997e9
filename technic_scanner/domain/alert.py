"""Define alerts: which runs of a schedule are told to which channel, and what became of each message."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

DEFAULT_TITLE = "$schedule $session: $entered_count new, $left_count left"
DEFAULT_BODY = "New: $entered\nLeft: $left\nMoved: $moved_count, on the same rank: $stayed_count"


class AlertWhen(StrEnum):
    """When a run is told: ENTERED, some symbols are new; CHANGED, some are new or have left; ALWAYS."""

    ENTERED = "entered"
    CHANGED = "changed"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Alert:
    """What is told about the runs of a schedule, and to which channel.

    ``least`` is how many symbols must have entered (or entered and left, for CHANGED) at least. ``title`` and ``body``
    are templates with ``$names``. With a ``watchlist``, only its symbols count and are told. ``version`` counts saves.
    """

    name: str
    schedule: str
    channel: str
    when: AlertWhen = AlertWhen.ENTERED
    least: int = 1
    title: str = DEFAULT_TITLE
    body: str = DEFAULT_BODY
    watchlist: str = ""
    paused: bool = False
    alert_id: str = ""
    schedule_id: str = ""
    version: int = 1
    created_at: datetime | None = None
    fault: str | None = None  # why its stored terms cannot be used; None if they can


class DeliveryStatus(StrEnum):
    """PENDING, SENT, QUIET (nothing to tell), MERGED (told in one line with a later session) or FAILED (given up)."""

    PENDING = "pending"
    SENT = "sent"
    QUIET = "quiet"
    MERGED = "merged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one channel: of an alert and a session, written with the result of the session's run.

    ``key`` is the firing's. ``attempts`` counts tries; ``next_at`` is the next one. ``note`` says what happened last.
    """

    alert_id: str
    key: str
    channel: str
    run_id: str
    status: DeliveryStatus
    attempts: int
    next_at: datetime | None
    note: str
    created_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel is given; ``key`` is the same in every attempt, so that a receiver can tell a repetition."""

    key: str
    title: str
    text: str
    document: dict[str, Any] = field(default_factory=dict)
