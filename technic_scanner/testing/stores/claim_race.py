"""Eight workers race for fifty runs: one part of the store's contract."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.model import RunEnd, RunQuery
from technic_scanner.runs.ports import Store
from technic_scanner.testing.stores.samples import SUCCEEDED, add, event

WORKERS = 8
RUNS = 50


class ClaimRaceContract:
    """Every run ends, and no attempt is given to two workers. Needs the fixture ``reopened``."""

    @pytest.mark.parametrize("max_running", [None, 3])
    def test_no_attempt_is_claimed_twice(self, reopened: Callable[[], Store], max_running: int | None) -> None:
        stores = [reopened() for _ in range(WORKERS)]
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
                    record.run_id,
                    record.attempt,
                    [event(record.run_id, seq, attempt=record.attempt, message=worker_id)],
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
            assert [stored.seq for stored in stores[0].events(record.run_id, 0, 10)] == list(
                range(1, record.attempt + 1)
            )
        if max_running is not None:
            assert most_running[0] <= max_running
