"""The tables of standing scans: schedules, firings, alerts and messages; the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, Named, Table, Text, TypedColumns

from technic_scanner.adapters.stores.schema import PlainText, UtcTime, metadata


class _ScheduleColumns(TypedColumns):
    """Standing scans; ``terms`` is the document of when and how, ``config`` and ``options`` are None for a preset."""

    schedule_id = Column(Text, primary_key=True)
    name: Named[str] = Column(PlainText)
    version: Named[int]
    owner: Named[str | None] = Column(PlainText)
    paused: Named[bool]
    terms: Named[str] = Column(Text)
    config: Named[str | None] = Column(Text)
    options: Named[str | None] = Column(Text)
    created_at: Named[datetime] = Column(UtcTime)
    updated_at: Named[datetime] = Column(UtcTime)
    decided_to: Named[datetime] = Column(UtcTime)
    next_at: Named[datetime | None] = Column(UtcTime)


schedules = Table(
    "schedules",
    metadata,
    _ScheduleColumns,
    Index("ix_schedules_name", "name", unique=True),
    Index("ix_schedules_next", "next_at"),
)


class _FiringColumns(TypedColumns):
    """What became of each planned time; ``run_id`` outlives its run, so that no session is ever run a second time."""

    schedule_id = Column(Text, ForeignKey("schedules.schedule_id", ondelete="CASCADE"), primary_key=True)
    key: Named[str] = Column(Text, primary_key=True)
    planned_at: Named[datetime] = Column(UtcTime)
    status: Named[str] = Column(Text)
    run_id: Named[str | None] = Column(Text)
    note: Named[str] = Column(PlainText)
    decided_at: Named[datetime] = Column(UtcTime)


schedule_firings = Table(
    "schedule_firings",
    metadata,
    _FiringColumns,
    Index("ix_schedule_firings_planned", "schedule_id", "planned_at"),
    Index("ix_schedule_firings_run", "run_id"),
)


class _AlertColumns(TypedColumns):
    """What is told about the runs of a schedule; ``channel`` is a name, what is secret of it is not stored."""

    alert_id = Column(Text, primary_key=True)
    name: Named[str] = Column(PlainText)
    version: Named[int]
    schedule_id: Named[str] = Column(Text, ForeignKey("schedules.schedule_id", ondelete="CASCADE"))
    channel: Named[str] = Column(PlainText)
    paused: Named[bool]
    terms: Named[str] = Column(Text)
    created_at: Named[datetime] = Column(UtcTime)


alerts = Table(
    "alerts",
    metadata,
    _AlertColumns,
    Index("ix_alerts_name", "name", unique=True),
    Index("ix_alerts_schedule", "schedule_id"),
)


class _DeliveryColumns(TypedColumns):
    """One message of an alert and a session to a channel; written with the result of the session's run."""

    alert_id = Column(Text, ForeignKey("alerts.alert_id", ondelete="CASCADE"), primary_key=True)
    key: Named[str] = Column(Text, primary_key=True)
    channel: Named[str] = Column(PlainText, primary_key=True)
    run_id: Named[str] = Column(Text)
    status: Named[str] = Column(Text)
    attempts: Named[int]
    next_at: Named[datetime | None] = Column(UtcTime)
    note: Named[str] = Column(PlainText)
    created_at: Named[datetime] = Column(UtcTime)
    ended_at: Named[datetime | None] = Column(UtcTime)


alert_deliveries = Table(
    "alert_deliveries",
    metadata,
    _DeliveryColumns,
    Index("ix_alert_deliveries_next", "next_at"),
    Index("ix_alert_deliveries_created", "created_at"),
)
