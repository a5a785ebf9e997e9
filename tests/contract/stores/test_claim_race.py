"""Eight workers, fifty runs: every run ends, and no attempt is ever given to two workers."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from technic_scanner.adapters.stores import SqlStore
from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.model import RunEnd, RunQuery
from tests.contract.stores.samples import SUCCEEDED, add, event

WORKERS = 8
RUNS = 50


@pytest.mark.parametrize("max_running", [None, 3])
def test_no_attempt_is_claimed_twice(store_url: str, opened: Callable[..., SqlStore], max_running: int | None) -> None:
    stores = [opened(store_url) for _ in range(WORKERS)]
    made = {add(stores[0]).run_id for _ in range(RUNS)}
    claims: list[tuple[str, int]] = []
    together = threading.Barrier(WORKERS)
    running, most_running, tally = Counter[str](), [0], threading.Lock()

    def note(run_id: str, change: int) -> None:
        with tally:
            running[run_id] += change
            most_running[0] = max(most_running[0], sum(running.values()))

    def work(number: int) -> None:
        store, worker_id = stores[number], f"w{number}"
        together.wait(60)
        while store.count_by_status()[RunStatus.QUEUED]:
            record = store.claim(worker_id, "host", "1", max_running)
            if record is None:
                continue
            note(record.run_id, +1)
            claims.append((record.run_id, record.attempt))
            seq = record.last_seq + 1
            store.append_events(
                record.run_id, record.attempt, [event(record.run_id, seq, attempt=record.attempt, message=worker_id)]
            )
            note(record.run_id, -1)
            # Every fifth first attempt fails and is queued again, so attempts race as well as runs.
            if record.attempt == 1 and int(record.run_id[-1], 36) % 5 == 0:
                store.finish(record.run_id, worker_id, 1, RunEnd(RunStatus.FAILED), None)
                store.requeue(record.run_id)
            else:
                store.finish(record.run_id, worker_id, record.attempt, SUCCEEDED, None)

    with ThreadPoolExecutor(WORKERS) as pool:
        for done in [pool.submit(work, number) for number in range(WORKERS)]:
            done.result(timeout=240)

    assert {claim: count for claim, count in Counter(claims).items() if count > 1} == {}
    assert {run_id for run_id, _ in claims} == made
    ended = stores[0].list_runs(RunQuery(limit=RUNS)).records
    assert {record.status for record in ended} == {RunStatus.SUCCEEDED}
    for record in ended:
        assert [stored.seq for stored in stores[0].events(record.run_id, 0, 10)] == list(range(1, record.attempt + 1))
    if max_running is not None:
        assert most_running[0] <= max_running


@pytest.mark.postgres
@pytest.mark.parametrize("max_running", [None, 3])
def test_a_run_that_another_session_holds_is_skipped_without_a_wait(
    postgres_url: str, opened: Callable[..., SqlStore], max_running: int | None
) -> None:
    store = opened(postgres_url, busy_seconds=5)  # one that waited would fail after so long
    held, free = add(store).run_id, add(store).run_id
    with psycopg.connect(postgres_url) as other:
        # As a worker on another host does while it claims.
        other.execute("SELECT 1 FROM runs WHERE run_id = %s FOR UPDATE", (held,))
        claimed = store.claim("w1", "host", "1", max_running)
        assert claimed is not None
        assert claimed.run_id == free
        assert store.claim("w1", "host", "1", max_running) is None
    claimed = store.claim("w1", "host", "1", max_running)
    assert claimed is not None
    assert claimed.run_id == held
