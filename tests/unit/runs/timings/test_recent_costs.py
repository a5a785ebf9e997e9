"""A full history of costs is used for two seconds; a short one is read anew, since every run teaches much."""

from __future__ import annotations

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.model import NewRun, RunEnd
from technic_scanner.runs.timings.estimates import HISTORY_RUNS, cost_runs, history_of
from technic_scanner.runs.timings.recent_costs import FRESH_SECONDS, RecentCosts
from tests.support.runs.faulty_store import FaultyStore
from tests.support.runs.make import scan_result

CONFIG, OPTIONS = ScanConfig(), RunOptions()


def ended(store: FaultyStore, runs: int) -> None:
    for _ in range(runs):
        run = store.add_runs([NewRun(CONFIG, OPTIONS, comparability_key="k")])[0]
        store.claim("w1", "host", "1", None)
        store.finish(run.run_id, "w1", 1, RunEnd(RunStatus.SUCCEEDED), scan_result())


def test_a_full_history_is_read_once_in_two_seconds(store: FaultyStore, clock: ManualClock) -> None:
    costs = RecentCosts(store, clock)
    ended(store, HISTORY_RUNS)
    first = costs.history(CONFIG, OPTIONS, warm=True)
    assert first == history_of(cost_runs(store, CONFIG, OPTIONS, warm=True))
    assert costs.runs(CONFIG, OPTIONS, warm=True) == cost_runs(store, CONFIG, OPTIONS, warm=True)
    ended(store, 1)
    store.calls.clear()
    clock.advance(FRESH_SECONDS - 0.1)
    assert costs.history(CONFIG, OPTIONS, warm=True) is first
    assert store.calls == []
    clock.advance(0.2)
    assert costs.history(CONFIG, OPTIONS, warm=True) is not first
    assert store.calls == ["cost_runs"]


def test_every_run_of_a_short_history_counts_at_once(store: FaultyStore, clock: ManualClock) -> None:
    costs = RecentCosts(store, clock)
    for known in range(HISTORY_RUNS):
        assert len(costs.history(CONFIG, OPTIONS, warm=True).runs) == known
        ended(store, 1)


@pytest.mark.parametrize(
    ("config", "options"),
    [(ScanConfig(source="synthetic", universe="20x300"), OPTIONS), (CONFIG, RunOptions(workers=1))],
    ids=["source", "workers"],
)
def test_other_runs_have_other_costs(
    store: FaultyStore, clock: ManualClock, config: ScanConfig, options: RunOptions
) -> None:
    costs = RecentCosts(store, clock)
    ended(store, HISTORY_RUNS)
    assert len(costs.history(CONFIG, OPTIONS, warm=True).runs) == HISTORY_RUNS
    assert costs.history(config, options, warm=True).runs == ()
