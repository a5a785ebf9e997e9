"""Alerts and their messages: a message is written with the result that it tells, and taken by one process at a time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Text, bindparam, delete, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from technic_scanner.adapters.stores.database import Database, reading, writing
from technic_scanner.adapters.stores.schedules import ScheduleQueries
from technic_scanner.adapters.stores.schema_standing import alert_deliveries, alerts, schedule_firings, schedules
from technic_scanner.domain.alert import Alert, AlertWhen, Delivery, DeliveryStatus
from technic_scanner.errors import AlertConflictError, AlertNotFoundError, ScheduleNotFoundError
from technic_scanner.runs.alerts.terms import dump_alert_terms, read_alert_terms

_ALERT_LOCK = 0x7EC4C1A4
_PENDING = DeliveryStatus.PENDING.value


# Built once, for every run that ends: to build it takes as long as to run it.
_COLUMNS = ("alert_id", "key", "channel", "run_id", "status", "attempts", "next_at", "note", "created_at")
_RUN, _NOW = bindparam("id", type_=Text()), bindparam("now", type_=alert_deliveries.c.created_at.type)
_TOLD = (
    select(
        alerts.c.alert_id,
        schedule_firings.c.key,
        alerts.c.channel,
        _RUN,
        literal(_PENDING),
        literal(0),
        _NOW,
        literal(""),
        _NOW,
    )
    .join_from(schedule_firings, alerts, alerts.c.schedule_id == schedule_firings.c.schedule_id)
    .where(schedule_firings.c.run_id == _RUN, alerts.c.paused.is_(False))
)
_MESSAGES = {
    upsert: upsert(alert_deliveries).from_select(_COLUMNS, _TOLD).on_conflict_do_nothing()
    for upsert in (sqlite.insert, postgresql.insert)
}


class AlertQueries(ScheduleQueries):
    """What is told about the runs of schedules, and what became of it."""

    @writing
    def add_alert(self, connection: Connection, alert: Alert) -> Alert:
        """Store a new alert; AlertConflictError if the name is taken, ScheduleNotFoundError."""
        self.database.lock(connection, _ALERT_LOCK)
        if _fetch(connection, alert.name) is not None:
            raise AlertConflictError(f"there is an alert {alert.name!r} already")
        schedule = connection.scalar(select(schedules.c.schedule_id).where(schedules.c.name == alert.schedule))
        if schedule is None:
            raise ScheduleNotFoundError(f"there is no schedule {alert.schedule!r}")
        added = replace(alert, alert_id=self._run_ids(), schedule_id=schedule, version=1, created_at=self.clock.now())
        connection.execute(insert(alerts).values(**_values(added)))
        return added

    @writing
    def save_alert(self, connection: Connection, alert: Alert) -> Alert:
        """Replace what an alert says, of the version that was read. AlertConflictError."""
        saved = replace(alert, version=alert.version + 1)
        changed = connection.execute(
            update(alerts)
            .where(alerts.c.alert_id == alert.alert_id, alerts.c.version == alert.version)
            .values(**_values(saved))
        )
        if not changed.rowcount:
            raise AlertConflictError(f"alert {alert.name!r} was changed or removed meanwhile; read it again")
        return saved

    @writing
    def remove_alert(self, connection: Connection, name: str) -> None:
        """Delete an alert and its messages; AlertNotFoundError."""
        if not connection.execute(delete(alerts).where(alerts.c.name == name)).rowcount:
            raise _no_such_alert(name)

    @reading
    def get_alert(self, connection: Connection, name: str) -> Alert:
        """Return an alert; AlertNotFoundError."""
        row = _fetch(connection, name)
        if row is None:
            raise _no_such_alert(name)
        return _to_alert(row)

    @reading
    def list_alerts(self, connection: Connection) -> tuple[Alert, ...]:
        """Return all alerts by name."""
        rows = connection.execute(_ALERTS).all()
        return tuple(sorted(map(_to_alert, rows), key=lambda alert: alert.name.casefold()))

    @reading
    def due_deliveries(self, connection: Connection, now: datetime, limit: int) -> tuple[Delivery, ...]:
        """Return PENDING messages whose ``next_at`` is reached, oldest first."""
        rows = connection.execute(
            select(alert_deliveries)
            .where(alert_deliveries.c.status == _PENDING, alert_deliveries.c.next_at <= now)
            .order_by(alert_deliveries.c.created_at, alert_deliveries.c.key)
            .limit(limit)
        ).all()
        return tuple(map(_to_delivery, rows))

    @writing
    def lease_delivery(self, connection: Connection, delivery: Delivery, until: datetime) -> bool:
        """Take a message for this process until then, and count an attempt; False if another process has it."""
        taken = connection.execute(
            update(alert_deliveries)
            .where(
                *_own(delivery),
                alert_deliveries.c.status == _PENDING,
                alert_deliveries.c.next_at == delivery.next_at,
                alert_deliveries.c.attempts == delivery.attempts,
            )
            .values(next_at=until, attempts=delivery.attempts + 1)
        )
        return taken.rowcount == 1

    @writing
    def settle_delivery(
        self,
        connection: Connection,
        delivery: Delivery,
        status: DeliveryStatus,
        note: str,
        next_at: datetime | None = None,
    ) -> None:
        """Write what became of a message that this process has taken; PENDING again with another ``next_at``."""
        connection.execute(
            update(alert_deliveries)
            .where(
                *_own(delivery),
                alert_deliveries.c.status == _PENDING,
                alert_deliveries.c.attempts == delivery.attempts + 1,
            )
            .values(
                status=status.value,
                note=note,
                next_at=next_at,
                ended_at=None if status is DeliveryStatus.PENDING else self.clock.now(),
            )
        )

    @reading
    def deliveries(
        self,
        connection: Connection,
        limit: int,
        alert_id: str | None = None,
        statuses: Collection[DeliveryStatus] = (),
    ) -> tuple[Delivery, ...]:
        """Return the newest messages, newest first; of one alert or all, of some statuses or all."""
        wanted = select(alert_deliveries)
        if alert_id is not None:
            wanted = wanted.where(alert_deliveries.c.alert_id == alert_id)
        if statuses:
            wanted = wanted.where(alert_deliveries.c.status.in_([status.value for status in statuses]))
        newest = (alert_deliveries.c.created_at.desc(), alert_deliveries.c.key.desc(), alert_deliveries.c.channel)
        return tuple(map(_to_delivery, connection.execute(wanted.order_by(*newest).limit(limit)).all()))


def write_messages(connection: Connection, database: Database, run_id: str, now: datetime) -> None:
    """Write a message for each alert of the schedule whose firing queued this run; in the transaction of its result."""
    statement = _MESSAGES[sqlite.insert if database.is_sqlite else postgresql.insert]
    connection.execute(statement, {"id": run_id, "now": now})


_ALERTS = select(alerts, schedules.c.name.label("schedule")).join_from(
    alerts, schedules, schedules.c.schedule_id == alerts.c.schedule_id
)


def _fetch(connection: Connection, name: str) -> Row[Any] | None:
    return connection.execute(_ALERTS.where(alerts.c.name == name)).one_or_none()


def _own(delivery: Delivery) -> tuple[Any, ...]:
    return (
        alert_deliveries.c.alert_id == delivery.alert_id,
        alert_deliveries.c.key == delivery.key,
        alert_deliveries.c.channel == delivery.channel,
    )


def _values(alert: Alert) -> dict[str, Any]:
    return {
        "alert_id": alert.alert_id,
        "name": alert.name,
        "version": alert.version,
        "schedule_id": alert.schedule_id,
        "channel": alert.channel,
        "paused": alert.paused,
        "terms": dump_alert_terms(alert),
        "created_at": alert.created_at,
    }


def _to_alert(row: Row[Any]) -> Alert:
    terms, problems = read_alert_terms(row.terms)
    faults = "; ".join(map(str, problems))
    return Alert(
        name=row.name,
        schedule=row.schedule,
        channel=row.channel,
        when=AlertWhen(terms.when) if terms.when in set(AlertWhen) else AlertWhen.ALWAYS,
        least=terms.least,
        title=terms.title,
        body=terms.body,
        watchlist=terms.watchlist,
        paused=row.paused,
        alert_id=row.alert_id,
        schedule_id=row.schedule_id,
        version=row.version,
        created_at=row.created_at,
        fault=f"its stored terms cannot be read in full ({faults})" if faults else None,
    )


def _to_delivery(row: Row[Any]) -> Delivery:
    known = {status.value: status for status in DeliveryStatus}
    return Delivery(
        alert_id=row.alert_id,
        key=row.key,
        channel=row.channel,
        run_id=row.run_id,
        status=known.get(row.status, DeliveryStatus.QUIET),
        attempts=row.attempts,
        next_at=row.next_at,
        note=row.note,
        created_at=row.created_at,
        ended_at=row.ended_at,
    )


def _no_such_alert(name: str) -> AlertNotFoundError:
    return AlertNotFoundError(f"there is no alert {name!r}")
