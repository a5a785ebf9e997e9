"""Eight processes decide fifty sessions, and some of them are killed at any moment: each session gets one run."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from technic_scanner.adapters.calendars import ExchangeCalendars
from technic_scanner.adapters.calendars.known_sessions import KnownCalendar
from technic_scanner.adapters.stores import SqlStore, open_store
from technic_scanner.clock import ManualClock, SystemClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.schedule import AfterClose, FiringStatus, Schedule
from technic_scanner.runs.model import RunQuery
from technic_scanner.runs.schedule_ports import DataShare
from technic_scanner.runs.schedules.due import DueSchedules, FiringRules
from tests.functional.run_stores import database_url, postgres_server, store

__all__ = ["database_url", "postgres_server", "store"]

PROCESSES = 8
SESSIONS = 50
DAYS_A_KILL = 6
NAME = "nightly"
FIRST = datetime(2026, 1, 2, 12, tzinfo=UTC)
LAST = datetime(2026, 3, 16, 22, tzinfo=UTC)  # after the fiftieth session's close and delay


def as_known(known: KnownCalendar, start: object, end: object) -> dict:
    return {day: known.close_of(day) for day in known.closes if start <= day <= end}  # type: ignore[operator]


def work(url: str, lease_seconds: float, rounds: Any, data_until: Any) -> None:
    """Decide what is due again and again, in a process of its own, on a clock of its own at the end of the sessions.

    Both are shared memory: ``rounds`` counts how often it has decided, and the source answers about a session once
    ``data_until`` (a day's ordinal) has come to it.
    """
    clock = ManualClock(LAST)
    store = open_store(url, SystemClock())

    def probe(_config: ScanConfig, session: date) -> DataShare:
        while session.toordinal() > data_until.value:
            time.sleep(0.001)
        return DataShare(1, 1)

    due = DueSchedules(
        store,
        ExchangeCalendars(as_known),
        clock,
        lambda _schedule: (ScanConfig(), RunOptions()),
        probe=probe,
        rules=FiringRules(lease_seconds),
    )
    while True:
        due.decide()
        rounds.value += 1
        clock.advance(0.05)
        time.sleep(0.001)  # the others want the disk too


@pytest.mark.slow
@pytest.mark.parametrize("lease_seconds", [0.0, 0.1])
def test_each_session_gets_one_run_whoever_dies(database_url: str, store: SqlStore, lease_seconds: float) -> None:
    schedule = store.add_schedule(
        Schedule(
            NAME,
            AfterClose("XNYS", timedelta(minutes=20)),
            preset="any",
            catch_up_sessions=SESSIONS,
            decided_to=FIRST,
            next_at=FIRST,
        )
    )
    context = multiprocessing.get_context("spawn")
    chance = random.Random(21)
    data_until = context.Value("Q", FIRST.toordinal(), lock=False)  # a lock would outlive the kill of its holder

    def started() -> tuple[multiprocessing.process.BaseProcess, Any]:
        rounds = context.Value("Q", 0, lock=False)
        process = context.Process(target=work, args=(database_url, lease_seconds, rounds, data_until), daemon=True)
        process.start()
        return process, rounds

    running = [started() for _ in range(PROCESSES)]
    decided = killed = 0
    try:
        deadline = time.monotonic() + 240
        while len(firings := store.firings(schedule.schedule_id, 1000)) < SESSIONS:
            assert time.monotonic() < deadline, f"{len(firings)} of {SESSIONS} sessions were decided"
            if data_until.value >= LAST.toordinal() or (killed and len(firings) == decided):
                continue
            # Kill one as soon as some of the sessions that have data are decided, put another in its place, and let
            # the source have data of the next days.
            decided = len(firings)
            victim = chance.randrange(PROCESSES)
            running[victim][0].kill()
            running[victim][0].join(30)
            running[victim] = started()
            killed += 1
            data_until.value += DAYS_A_KILL
        # Each that lives decides once more, from the beginning to the end of a round: it finds nothing left to do.
        begun = [rounds.value for _, rounds in running]
        while any(rounds.value < before + 2 for (_, rounds), before in zip(running, begun, strict=True)):
            assert time.monotonic() < deadline, "a process decides no more"
            time.sleep(0.01)
    finally:
        for process, _ in running:
            process.kill()
            process.join(30)

    assert killed == -(-(LAST - FIRST).days // DAYS_A_KILL)
    firings = store.firings(schedule.schedule_id, 1000)
    runs = store.list_runs(RunQuery(limit=1000)).records
    assert Counter(firing.status for firing in firings) == {FiringStatus.QUEUED: SESSIONS}
    assert len({firing.key for firing in firings}) == SESSIONS
    assert {run.run_id for run in runs} == {firing.run_id for firing in firings}
    assert len(runs) == SESSIONS
    # Oldest first, each as of its session.
    queued = sorted(runs, key=lambda run: run.run_id)
    by_queue = [run.config.as_of_date for run in sorted(queued, key=lambda run: run.created_at)]
    assert by_queue == sorted(by_queue)
    assert [str(day) for day in by_queue] == sorted(firing.key for firing in firings)
