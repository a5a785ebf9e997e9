"""Define the ports of alerts: the store of alerts and of messages, and the channels that take messages."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from technic_scanner.domain.alert import Alert, Delivery, DeliveryStatus, Message


class Channels(Protocol):
    """Takes messages to people and programs; where to is known by name only."""

    def names(self) -> tuple[str, ...]:
        """Return the names of all channels."""
        ...

    def problem(self, name: str) -> str | None:
        """Say why a channel cannot be used, without naming what is secret; None if nothing is known against it."""
        ...

    def send(self, name: str, message: Message) -> None:
        """Hand a message over; ChannelError if it was not taken, without what is secret."""
        ...


class AlertStore(Protocol):
    """Alerts and their messages. Every method is one transaction.

    The store writes a PENDING message for each alert of a firing's schedule together with the result of its run.
    """

    def add_alert(self, alert: Alert) -> Alert:
        """Store a new alert; AlertConflictError if the name is taken, ScheduleNotFoundError."""
        ...

    def save_alert(self, alert: Alert) -> Alert:
        """Replace what an alert says, of the version that was read. AlertConflictError."""
        ...

    def remove_alert(self, name: str) -> None:
        """Delete an alert and its messages; AlertNotFoundError."""
        ...

    def get_alert(self, name: str) -> Alert:
        """Return an alert; AlertNotFoundError."""
        ...

    def list_alerts(self) -> tuple[Alert, ...]:
        """Return all alerts by name."""
        ...

    def due_deliveries(self, now: datetime, limit: int) -> tuple[Delivery, ...]:
        """Return PENDING messages whose ``next_at`` is reached, oldest first."""
        ...

    def lease_delivery(self, delivery: Delivery, until: datetime) -> bool:
        """Take a message for this process until then, and count an attempt; False if another process has it."""
        ...

    def settle_delivery(
        self, delivery: Delivery, status: DeliveryStatus, note: str, next_at: datetime | None = None
    ) -> None:
        """Write what became of a message that this process has taken; PENDING again with another ``next_at``."""
        ...

    def deliveries(
        self, limit: int, alert_id: str | None = None, statuses: Collection[DeliveryStatus] = ()
    ) -> tuple[Delivery, ...]:
        """Return the newest messages, newest first; of one alert or all, of some statuses or all."""
        ...
