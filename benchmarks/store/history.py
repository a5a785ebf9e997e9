"""Times what history pages ask of a store that holds many runs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from technic_scanner.adapters.stores import SqlStore
from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.model import RunPage, RunQuery

Question = tuple[str, Callable[[], object]]


def questions(store: SqlStore, count: int) -> Iterator[Question]:
    """Yield each question with its name; ``count`` is how many runs the store holds."""
    page = RunQuery(limit=50)
    key = f"{7:064x}"
    yield "first page", lambda: store.list_runs(page)
    yield (
        "first page, failed or interrupted",
        lambda: store.list_runs(replace(page, statuses=(RunStatus.FAILED, RunStatus.INTERRUPTED))),
    )
    yield "first page, comparable", lambda: store.list_runs(replace(page, comparability_key=key))
    yield "first page, one source and owner", lambda: store.list_runs(replace(page, source="yahoo", owner="analyst-3"))
    yield "first page, longer than 60 s", lambda: store.list_runs(replace(page, min_seconds=60.0))
    yield "first page, text in the label", lambda: store.list_runs(replace(page, text="nightly 4"))
    yield "text that nothing has", lambda: store.list_runs(replace(page, text="no such label"))
    middle = datetime(2024, 6, 1, tzinfo=UTC)
    yield "a page from the middle", _after(store, store.list_runs(replace(page, created_to=middle)))
    yield "count by status", store.count_by_status
    yield "cost history, 20 runs", lambda: store.cost_runs("sample", "local", 2, 20)
    yield "cost history where no run is of the kind", lambda: store.cost_runs("sample", "dask", 2, 20)
    yield "trend of comparable runs", lambda: store.stage_samples(RunQuery(limit=count, comparability_key=key))
    yield f"trend by day over all {count:,}", lambda: store.day_trends(RunQuery(limit=count))
    yield f"a sample of each of {count:,}", lambda: store.stage_samples(RunQuery(limit=count))
    yield "pinned runs", lambda: store.list_runs(replace(page, pinned=True))
    yield "a quota: one owner's runs by status", lambda: store.count_by_status("analyst-3")
    yield "stale runs", lambda: store.interrupt_stale(timedelta(seconds=15))
    yield "a claim of an empty queue", lambda: store.claim("nobody", "host", "1", None)


def milliseconds(question: Callable[[], object], repeats: int) -> tuple[float, float, float]:
    """Return the median wall, the worst wall and the median processor time of ``repeats`` calls, after one for warmth.

    Processor time is this process's alone: a database server's is not in it, and a busy machine does not stretch it.
    """
    question()
    walls, cpus = [], []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        question()
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
    return statistics.median(walls), max(walls), statistics.median(cpus)


def _after(store: SqlStore, page: RunPage) -> Callable[[], RunPage]:
    return lambda: store.list_runs(RunQuery(limit=50, cursor=page.next_cursor))
