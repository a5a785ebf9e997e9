"""A run that is killed at any moment is resumed, and ends as if nothing had happened."""

from __future__ import annotations

import itertools
import multiprocessing
import random
import signal
import sqlite3
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from technic_scanner.adapters.stores import SqlStore
from technic_scanner.domain.progress import EventKind
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.pipeline import analyse
from technic_scanner.runs.exports.export import to_csv
from tests.functional.lab import (
    STAGES,
    SYMBOLS,
    Death,
    Scans,
    StoppedScans,
    all_events,
    make_worker,
    queue_run,
    work_and_die,
)
from tests.functional.run_stores import database_url, postgres_server, store

__all__ = ["database_url", "postgres_server", "store"]

KILLS = 25
PACE = 0.02
# How many pauses each stage has at least, so that a moment within them is a moment within the stage.
PAUSES = {"universe_loading": 1, "data_fetching": 6, "symbol_scanning": 12, "finalization": 4}


def deaths(n: int, seed: int = 20100820) -> list[Death]:
    """Seeded random moments, spread over the four stages."""
    rng = random.Random(seed)
    stages = [STAGES[index % len(STAGES)] for index in range(n)]
    return [Death(stage, rng.uniform(0.0, PAUSES[stage] * PACE)) for stage in stages]


def kill_a_worker(url: str, cache_dir: Path, death: Death, scheduler: str | None = None) -> None:
    """Let a worker process claim the queued run and die by SIGKILL."""
    # A fork server that has everything imported makes a process in milliseconds instead of seconds.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.functional.warm_lab"])
    process = context.Process(target=work_and_die, args=(url, str(cache_dir), PACE, death, scheduler))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL


def csv_of(store: SqlStore, run_id: str) -> bytes:
    return to_csv(store.result(run_id).table)


@pytest.mark.slow
def test_killed_at_25_random_moments_every_run_finishes_equal(
    store: SqlStore, database_url: str, tmp_path: Path
) -> None:
    whole = queue_run(store)
    make_worker(store, Scans(tmp_path / "whole")).run()
    expected = csv_of(store, whole.run_id)
    assert len(expected) > 10_000
    left: Counter[RunStatus] = Counter()
    for number, death in enumerate(deaths(KILLS)):
        run_id = queue_run(store).run_id
        cache_dir = tmp_path / f"cache-{number}"
        kill_a_worker(database_url, cache_dir, death)
        left[store.get_run(run_id).status] += 1
        if store.get_run(run_id).status is RunStatus.RUNNING:
            store.interrupt_stale(timedelta(0))
            assert store.get_run(run_id).status is RunStatus.INTERRUPTED
            assert store.requeue(run_id).attempt == 2
            make_worker(store, Scans(cache_dir)).run()
        run = store.get_run(run_id)
        assert run.status is RunStatus.SUCCEEDED, (number, death, run.error)
        assert csv_of(store, run_id) == expected, (number, death)
        check_journal(store, run_id)
    assert left[RunStatus.RUNNING] == KILLS  # a death after the end would prove nothing
    if database_url.startswith("sqlite"):
        with sqlite3.connect(tmp_path / "runs.db") as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.close()


def check_journal(store: SqlStore, run_id: str) -> None:
    """No number is lost or repeated, attempts follow each other, progress never goes back."""
    events = all_events(store, run_id)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert [event.attempt for event in events] == sorted(event.attempt for event in events)
    assert events[-1].kind is EventKind.RUN_FINISHED
    assert events[-1].overall_fraction == events[-1].time_fraction == 1.0
    for earlier, later in itertools.pairwise(events):
        assert later.overall_fraction >= earlier.overall_fraction - 1e-12
        assert later.time_fraction >= earlier.time_fraction - 1e-12
        assert later.earlier_seconds + later.elapsed_seconds >= earlier.earlier_seconds + earlier.elapsed_seconds - 1e-6


def stopped_in(stage: str, store: SqlStore, cache_dir: Path, share: float = 0.5) -> str:
    """Run a scan whose worker shuts down once ``share`` of a stage is done; return the run's id."""
    run_id = queue_run(store).run_id
    reached = lambda event: event.stage(stage).fraction >= share
    stop = lambda: worker.stop()  # noqa: PLW0108 - there is no worker yet
    worker = make_worker(store, StoppedScans(Scans(cache_dir, PACE), reached, stop))
    worker.run()
    assert store.get_run(run_id).status is RunStatus.INTERRUPTED
    return run_id


def units_done(run: RunRecord, stage: str, unit_class: str) -> int:
    """How many units of a class the run's last attempt worked through itself."""
    assert run.metrics is not None
    return sum(cost.units for cost in run.metrics.unit_costs if (cost.stage, cost.unit_class) == (stage, unit_class))


def test_what_was_fetched_and_scanned_is_not_done_again(
    store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analyse, "RECORD_INTERVAL_SECONDS", 0.0)
    run_id = stopped_in("symbol_scanning", store, tmp_path)
    previous_event = store.latest_event(run_id)
    assert previous_event is not None
    store.requeue(run_id)
    make_worker(store, Scans(tmp_path, PACE)).run()
    run = store.get_run(run_id)
    assert run.status is RunStatus.SUCCEEDED
    assert run.metrics is not None
    assert 0 < units_done(run, "symbol_scanning", "symbol") <= SYMBOLS // 2  # the other half is the first attempt's
    assert units_done(run, "data_fetching", "miss") == 0
    assert run.metrics.symbols_scanned == SYMBOLS
    first = next(event for event in all_events(store, run_id) if event.attempt == 2)
    assert first.overall_fraction >= previous_event.overall_fraction
    assert first.earlier_seconds == pytest.approx(previous_event.elapsed_seconds)
    assert len(run.metrics.attempt_seconds) == 2
    assert run.metrics.attempt_seconds[0] == pytest.approx(previous_event.elapsed_seconds)
    assert run.metrics.attempt_seconds[1] == run.metrics.total_seconds


def test_data_that_changed_between_attempts_starts_the_stage_over_and_says_so(
    store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analyse, "RECORD_INTERVAL_SECONDS", 0.0)
    run_id = stopped_in("symbol_scanning", store, tmp_path / "one")
    store.requeue(run_id)
    journal = store.journal(run_id, 2)
    assert journal.fingerprint("symbol_scanning") is not None
    claimed = store.claim("w", "localhost", "test", None)
    assert claimed is not None
    journal.start_over("symbol_scanning", "what another day's data would have")
    store.interrupt_stale(timedelta(0))
    store.requeue(run_id)
    make_worker(store, Scans(tmp_path / "one")).run()
    run = store.get_run(run_id)
    assert run.status is RunStatus.SUCCEEDED
    assert any("data changed" in event.message for event in all_events(store, run_id))
    assert run.metrics is not None
    assert units_done(run, "symbol_scanning", "symbol") == SYMBOLS


def test_a_cancelled_run_can_be_resumed_to_the_same_result(store: SqlStore, tmp_path: Path) -> None:
    whole = queue_run(store)
    make_worker(store, Scans(tmp_path / "whole")).run()
    run_id = queue_run(store).run_id
    reached = lambda event: event.stage("data_fetching").fraction >= 0.3
    make_worker(store, StoppedScans(Scans(tmp_path / "part"), reached, lambda: store.request_cancel(run_id))).run()
    assert store.get_run(run_id).status is RunStatus.CANCELLED
    store.requeue(run_id)
    make_worker(store, Scans(tmp_path / "part")).run()
    assert store.get_run(run_id).status is RunStatus.SUCCEEDED
    assert csv_of(store, run_id) == csv_of(store, whole.run_id)
    check_journal(store, run_id)
