"""Schedules and their firings: each planned time is decided once, together with the run that it queues."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from technic_scanner.adapters.stores.database import reading, writing
from technic_scanner.adapters.stores.documents import read_asked
from technic_scanner.adapters.stores.rows import fetch_record
from technic_scanner.adapters.stores.runs import RunQueries, insert_run
from technic_scanner.adapters.stores.schema_standing import schedule_firings, schedules
from technic_scanner.domain.run import RunRecord
from technic_scanner.domain.schedule import Firing, FiringStatus, LateRule, PlannedTime, Schedule
from technic_scanner.errors import ScheduleConflictError, ScheduleNotFoundError
from technic_scanner.runs.schedule_ports import NewRun
from technic_scanner.runs.schedules.terms import dump_terms, read_terms
from technic_scanner.runs.serialization.stored import dump

_SCHEDULE_LOCK = 0x7EC4C1A3


class ScheduleQueries(RunQueries):
    """Standing scans, which queue runs as people do; their ids are made as those of runs."""

    @writing
    def add_schedule(self, connection: Connection, schedule: Schedule) -> Schedule:
        """Store a new schedule and return it with its id; ScheduleConflictError if the name is taken."""
        self.database.lock(connection, _SCHEDULE_LOCK)
        if _fetch(connection, schedule.name) is not None:
            raise ScheduleConflictError(f"there is a schedule {schedule.name!r} already")
        now = self.clock.now()
        added = replace(
            schedule,
            schedule_id=self._run_ids(),
            version=1,
            created_at=now,
            updated_at=now,
            decided_to=schedule.decided_to or now,
        )
        connection.execute(insert(schedules).values(**_values(added)))
        return added

    @writing
    def save_schedule(self, connection: Connection, schedule: Schedule) -> Schedule:
        """Replace what a schedule says, of the version that was read, by the next version. ScheduleConflictError."""
        saved = replace(schedule, version=schedule.version + 1, updated_at=self.clock.now())
        changed = connection.execute(
            update(schedules)
            .where(schedules.c.schedule_id == schedule.schedule_id, schedules.c.version == schedule.version)
            .values(**_values(saved))
        )
        if not changed.rowcount:
            raise ScheduleConflictError(f"schedule {schedule.name!r} was changed or removed meanwhile; read it again")
        return saved

    @writing
    def remove_schedule(self, connection: Connection, name: str) -> None:
        """Delete a schedule and its firings, not its runs; ScheduleNotFoundError."""
        if not connection.execute(delete(schedules).where(schedules.c.name == name)).rowcount:
            raise _no_such_schedule(name)

    @reading
    def get_schedule(self, connection: Connection, name: str) -> Schedule:
        """Return a schedule; ScheduleNotFoundError."""
        row = _fetch(connection, name)
        if row is None:
            raise _no_such_schedule(name)
        return _to_schedule(row)

    @reading
    def list_schedules(self, connection: Connection) -> tuple[Schedule, ...]:
        """Return all schedules by name."""
        rows = connection.execute(select(schedules)).all()
        return tuple(sorted((_to_schedule(row) for row in rows), key=lambda schedule: schedule.name.casefold()))

    @reading
    def due_schedules(self, connection: Connection, now: datetime) -> tuple[Schedule, ...]:
        """Return those that are to be looked at: not paused, ``next_at`` reached."""
        rows = connection.execute(
            select(schedules)
            .where(schedules.c.paused.is_(False), schedules.c.next_at <= now)
            .order_by(schedules.c.next_at, schedules.c.schedule_id)
        ).all()
        return tuple(_to_schedule(row) for row in rows)

    @reading
    def firings(self, connection: Connection, schedule_id: str, limit: int) -> tuple[Firing, ...]:
        """Return the newest firings of a schedule, newest first."""
        rows = connection.execute(
            select(schedule_firings)
            .where(schedule_firings.c.schedule_id == schedule_id)
            .order_by(schedule_firings.c.planned_at.desc(), schedule_firings.c.key.desc())
            .limit(limit)
        ).all()
        return tuple(map(_to_firing, rows))

    @reading
    def waiting(self, connection: Connection, schedule_id: str) -> tuple[Firing, ...]:
        """Return the firings that wait for data, oldest first."""
        rows = connection.execute(
            select(schedule_firings)
            .where(
                schedule_firings.c.schedule_id == schedule_id, schedule_firings.c.status == FiringStatus.WAITING.value
            )
            .order_by(schedule_firings.c.planned_at, schedule_firings.c.key)
        ).all()
        return tuple(map(_to_firing, rows))

    @reading
    def firing(self, connection: Connection, schedule_id: str, key: str) -> Firing | None:
        """Return what has become of a planned time, None if nothing yet."""
        row = connection.execute(
            select(schedule_firings).where(schedule_firings.c.schedule_id == schedule_id, schedule_firings.c.key == key)
        ).one_or_none()
        return None if row is None else _to_firing(row)

    @writing
    def fire(
        self, connection: Connection, schedule: Schedule, planned: PlannedTime, run: NewRun, note: str
    ) -> RunRecord | None:
        """Insert the firing and its queued run together, or turn a waiting firing into a queued one; else None."""
        run_id = self._run_ids()
        now = self.clock.now()
        firing = Firing(
            schedule.schedule_id, planned.key, planned.at, FiringStatus.QUEUED, run_id, note, decided_at=now
        )
        if not self._decide(connection, schedule, firing):
            return None
        insert_run(
            connection,
            run_id,
            run.config,
            run.options,
            now=now,
            owner=run.owner,
            label=run.label,
            comparability_key=run.comparability_key,
            expected_work=run.expected_work,
        )
        return fetch_record(connection, run_id)

    @writing
    def settle(self, connection: Connection, schedule: Schedule, firing: Firing) -> bool:
        """Insert a firing without a run (waiting, late, skipped), or update a waiting one; False as ``fire``'s None."""
        return self._decide(connection, schedule, firing)

    @writing
    def lease(self, connection: Connection, schedule: Schedule, until: datetime) -> bool:
        """Take a due schedule for this process until then; False if another process has taken or changed it."""
        taken = connection.execute(
            update(schedules)
            .where(
                schedules.c.schedule_id == schedule.schedule_id,
                schedules.c.version == schedule.version,
                schedules.c.next_at == schedule.next_at,
            )
            .values(next_at=until)
        )
        return taken.rowcount == 1

    @writing
    def plan_next(
        self, connection: Connection, schedule: Schedule, decided_to: datetime, next_at: datetime | None
    ) -> None:
        """Note up to when all is decided, never going back, and when to look again; not if the version has changed."""
        own = (schedules.c.schedule_id == schedule.schedule_id, schedules.c.version == schedule.version)
        connection.execute(
            update(schedules)
            .where(*own, schedules.c.decided_to <= decided_to)
            .values(decided_to=decided_to, next_at=next_at)
        )

    def _decide(self, connection: Connection, schedule: Schedule, firing: Firing) -> bool:
        """Write a firing if this transaction is the first to decide it; a waiting one can be decided once more."""
        unchanged = connection.execute(
            select(schedules.c.schedule_id)
            .where(
                schedules.c.schedule_id == schedule.schedule_id,
                schedules.c.version == schedule.version,
            )
            .with_for_update(read=True)
        ).one_or_none()
        if unchanged is None:
            return False
        values = {
            "schedule_id": firing.schedule_id,
            "key": firing.key,
            "planned_at": firing.planned_at,
            "status": firing.status.value,
            "run_id": firing.run_id,
            "note": firing.note,
            "decided_at": firing.decided_at,
        }
        upsert = sqlite.insert if self.database.is_sqlite else postgresql.insert
        # The unique key decides: of two transactions that insert it, the second one waits and then finds it there.
        # What it returns tells, for not every driver counts the rows of such a statement.
        first = upsert(schedule_firings).values(**values).on_conflict_do_nothing().returning(schedule_firings.c.key)
        if connection.execute(first).first() is not None:
            return True
        changed = connection.execute(
            update(schedule_firings)
            .where(
                schedule_firings.c.schedule_id == firing.schedule_id,
                schedule_firings.c.key == firing.key,
                schedule_firings.c.status == FiringStatus.WAITING.value,
            )
            .values(**values)
        )
        return changed.rowcount == 1


def _fetch(connection: Connection, name: str) -> Row[Any] | None:
    return connection.execute(select(schedules).where(schedules.c.name == name)).one_or_none()


def _values(schedule: Schedule) -> dict[str, Any]:
    return {
        "schedule_id": schedule.schedule_id,
        "name": schedule.name,
        "version": schedule.version,
        "owner": schedule.owner,
        "paused": schedule.paused,
        "terms": dump_terms(schedule),
        "config": None if schedule.config is None else dump(schedule.config),
        "options": None if schedule.options is None else dump(schedule.options),
        "created_at": schedule.created_at,
        "updated_at": schedule.updated_at,
        "decided_to": schedule.decided_to,
        "next_at": None if schedule.paused else schedule.next_at,
    }


def _to_schedule(row: Row[Any]) -> Schedule:
    terms, when, problems = read_terms(row.terms)
    asked = None if row.config is None else read_asked(row.config, row.options or "{}")
    faults = [*map(str, problems), *(map(str, asked.problems) if asked else ()), *(asked.unknown if asked else ())]
    return Schedule(
        name=row.name,
        when=when,
        preset=terms.preset,
        config=asked.config if asked else None,
        options=asked.options if asked else None,
        owner=row.owner,
        min_data_fraction=terms.min_data_fraction,
        late_rule=LateRule(terms.late_rule) if terms.late_rule in set(LateRule) else LateRule.LATE,
        catch_up_sessions=terms.catch_up_sessions,
        paused=row.paused,
        schedule_id=row.schedule_id,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        decided_to=row.decided_to,
        next_at=row.next_at,
        fault=f"its stored terms cannot be read in full ({'; '.join(faults)})" if faults else None,
    )


def _to_firing(row: Row[Any]) -> Firing:
    known = {status.value: status for status in FiringStatus}
    return Firing(
        schedule_id=row.schedule_id,
        key=row.key,
        planned_at=row.planned_at,
        status=known.get(row.status, FiringStatus.SKIPPED),
        run_id=row.run_id,
        note=row.note,
        decided_at=row.decided_at,
    )


def _no_such_schedule(name: str) -> ScheduleNotFoundError:
    return ScheduleNotFoundError(f"there is no schedule {name!r}")
