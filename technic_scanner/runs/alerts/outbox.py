"""Sends the messages that wait: each is taken by one process, tried again with longer pauses, and given up at last."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Protocol

from technic_scanner.clock import Clock
from technic_scanner.domain.alert import Alert, Delivery, DeliveryStatus
from technic_scanner.domain.schedule import FiringStatus
from technic_scanner.errors import (
    ChannelError,
    ConfigError,
    NotFoundError,
    ResultsNotReadyError,
    WatchlistNotFoundError,
)
from technic_scanner.runs.alert_ports import AlertStore, Channels
from technic_scanner.runs.alerts.message import compose, is_told
from technic_scanner.runs.alerts.told_changes import ToldChanges
from technic_scanner.runs.changes.picks import WhatIsNew
from technic_scanner.runs.schedule_ports import ScheduleStore
from technic_scanner.runs.ticks import Ticks

_log = logging.getLogger(__name__)

TICK_SECONDS = 2.0
# How long a process has a message for itself; one that dies meanwhile holds it up for as long.
LEASE = timedelta(minutes=2)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=3)
_AT_ONCE = 20
_FIRINGS = 300


class OutboxStore(AlertStore, ScheduleStore, Protocol):
    """What the outbox needs of the store."""


class Outbox:
    """Looks for messages that are due at most every two seconds; thread-safe."""

    def __init__(self, store: OutboxStore, changes: ToldChanges, channels: Channels, clock: Clock) -> None:
        self._store = store
        self._changes = changes
        self._channels = channels
        self._clock = clock
        self._ticks = Ticks(TICK_SECONDS, clock, "messages")

    def tick(self) -> None:
        """Send what is due, unless that was done just now; never raises: who calls it has other work to do."""
        self._ticks.attempt(self.send_due)

    def send_due(self) -> int:
        """Settle all messages that are due; return how many were sent. Raises StoreError."""
        sent = 0
        due = self._store.due_deliveries(self._clock.now(), _AT_ONCE)
        alerts = {alert.alert_id: alert for alert in self._store.list_alerts()} if due else {}
        for delivery in due:
            alert = alerts.get(delivery.alert_id)
            if alert is not None and self._store.lease_delivery(delivery, self._clock.now() + LEASE):
                sent += self._settle(alert, delivery)
        return sent

    def _settle(self, alert: Alert, delivery: Delivery) -> bool:
        if alert.fault is not None:
            self._write(delivery, DeliveryStatus.FAILED, alert.fault)
            return False
        later = self._told_with(alert, delivery)
        if later is not None:
            self._write(delivery, DeliveryStatus.MERGED, f"told in one line with {later}")
            return False
        try:
            changes = self._changes.of(alert, delivery.run_id)
        except (WatchlistNotFoundError, ConfigError) as error:
            self._write(delivery, DeliveryStatus.FAILED, f"its watchlist cannot be used: {error}")
            return False
        except (NotFoundError, ResultsNotReadyError) as error:
            self._write(delivery, DeliveryStatus.FAILED, f"its run is gone: {error}")
            return False
        if not is_told(alert, changes):
            self._write(
                delivery, DeliveryStatus.QUIET, " ".join(changes.notes) or "nothing that it asks for has changed"
            )
            return False
        return self._send(alert, delivery, changes)

    def _send(self, alert: Alert, delivery: Delivery, changes: WhatIsNew) -> bool:
        message = compose(alert, delivery.key, delivery.channel, changes, self._made_up(delivery))
        try:
            self._channels.send(delivery.channel, message)
        except ChannelError as error:
            self._again(alert, delivery, str(error))
            return False
        self._write(delivery, DeliveryStatus.SENT, f"message {message.key}")
        _log.info("alert %r, %s: sent to channel %s", alert.name, delivery.key, delivery.channel)
        return True

    def _again(self, alert: Alert, delivery: Delivery, fault: str) -> None:
        now, tries = self._clock.now(), delivery.attempts + 1
        _log.warning("alert %r, %s, attempt %d: %s", alert.name, delivery.key, tries, fault)
        if now - delivery.created_at >= GIVE_UP_AFTER:
            self._write(delivery, DeliveryStatus.FAILED, f"given up after {tries} attempts: {fault}")
            return
        self._store.settle_delivery(delivery, DeliveryStatus.PENDING, fault, now + pause_after(tries))

    def _write(self, delivery: Delivery, status: DeliveryStatus, note: str) -> None:
        self._store.settle_delivery(delivery, status, note)

    def _told_with(self, alert: Alert, delivery: Delivery) -> str | None:
        """Return the key of the session with which this one is told, if both were made up for after a standstill.

        Then the later one had been queued before the result of this one was there.
        """
        firings = self._store.firings(alert.schedule_id, _FIRINGS)
        own = next((firing.planned_at for firing in firings if firing.key == delivery.key), None)
        later = [
            firing.key
            for firing in firings
            if own is not None
            and firing.planned_at > own
            and firing.status is FiringStatus.QUEUED
            and firing.decided_at <= delivery.created_at
        ]
        return later[0] if later else None

    def _made_up(self, delivery: Delivery) -> list[str]:
        """Return the sessions that were merged since the last one that was settled by itself, oldest first."""
        keys = []
        for other in self._store.deliveries(_FIRINGS, delivery.alert_id):
            if other.channel != delivery.channel or _order(other) >= _order(delivery):
                continue
            if other.status is not DeliveryStatus.MERGED:
                break
            keys.append(other.key)
        return keys[::-1]


def pause_after(attempts: int) -> timedelta:
    """Return the pause after this number of failed attempts: 30 seconds, doubled each time, an hour at most."""
    doubled: timedelta = FIRST_PAUSE * 2 ** min(attempts - 1, 10)
    return min(doubled, LONGEST_PAUSE)


def _order(delivery: Delivery) -> tuple[datetime, str]:
    return delivery.created_at, delivery.key
