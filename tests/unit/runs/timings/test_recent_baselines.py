"""A baseline is looked up once in two seconds, and at once after a run that may be one."""

from __future__ import annotations

from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.model import RunEnd
from technic_scanner.runs.timings.baseline import baseline_of
from technic_scanner.runs.timings.recent_baselines import FRESH_SECONDS, RecentBaselines
from technic_scanner.testing.stores.samples import metrics, running, scan_result
from tests.support.runs.faulty_store import FaultyStore

CONFIG = ScanConfig(source="synthetic", universe="500x400")
ALONE, USUAL = RunOptions(workers=1), RunOptions()


def cold_run(store: FaultyStore) -> str:
    record = running(store, config=CONFIG, options=ALONE)
    measured = metrics((0.0, 0.0, 5.0, 0.0), symbols_scanned=500, cache_hit_rate=0.0, attempt_seconds=(5.0,))
    result = scan_result(config=CONFIG, metrics=measured)
    return store.finish(record.run_id, "w1", record.attempt, RunEnd(RunStatus.SUCCEEDED), result).run_id


def test_what_was_found_is_said_again_for_two_seconds(store: FaultyStore, clock: ManualClock) -> None:
    recent = RecentBaselines(store, clock)
    assert recent.of(CONFIG, USUAL) is None
    cold_run(store)
    store.calls.clear()
    clock.advance(FRESH_SECONDS - 0.1)
    assert recent.of(CONFIG, USUAL) is None
    assert store.calls == []
    clock.advance(0.2)
    assert recent.of(CONFIG, USUAL) == baseline_of(store, CONFIG) is not None


def test_it_is_looked_up_at_once_after_a_run_that_may_be_one(store: FaultyStore, clock: ManualClock) -> None:
    recent = RecentBaselines(store, clock)
    assert recent.of(CONFIG, ALONE) is None
    made = cold_run(store)
    found = recent.of(CONFIG, USUAL)
    assert found is not None
    assert found.run_id == made


def test_another_source_or_reference_has_a_baseline_of_its_own(store: FaultyStore, clock: ManualClock) -> None:
    recent = RecentBaselines(store, clock)
    cold_run(store)
    assert recent.of(CONFIG, USUAL) is not None
    assert recent.of(ScanConfig(source="synthetic", universe="8000x1260"), USUAL) is None
    assert recent.of(ScanConfig(source="sample"), USUAL) is None
