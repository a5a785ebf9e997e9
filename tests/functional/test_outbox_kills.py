"""Processes are killed between a result and its message: nothing is lost, and a repetition is known by its key."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from multiprocessing.process import BaseProcess

import pytest

from technic_scanner.adapters.stores import SqlStore, open_store
from technic_scanner.clock import SystemClock
from technic_scanner.domain.alert import Alert, AlertWhen, DeliveryStatus
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.domain.schedule import AfterClose, PlannedTime, Schedule
from technic_scanner.runs.model import RunQuery
from technic_scanner.runs.schedule_ports import NewRun
from tests.functional.outbox_processes import finish_runs, send
from tests.functional.run_stores import database_url, postgres_server
from tests.unit.adapters.notify.receivers import Hook, web_server

__all__ = ["database_url", "postgres_server"]

RUNS = MESSAGES = 12
KILLS = 6
PATIENCE_SECONDS = 120


@pytest.fixture
def store(database_url: str) -> Iterator[SqlStore]:
    """A store with a schedule."""
    opened = open_store(database_url, SystemClock())
    opened.add_schedule(Schedule("nightly", AfterClose("XNYS"), preset="any", next_at=opened.clock.now()))
    yield opened
    opened.close()


def prepare(store: SqlStore, *, alerts: int, runs: int) -> None:
    """Add alerts that tell each run of the schedule, and queue runs of it."""
    for number in range(alerts):
        store.add_alert(Alert(f"alert {number}", "nightly", "desk", AlertWhen.ALWAYS))
    schedule = store.get_schedule("nightly")
    for number in range(runs):
        session = date(2026, 3, 2) + timedelta(days=number)
        run = NewRun(ScanConfig(as_of_date=session), RunOptions(), None, None, "same")
        planned = PlannedTime(session, store.clock.now() + timedelta(seconds=number))
        assert store.fire(schedule, planned, run, "") is not None


@contextmanager
def running(work: Callable[..., None], *words: object) -> Iterator[BaseProcess]:
    # A fork server that has everything imported makes a process in milliseconds instead of seconds.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.functional.outbox_processes"])
    process = context.Process(target=work, args=words, daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join(30)


def wait_until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def statuses(store: SqlStore) -> Counter[DeliveryStatus]:
    return Counter(delivery.status for delivery in store.deliveries(1000))


@pytest.mark.slow
def test_each_result_has_its_message_whenever_the_worker_is_killed(database_url: str, store: SqlStore) -> None:
    prepare(store, alerts=1, runs=RUNS)
    chance = random.Random(5)
    done: list[str] = []
    for _ in range(KILLS):
        with running(finish_runs, database_url) as process:
            wait_until(lambda: len(store.deliveries(1000)) > len(done) or not process.is_alive(), "no run was ended")  # noqa: B023
            time.sleep(chance.random() / 20)
        ended = store.list_runs(RunQuery(statuses=(RunStatus.SUCCEEDED,), limit=1000)).records
        done = [run.run_id for run in ended]
        assert sorted(delivery.run_id for delivery in store.deliveries(1000)) == sorted(done)
    assert len(done) >= KILLS // 2
    assert statuses(store) == {DeliveryStatus.PENDING: len(done)}


@pytest.mark.slow
def test_who_is_killed_while_a_receiver_has_the_message_is_followed_by_one_with_the_same_key(
    database_url: str, store: SqlStore
) -> None:
    prepare(store, alerts=MESSAGES, runs=1)
    finish_runs(database_url)
    victims: list[BaseProcess] = []
    killed = 0

    class Killing(Hook):
        async def __call__(self, scope: dict, receive: object, send: object) -> None:
            async def answer(part: object) -> None:
                """Kill the sender before it learns that the message was taken."""
                nonlocal killed
                if victims:
                    victim = victims.pop()
                    assert victim.pid is not None
                    os.kill(victim.pid, signal.SIGKILL)
                    killed += 1
                await send(part)  # type: ignore[operator]

            await super().__call__(scope, receive, answer)

    hook = Killing()
    with web_server(hook) as (_, port):
        for number in range(KILLS):
            with running(send, database_url, port, 0.2) as process:
                victims.append(process)
                wait_until(lambda: killed > number, "no message came")  # noqa: B023
        with running(send, database_url, port, 0.2):
            wait_until(lambda: statuses(store)[DeliveryStatus.PENDING] == 0, f"{statuses(store)}")
    assert statuses(store) == {DeliveryStatus.SENT: MESSAGES}
    keys = Counter(headers["idempotency-key"] for _, headers, _ in hook.got)
    assert len(keys) == MESSAGES, "each message came, and a repetition has the key of the first"
    assert keys.total() >= MESSAGES + KILLS
    bodies = {(headers["idempotency-key"], body) for _, headers, body in hook.got}
    assert len(bodies) == MESSAGES, "a repetition says the same"


@pytest.mark.slow
def test_of_many_senders_none_repeats_what_nobody_was_killed_over(database_url: str, store: SqlStore) -> None:
    prepare(store, alerts=MESSAGES, runs=1)
    finish_runs(database_url)
    hook = Hook()
    with (
        web_server(hook) as (_, port),
        running(send, database_url, port, 60.0),
        running(send, database_url, port, 60.0),
    ):
        wait_until(lambda: statuses(store)[DeliveryStatus.PENDING] == 0, "not all was sent")
    keys = Counter(headers["idempotency-key"] for _, headers, _ in hook.got)
    assert (len(keys), keys.total()) == (MESSAGES, MESSAGES)
