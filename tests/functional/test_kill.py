"""SIGKILL at 25 seeded random moments of a run: every one of them resumes and ends like the run that was left alone."""

from __future__ import annotations

import multiprocessing
import random
import signal
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from technic_scanner.bootstrap import build
from technic_scanner.domain.run import RunStatus
from technic_scanner.domain.stage import Stage
from technic_scanner.runs.export import to_csv
from tests.functional.killing import CONFIG, OPTIONS, Death, settings_for, work
from tests.postgres import PostgresServer, postgres_server

__all__ = ["postgres_server"]

KILLS = 25
# An importing parent that children are forked from: starting Python 50 times would take most of the test's time.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.functional.killing"])


def in_process(home: Path, url: str, death: Death | None) -> int:
    """Run a worker process to its end; return its exit code (−9: killed)."""
    process = _CONTEXT.Process(target=work, args=(home, url, death))
    process.start()
    process.join(120)
    assert process.exitcode is not None, "the worker did not end"
    return process.exitcode


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> str | PostgresServer:
    if request.param == "sqlite":
        return "sqlite"
    return request.getfixturevalue("postgres_server")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_runs_killed_at_random_moments_end_as_if_nothing_had_happened(
    database: str | PostgresServer, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'runs.db'}" if isinstance(database, str) else database.url(database.new_database())
    services = build(settings_for(tmp_path / "reading", url))
    store = services.store

    whole = store.add_run(CONFIG, OPTIONS, owner=None, label=None, idempotency_key=None, comparability_key="k")
    assert in_process(tmp_path / "whole", url, None) == 0
    finished = store.get_run(whole.run_id)
    assert finished.status is RunStatus.SUCCEEDED
    assert finished.metrics is not None
    expected = to_csv(store.result(whole.run_id).table)
    assert expected.count(b"\n") > 250

    moments = random.Random(20261124)
    killed = 0
    for number in range(KILLS):
        stage = list(Stage)[number % 4]
        delay = moments.random() * finished.metrics.stage_seconds(stage)
        home = tmp_path / f"home-{number}"
        run = store.add_run(CONFIG, OPTIONS, owner=None, label=None, idempotency_key=None, comparability_key="k")
        code = in_process(home, url, Death(stage, delay))
        assert code in (0, -signal.SIGKILL)
        if code == -signal.SIGKILL and store.get_run(run.run_id).status is RunStatus.RUNNING:
            killed += 1
            assert store.interrupt_stale(timedelta(0)) == (run.run_id,)
            before = store.latest_event(run.run_id)
            assert before is not None
            store.requeue(run.run_id)
            assert in_process(home, url, None) == 0
            after = store.events(run.run_id, before.seq, 1)[0]
            assert after.attempt == 2
            assert after.overall_fraction >= before.overall_fraction
            assert after.earlier_seconds == pytest.approx(before.elapsed_seconds)
        ended = store.get_run(run.run_id)
        assert ended.status is RunStatus.SUCCEEDED, f"kill {number} in {stage} after {delay:.3f} s: {ended.error}"
        assert to_csv(store.result(run.run_id).table) == expected, f"kill {number} in {stage} after {delay:.3f} s"
        assert store.result(run.run_id).failures == store.result(whole.run_id).failures
        numbers = [event.seq for event in store.events(run.run_id, 0, 100_000)]
        assert numbers == list(range(1, len(numbers) + 1))
    assert killed >= KILLS - 5, "most of the kills must hit a run in flight"
    services.close()
    if isinstance(database, str):
        with sqlite3.connect(tmp_path / "runs.db") as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
