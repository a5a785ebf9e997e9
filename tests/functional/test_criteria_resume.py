"""A scan with criteria that is killed is resumed from what its chunks kept, and ends as if nothing had happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from technic_scanner.adapters.stores import SqlStore, open_store
from technic_scanner.clock import SystemClock
from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.exports.export import to_csv
from technic_scanner.runs.model import Rows
from tests.contract.executors.conftest import cluster_of
from tests.functional.lab import CONFIG, OPTIONS, SYMBOLS, Death, Scans, make_worker, queue_run
from tests.functional.test_resume import check_journal, kill_a_worker, units_done

pytestmark = pytest.mark.xdist_group("dask")

# Of one symbol alone: rsi, a weekly average, history before the lookback. Of all symbols: ranks, sectors, the score.
ASKED = replace(
    CONFIG,
    lookback_sessions=120,
    min_dollar_volume=0.0,
    criteria="""
        let strong = rank(roc(close, 63)) by sector
        rsi(14) > 35 and strong > 0.3 and close > 0.9 * sma(close, 200) and weekly.close > 0.8 * sma(weekly.close, 30)
        and ema(close, 21) / sector.close is known and score > 0 and rank(rank(roc(close, 5)) + rsi(5) / 100) > 0.1
        rank by strong desc
        show strong as "Strong" show atr(14) / close as "Range"
    """,
)
DEATHS = (Death("data_fetching", share=0.5), Death("symbol_scanning", share=0.3), Death("symbol_scanning", share=0.9),
          Death("finalization", share=0.4))  # fmt: skip


@pytest.fixture(params=["local", "dask"])
def scheduler(request: pytest.FixtureRequest) -> Iterator[str | None]:
    if request.param == "local":
        yield None
        return
    with cluster_of(2) as cluster:
        yield cluster.scheduler_address


def left_by(store: SqlStore, run_id: str) -> tuple[bytes, object, object]:
    """All scanned rows, the reasons of those that are no picks and the notes of a run."""
    result = store.result(run_id, Rows.ALL)
    return to_csv(result.table), result.failures, result.context.notes


@pytest.mark.slow
def test_a_killed_scan_with_criteria_ends_byte_identical(scheduler: str | None, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'runs.db'}"
    with closing(open_store(url, SystemClock())) as store:
        resumed_after_each_death(store, url, scheduler, tmp_path)


def resumed_after_each_death(store: SqlStore, url: str, scheduler: str | None, tmp_path: Path) -> None:
    whole = queue_run(store, ASKED).run_id
    make_worker(store, Scans(tmp_path / "whole")).run()
    assert store.get_run(whole).status is RunStatus.SUCCEEDED
    expected = left_by(store, whole)
    assert b"Strong" in expected[0].splitlines()[0]
    assert len(expected[0].splitlines()) == SYMBOLS + 1
    assert store.result(whole).table.num_rows > 2
    assert {failure.reason for failure in store.result(whole).failures} >= {"criteria_false"}
    for number, death in enumerate(DEATHS):
        run_id, cache_dir = queue_run(store, ASKED).run_id, tmp_path / f"cache-{number}"
        kill_a_worker(url, cache_dir, death, scheduler)
        store.interrupt_stale(timedelta(0))
        assert store.requeue(run_id).attempt == 2
        make_worker(store, Scans(cache_dir, scheduler=scheduler)).run()
        run = store.get_run(run_id)
        assert run.status is RunStatus.SUCCEEDED, (death, run.error)
        assert left_by(store, run_id) == expected, death
        check_journal(store, run_id)
        scanned = units_done(run, "symbol_scanning", "symbol")
        # What the criteria need of each symbol is the first attempt's too.
        share = death.share if death.stage == "symbol_scanning" else float(death.stage == "finalization")
        assert scanned <= SYMBOLS * (1.0 - (share or 0.0)) + OPTIONS.chunk_size
