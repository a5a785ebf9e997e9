"""The event journal: appended without gaps by the running attempt, read by everyone, thinned after the end."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, Integer, Row, Select, bindparam, case, delete, insert, select, update

from technic_scanner.adapters.stores.database import Queries, reading, writing, writing_lazily
from technic_scanner.adapters.stores.documents import located
from technic_scanner.adapters.stores.promises import may_have_passed, new_promises
from technic_scanner.adapters.stores.rows import (
    PREDICTION_MOMENTS,
    RUNNING_ATTEMPT,
    lock_attempt,
    nearest_status,
    no_such_run,
    to_predictions,
)
from technic_scanner.adapters.stores.schema import events, runs
from technic_scanner.domain.progress import EventKind, ProgressEvent
from technic_scanner.domain.run import RunStatus
from technic_scanner.errors import RunStateError
from technic_scanner.runs.model import StoredEvent
from technic_scanner.runs.serialization.stored import dump, read_event

_log = logging.getLogger(__name__)

# SQLite allows 32,766 values in one statement; a delete names one per event.
_DELETE_BATCH = 1000

# Built once: a scan appends several times a second.
_INSERT = insert(events)
_STAND = (
    update(runs)
    .where(runs.c.run_id == bindparam("id"))
    .values(last_seq=bindparam("last_seq"), time_fraction=bindparam("time_fraction"))
)
_STATUS = select(runs.c.status, runs.c.finished_at).where(runs.c.run_id == bindparam("id"))
_EVENTS = select(events.c.run_id, events.c.seq, events.c.kind, events.c.payload).where(
    events.c.run_id == bindparam("id"), events.c.seq > bindparam("after")
)
_FORWARDS, _BACKWARDS = (
    _EVENTS.order_by(order).limit(bindparam("page", type_=Integer)).offset(bindparam("skipped", type_=Integer))
    for order in (events.c.seq, events.c.seq.desc())
)
# Checks the attempt, counts and reads the predictions so far in one statement; finds no row in any unusual case.
_ADVANCE = (
    update(runs)
    .where(*RUNNING_ATTEMPT, runs.c.last_seq == bindparam("before"))
    .values(
        last_seq=bindparam("after"),
        time_fraction=case((runs.c.time_fraction > bindparam("now"), runs.c.time_fraction), else_=bindparam("now")),
    )
    .returning(runs.c.run_id, *(runs.c[f"predicted_{moment}"] for moment, _ in PREDICTION_MOMENTS))
)


class EventQueries(Queries):
    """Progress events of runs."""

    @writing_lazily
    def append_events(self, connection: Connection, run_id: str, attempt: int, batch: Sequence[ProgressEvent]) -> None:
        """Append events of the attempt that runs; their numbers must follow the last stored one.

        Events that are already stored unchanged are skipped: a worker may repeat a call whose answer was
        lost. RunStateError for any other number, and for an attempt that no longer runs.
        """
        row = _advance(connection, run_id, attempt, batch)
        if row is None:
            append_batch(connection, lock_attempt(connection, run_id, attempt), batch)
        else:
            connection.execute(_INSERT, [_to_row(event) for event in batch])
            _note_predictions(connection, row, batch)

    @reading
    def events(self, connection: Connection, run_id: str, after_seq: int, limit: int) -> tuple[ProgressEvent, ...]:
        """Return readable events with seq > after_seq, oldest first; RunNotFoundError if there is no such run."""
        _check_run(connection, run_id)
        rows = _stored(connection, _FORWARDS, run_id, after_seq, limit)
        return tuple(islice(filter(None, map(_read, rows)), limit))

    @reading
    def stored_events(self, connection: Connection, run_id: str, after_seq: int, limit: int) -> tuple[StoredEvent, ...]:
        """Return what is stored of the events with seq > after_seq, oldest first, if it is JSON; RunNotFoundError."""
        _check_run(connection, run_id)
        rows = _stored(connection, _FORWARDS, run_id, after_seq, limit)
        return tuple(islice(filter(_is_json, rows), limit))

    @reading
    def latest_event(self, connection: Connection, run_id: str) -> ProgressEvent | None:
        """Return the newest readable event, None before the first; RunNotFoundError if there is no such run."""
        _check_run(connection, run_id)
        rows = _stored(connection, _BACKWARDS, run_id, 0, 1)
        return next(filter(None, map(_read, rows)), None)

    @writing
    def thin_events(self, connection: Connection, run_id: str, keep: int) -> int:
        """Drop advance events of an ended run evenly so that at most ``keep`` events stay, if boundaries are not more.

        Boundaries stay, and so does the last event of each attempt: a later attempt goes on from there. Returns how
        many were dropped. RunStateError while the run is queued or running.
        """
        status = _check_run(connection, run_id)
        if not status.is_terminal:
            raise RunStateError(f"run {run_id} is {status.value}; its events can only be thinned after its end")
        stored = connection.execute(
            select(events.c.seq, events.c.kind, events.c.attempt)
            .where(events.c.run_id == run_id)
            .order_by(events.c.seq)
        ).all()
        ends = set({row.attempt: row.seq for row in stored}.values())
        advances = [row.seq for row in stored if row.kind == EventKind.ADVANCED.value and row.seq not in ends]
        room = max(0, keep - (len(stored) - len(advances)))
        kept = set(_spread(advances, room))
        dropped = [seq for seq in advances if seq not in kept]
        for start in range(0, len(dropped), _DELETE_BATCH):
            connection.execute(
                delete(events).where(
                    events.c.run_id == run_id, events.c.seq.in_(dropped[start : start + _DELETE_BATCH])
                )
            )
        return len(dropped)


def append_batch(connection: Connection, row: Row[Any], batch: Sequence[ProgressEvent]) -> None:
    """Append events to the run of ``row``, which ``lock_attempt`` returned; see ``EventQueries.append_events``."""
    fresh = _without_repeats(connection, row, [_to_row(event) for event in batch])
    if not fresh:
        return
    numbers = [values["seq"] for values in fresh]
    if numbers != list(range(row.last_seq + 1, row.last_seq + 1 + len(numbers))):
        raise RunStateError(f"run {row.run_id} holds events up to {row.last_seq}; {numbers} do not follow")
    connection.execute(_INSERT, fresh)
    standing = {"last_seq": numbers[-1], "time_fraction": max(row.time_fraction, batch[-1].time_fraction)}
    connection.execute(_STAND, {"id": row.run_id} | standing)
    _note_predictions(connection, row, batch)


def _advance(connection: Connection, run_id: str, attempt: int, batch: Sequence[ProgressEvent]) -> Row[Any] | None:
    """Move the run on by events that follow its last one; None if they do not, or the attempt may not write."""
    numbers = [event.seq for event in batch]
    if not numbers or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return None
    values = {"id": run_id, "number": attempt, "before": numbers[0] - 1, "after": numbers[-1]}
    return connection.execute(_ADVANCE, values | {"now": batch[-1].time_fraction}).one_or_none()


def _note_predictions(connection: Connection, row: Row[Any], batch: Sequence[ProgressEvent]) -> None:
    known = {moment for moment, seconds in to_predictions(row) if seconds is not None}
    before = _event_before(connection, batch[0]) if may_have_passed(known, batch[0]) else None
    if promises := new_promises(known, before, batch):
        values = {f"predicted_{moment}": seconds for moment, seconds in promises.items()}
        connection.execute(update(runs).where(runs.c.run_id == row.run_id).values(**values))


def _event_before(connection: Connection, event: ProgressEvent) -> ProgressEvent | None:
    """Return the event of the same attempt that came before."""
    found = (events.c.run_id == event.run_id, events.c.seq == event.seq - 1, events.c.attempt == event.attempt)
    payload = connection.execute(select(events.c.payload).where(*found)).scalar_one_or_none()
    return None if payload is None else read_event(payload).value


def _stored(
    connection: Connection, statement: Select[str, int, str, str], run_id: str, after_seq: int, page: int
) -> Iterator[StoredEvent]:
    """Yield the events of a run, page by page: unreadable ones are replaced by later ones."""
    values, skipped = {"id": run_id, "after": after_seq, "page": page}, 0
    while rows := connection.execute(statement, values | {"skipped": skipped}).all():
        yield from (StoredEvent(*row) for row in rows)
        if len(rows) < page:
            return
        skipped += page


def _read(stored: StoredEvent) -> ProgressEvent | None:
    """Return the event, None if it cannot be read, which is logged."""
    event = read_event(stored.text)
    if event.value is None:
        _say_unreadable(stored.run_id, stored.seq, "; ".join(map(str, located("document", event.problems))))
    return event.value


def _is_json(stored: StoredEvent) -> bool:
    try:
        from_json(stored.text)
    except ValueError as error:
        _say_unreadable(stored.run_id, stored.seq, str(error))
        return False
    return True


@lru_cache(maxsize=1000)
def _say_unreadable(run_id: str, seq: int, why: str) -> None:
    """Log once that an event is left out."""
    _log.warning("event %d of run %s cannot be read and is left out: %s", seq, run_id, why)


def _without_repeats(connection: Connection, row: Row[Any], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows after the last stored number; RunStateError if one before it differs from what is stored."""
    repeated = [values for values in rows if values["seq"] <= row.last_seq]
    if repeated:
        held = connection.execute(
            select(events.c.seq, events.c.payload).where(
                events.c.run_id == row.run_id, events.c.seq >= repeated[0]["seq"]
            )
        )
        stored = dict(held.all())
        for values in repeated:
            if stored.get(values["seq"]) != values["payload"]:
                raise RunStateError(f"run {row.run_id} already holds another event {values['seq']}")
    return rows[len(repeated) :]


def _to_row(event: ProgressEvent) -> dict[str, Any]:
    return {
        "run_id": event.run_id,
        "seq": event.seq,
        "attempt": event.attempt,
        "kind": event.kind.value,
        "payload": dump(event),
    }


def _check_run(connection: Connection, run_id: str) -> RunStatus:
    row = connection.execute(_STATUS, {"id": run_id}).one_or_none()
    if row is None:
        raise no_such_run(run_id)
    return nearest_status(row.status, row.finished_at)


def _spread(numbers: list[int], count: int) -> list[int]:
    """Return ``count`` of the numbers, evenly over their positions, first and last among them if there is room."""
    if count >= len(numbers):
        return numbers
    if count <= 1:
        return numbers[len(numbers) // 2 :][:count]
    return [numbers[index * (len(numbers) - 1) // (count - 1)] for index in range(count)]
