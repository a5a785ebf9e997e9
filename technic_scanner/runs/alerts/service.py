"""Add, show, edit, preview, pause, test and remove alerts: what every door offers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Protocol

from technic_scanner.clock import Clock
from technic_scanner.domain.alert import Alert, AlertWhen, Delivery, DeliveryStatus, Message
from technic_scanner.domain.printable import is_printable
from technic_scanner.domain.run import RunRecord
from technic_scanner.domain.schedule import Schedule
from technic_scanner.errors import (
    AlertConflictError,
    ConfigError,
    FieldProblem,
    NotFoundError,
    ResultsNotReadyError,
    WatchlistNotFoundError,
)
from technic_scanner.runs.alert_ports import AlertStore, Channels
from technic_scanner.runs.alerts.message import compose, message_key, template_problems
from technic_scanner.runs.alerts.outbox import Outbox
from technic_scanner.runs.alerts.told_changes import ToldChanges
from technic_scanner.runs.named_versions.interchange import NAME_LIMIT
from technic_scanner.runs.schedule_ports import ScheduleStore

MOST = 10_000
FEED_RUNS = 10
_FIRINGS = 300


class AlertsStore(AlertStore, ScheduleStore, Protocol):
    """What alerts need of the store."""

    def get_run(self, run_id: str) -> RunRecord:
        """Return a run."""
        ...


class AlertService:
    """Alerts of one store."""

    def __init__(self, store: AlertsStore, changes: ToldChanges, channels: Channels, clock: Clock) -> None:
        self._store = store
        self._changes = changes
        self._channels = channels
        self._clock = clock
        self._outbox = Outbox(store, changes, channels, clock)

    def tick(self) -> None:
        """Send what is due; called by every worker and server all the time, cheap and never raising."""
        self._outbox.tick()

    def send_due(self) -> int:
        """Send what is due at once; return how many messages were sent. Raises StoreError."""
        return self._outbox.send_due()

    def channels(self) -> tuple[tuple[str, str | None], ...]:
        """Return the names of all channels, each with what stands against it."""
        return tuple((name, self._channels.problem(name)) for name in self._channels.names())

    def add(self, alert: Alert) -> Alert:
        """Store a new alert. ConfigError with all that is wrong, AlertConflictError, ScheduleNotFoundError."""
        self._check(alert)
        return self._store.add_alert(alert)

    def replace(self, alert: Alert, expected_version: int | None = None) -> Alert:
        """Save an alert under the name of a stored one, which stays paused if it is. Raises as ``add``.

        ``expected_version`` is the version to replace; None: whatever is stored now.
        """
        self._check(alert)
        stored, schedule = self.get(alert.name), self._store.get_schedule(alert.schedule)
        if expected_version not in (None, stored.version):
            found = f"alert {alert.name!r} is at version {stored.version}, not {expected_version}"
            raise AlertConflictError(f"{found}; read it again")
        return self._store.save_alert(
            replace(
                alert,
                alert_id=stored.alert_id,
                schedule_id=schedule.schedule_id,
                version=stored.version,
                paused=stored.paused,
                created_at=stored.created_at,
            )
        )

    def all(self) -> tuple[Alert, ...]:
        """Return all alerts by name."""
        return self._store.list_alerts()

    def get(self, name: str) -> Alert:
        """Return an alert; AlertNotFoundError."""
        return self._store.get_alert(name)

    def remove(self, name: str) -> None:
        """Delete an alert and the record of its messages; what waits is not sent. AlertNotFoundError."""
        self._store.remove_alert(name)

    def pause(self, name: str, *, paused: bool = True) -> Alert:
        """Stop an alert from telling runs that end from now on, or let it tell them again."""
        alert = self.get(name)
        return alert if alert.paused is paused else self._store.save_alert(replace(alert, paused=paused))

    def deliveries(
        self, limit: int = 50, name: str | None = None, statuses: Collection[DeliveryStatus] = ()
    ) -> tuple[Delivery, ...]:
        """Return the newest messages, of one alert or of all, newest first."""
        return self._store.deliveries(limit, None if name is None else self.get(name).alert_id, statuses)

    def preview(self, alert: Alert) -> Message:
        """Return what the newest run of the alert's schedule would say; ResultsNotReadyError if none has a result."""
        self._check(alert)
        schedule = self._store.get_schedule(alert.schedule)
        for firing in self._store.firings(schedule.schedule_id, _FIRINGS):
            if firing.run_id is None:
                continue
            try:
                return compose(alert, firing.key, alert.channel, self._changes.of(alert, firing.run_id))
            except (ResultsNotReadyError, NotFoundError):
                continue
        raise ResultsNotReadyError(f"no run of schedule {alert.schedule!r} has results that a message could tell")

    def told(
        self, schedule_name: str, limit: int = FEED_RUNS
    ) -> tuple[Schedule, tuple[tuple[RunRecord, Message], ...]]:
        """Return a schedule and its newest runs that have results, each with what it says; newest first."""
        schedule = self._store.get_schedule(schedule_name)
        alert = Alert(f"feed of {schedule.name}", schedule.name, "feed", alert_id=schedule.schedule_id)
        found: list[tuple[RunRecord, Message]] = []
        for firing in self._store.firings(schedule.schedule_id, _FIRINGS):
            if firing.run_id is None:
                continue
            try:
                run = self._store.get_run(firing.run_id)
                found.append((run, compose(alert, firing.key, "feed", self._changes.of(alert, run.run_id))))
            except (ResultsNotReadyError, NotFoundError):
                continue
            if len(found) == limit:
                break
        return schedule, tuple(found)

    def test(self, name: str) -> Message:
        """Send a message that says that it is a test; ChannelError if the channel does not take it."""
        alert = self.get(name)
        key = f"test {self._clock.now().isoformat()}"
        mark = message_key(alert, key, alert.channel)
        text = f"A test of alert {alert.name}. It tells the runs of schedule {alert.schedule}.\nMessage {mark}"
        document = {"key": mark, "alert": alert.name, "schedule": alert.schedule, "test": True, "text": text}
        message = Message(mark, f"Test of alert {alert.name}", text, document)
        self._channels.send(alert.channel, message)
        return message

    def problems(self) -> tuple[str, ...]:
        """Return a sentence for each alert that cannot be told, and for each whose newest message is not sent."""
        found = []
        channels = dict(self.channels())
        for alert in self.all():
            if alert.fault is not None:
                found.append(f"Alert {alert.name!r}: {alert.fault}.")
            elif alert.channel not in channels:
                found.append(f"Alert {alert.name!r}: there is no channel {alert.channel!r} here.")
            elif problem := channels[alert.channel] or self._watchlist_problem(alert):
                found.append(f"Alert {alert.name!r}: {problem}.")
            newest = self._store.deliveries(1, alert.alert_id)
            if newest and (newest[0].status is DeliveryStatus.FAILED or (newest[0].attempts and _waits(newest[0]))):
                found.append(f"Alert {alert.name!r}, {newest[0].key}, is not sent: {newest[0].note}.")
        return tuple(found)

    def _check(self, alert: Alert) -> None:
        found = template_problems(alert)
        name = alert.name
        if not name.strip() or len(name) > NAME_LIMIT or name != name.strip() or not is_printable(name):
            sentence = f"must be 1 to {NAME_LIMIT} printable characters without a space at either end"
            found.append(FieldProblem("name", sentence))
        if not 1 <= alert.least <= MOST:
            found.append(FieldProblem("least", f"must be 1 to {MOST}, not {alert.least}"))
        elif alert.when is AlertWhen.ALWAYS and alert.least != 1:
            found.append(FieldProblem("least", "has no meaning for an alert that tells every run"))
        channels = dict(self.channels())
        if alert.channel not in channels:
            there = ", ".join(channels) or "none; docs/standing.md says how they are set"
            found.append(FieldProblem("channel", f"{alert.channel!r} is not a channel here; there are {there}"))
        if problem := self._watchlist_problem(alert):
            found.append(FieldProblem("watchlist", problem))
        if found:
            raise ConfigError(found)

    def _watchlist_problem(self, alert: Alert) -> str | None:
        try:
            if alert.watchlist:
                self._changes.members(alert.watchlist)
        except (WatchlistNotFoundError, ConfigError) as error:
            return str(error)
        return None


def _waits(delivery: Delivery) -> bool:
    return delivery.status is DeliveryStatus.PENDING
