"""The baseline of a run is the newest cold run on one worker of the same source and reference universe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from technic_scanner.adapters.stores.sql_store import SqlStore, open_store
from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunStatus
from technic_scanner.domain.study_terms import StudyTerms
from technic_scanner.runs.model import RunEnd
from technic_scanner.runs.timings.baseline import as_baseline, baseline_of, measured_against, speedup_text
from technic_scanner.testing.stores.samples import metrics, running, scan_result

CONFIG = ScanConfig(source="synthetic", universe="500x400")
ALONE = RunOptions(workers=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{tmp_path / 'runs.db'}", clock)
    yield opened
    opened.close()


def ended(
    store: SqlStore,
    clock: ManualClock,
    *,
    config: ScanConfig = CONFIG,
    options: RunOptions = ALONE,
    status: RunStatus = RunStatus.SUCCEEDED,
    seconds: float = 5.0,
    rate: float | None = 0.0,
    attempts: int = 1,
    study: StudyTerms | None = None,
) -> str:
    clock.advance(1)
    measured = metrics(
        (0.0, 0.0, seconds, 0.0), symbols_scanned=500, cache_hit_rate=rate, attempt_seconds=(seconds,) * attempts
    )
    record = running(store, config=config, options=options, study=study)
    result = scan_result(config=config, metrics=measured)
    return store.finish(record.run_id, "w1", record.attempt, RunEnd(status), result).run_id


def test_without_a_baseline_nothing_is_said(store: SqlStore, clock: ManualClock) -> None:
    ended(store, clock, rate=1.0)
    assert baseline_of(store, CONFIG) is None
    plain = metrics((1.0, 1.0, 1.0, 1.0))
    assert measured_against(plain, None) == plain
    assert speedup_text(plain) is None


def test_the_newest_baseline_counts_behind_any_number_of_other_runs(store: SqlStore, clock: ManualClock) -> None:
    ended(store, clock, seconds=50.0)
    newest = ended(store, clock, seconds=10.0)
    for _ in range(60):
        ended(store, clock, config=ScanConfig(source="synthetic", universe="8000x1260"))
    found = baseline_of(store, CONFIG)
    assert found is not None
    total = store.get_run(newest).metrics
    assert total is not None
    assert (found.run_id, found.seconds_per_symbol) == (newest, total.total_seconds / 500)


@pytest.mark.parametrize(
    "changes",
    [
        {"rate": 1.0},
        {"rate": 0.5},
        {"rate": None},
        {"options": RunOptions(workers=2)},
        {"options": RunOptions()},
        {"status": RunStatus.CANCELLED},
        {"attempts": 2},
        {"study": StudyTerms()},
        {"config": ScanConfig(source="sample")},
        {"config": ScanConfig(source="synthetic", universe="500x400", reference="8000x1260")},
    ],
)
def test_no_other_run_is_one(store: SqlStore, clock: ManualClock, changes: dict[str, object]) -> None:
    ended(store, clock, **changes)  # type: ignore[arg-type]
    assert baseline_of(store, CONFIG) is None


def test_filters_and_lists_of_the_same_market_share_a_baseline(store: SqlStore, clock: ManualClock) -> None:
    run_id = ended(store, clock)
    some = ScanConfig(source="synthetic", universe="500x400", symbols=("SYN00001",), min_price=7.0)
    named = ScanConfig(source="synthetic", universe="4x400", reference="500x400")
    assert [found and found.run_id for found in (baseline_of(store, some), baseline_of(store, named))] == [run_id] * 2


def test_the_ratio_is_the_baselines_pace_times_the_runs_symbols(store: SqlStore, clock: ManualClock) -> None:
    baseline = as_baseline(store.get_run(ended(store, clock, seconds=4.75)))  # 0.25 s lie between stages
    assert baseline is not None
    assert baseline.seconds_per_symbol == pytest.approx(0.01)
    found = measured_against(metrics((0.0, 0.0, 0.25, 0.0), symbols_scanned=100), baseline)
    assert (found.baseline_seconds, found.speedup) == (pytest.approx(1.0), pytest.approx(2.0))
    assert found.baseline_run_id == baseline.run_id
    assert speedup_text(found) == f"2 × as fast as the baseline run {baseline.run_id}, at whose pace it takes 1.00 s"
    resumed = metrics((0.0, 0.0, 0.25, 0.0), symbols_scanned=100, attempt_seconds=(1.0, 0.5))
    assert measured_against(resumed, baseline) == resumed
