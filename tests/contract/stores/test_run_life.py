"""Deleting a run leaves no row of it in any table."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, func, select

from technic_scanner.adapters.stores import SqlStore
from technic_scanner.adapters.stores.engine import parse_url
from technic_scanner.adapters.stores.schema import metadata
from technic_scanner.clock import ManualClock
from technic_scanner.domain.run import RunStatus
from technic_scanner.domain.study_terms import StudyTerms
from technic_scanner.errors import RunNotFoundError
from technic_scanner.runs.model import RunEnd
from technic_scanner.runs.notes.model import Note
from technic_scanner.testing.stores.samples import add, event, running, scan_result


def row_counts(url: str) -> dict[str, int]:
    engine = create_engine(parse_url(url))
    with engine.connect() as connection:
        counts = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }
    engine.dispose()
    return counts


OF_NO_RUN = (
    *("presets", "saved_criteria", "watchlists", "study_trials", "workers", "symbol_notes", "saved_views"),
    *("schedules", "schedule_firings", "alerts", "alert_deliveries"),
)


def test_deleting_a_run_leaves_nothing_of_it(store: SqlStore, store_url: str, clock: ManualClock) -> None:
    run = running(store, idempotency_key="k", study=StudyTerms())
    store.append_events(run.run_id, 1, [event(run.run_id, 1)])
    store.journal(run.run_id, 1).start_over("data_fetching", "x")
    store.journal(run.run_id, 1).record("data_fetching", 0, b"x")
    store.finish(run.run_id, "w1", 1, RunEnd(RunStatus.CANCELLED), scan_result())
    store.set_run_note(run.run_id, Note("kept", ("tag",)))
    assert all(row_counts(store_url)[name] for name in row_counts(store_url) if name not in OF_NO_RUN)

    store.delete_run(run.run_id)

    assert set(row_counts(store_url).values()) == {0}
    with pytest.raises(RunNotFoundError):
        store.delete_run(run.run_id)
    assert add(store, idempotency_key="k").run_id != run.run_id


def test_the_statuses_of_runs_are_read_at_once(store: SqlStore) -> None:
    at_work = running(store)
    queued = add(store)
    assert store.statuses_of([at_work.run_id, "01WRONG", queued.run_id]) == {
        queued.run_id: store.get_run(queued.run_id).status,
        at_work.run_id: store.get_run(at_work.run_id).status,
    }
    assert store.statuses_of([]) == {}
