"""What a form is told before Start: matching symbols, and how long it will take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import UnitCost
from technic_scanner.domain.progress import StageProgress, StageState
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.domain.universe import Universe
from technic_scanner.errors import ConfigError, SourceError
from technic_scanner.progress.costs import estimate_before_start
from technic_scanner.runs.model import NewRun, RunEnd, WorkerInfo
from technic_scanner.runs.ports import Coverage
from technic_scanner.runs.service.scan_preview import UNIVERSE_KEPT_SECONDS, ScanPreview
from technic_scanner.runs.timings.estimates import MatchCount, expected_work, history_of, match, work_left
from tests.support.runs.fake_catalog import FakeCatalog
from tests.support.runs.faulty_store import FaultyStore, faulty_store
from tests.support.runs.make import NOON, event, metrics, scan_result


class Bench:
    def __init__(self, store: FaultyStore, coverage: Coverage | None = None) -> None:
        self.clock: ManualClock = store.clock
        self.store = store
        self.catalog = FakeCatalog()
        self.forecast = ScanPreview(self.store, self.catalog, self.clock, coverage)

    def past_run(self, scan_seconds: float, config: ScanConfig | None = None, **changes: Any) -> None:
        self.store.add_runs([NewRun(config or ScanConfig(), RunOptions(), comparability_key="k")])
        run = self.store.claim("w", "host", "1", None)
        assert run is not None
        measured = metrics((0.5, 2.0, scan_seconds, 0.5), **changes)
        self.store.finish(run.run_id, "w", 1, RunEnd(RunStatus.SUCCEEDED), scan_result(metrics=measured))


@pytest.fixture
def store() -> Iterator[FaultyStore]:
    with faulty_store(ManualClock()) as opened:
        yield opened


@pytest.fixture
def bench(store: FaultyStore) -> Bench:
    return Bench(store)


def test_the_match_count_says_which_filter_removed_what(bench: Bench) -> None:
    found = bench.forecast.match_count(ScanConfig(sectors=("Information Technology",), industry_contains="soft"))
    assert (found.total, found.matching, found.symbols) == (4, 1, ("MSFT",))
    assert dict(found.removed) == {"sectors": 2, "industry_contains": 1}


def test_a_bad_config_is_not_counted(bench: Bench) -> None:
    with pytest.raises(ConfigError, match="max_symbols"):
        bench.forecast.match_count(ScanConfig(max_symbols=0))


def test_the_universe_is_loaded_once_a_minute(bench: Bench) -> None:
    for _ in range(50):
        bench.forecast.match_count(ScanConfig())
        bench.clock.advance(1)
    assert bench.catalog.fake.loads == 1
    bench.clock.advance(20)
    bench.forecast.match_count(ScanConfig())
    assert bench.catalog.fake.loads == 2


def test_each_universe_is_kept_apart(bench: Bench) -> None:
    bench.forecast.match_count(ScanConfig(universe="tech"))
    bench.forecast.match_count(ScanConfig(universe="sp500"))
    bench.forecast.match_count(ScanConfig(universe="tech"))
    assert bench.catalog.fake.loads == 2


def test_without_history_nothing_is_promised(bench: Bench) -> None:
    estimate = bench.forecast.estimate(ScanConfig(), RunOptions())
    assert (estimate.seconds, estimate.low_seconds, estimate.high_seconds, estimate.runs) == (None, None, None, 0)


def test_a_scan_takes_what_its_symbols_cost_before(bench: Bench) -> None:
    for _ in range(5):
        bench.past_run(scan_seconds=100.0)  # 1 s a symbol, 0.02 s a fetch
    estimate = bench.forecast.estimate(ScanConfig(), RunOptions())
    assert estimate.runs == 5
    by_the_symbol = 0.5 + 4 * 0.02 + 4 * 1.0 + 0.02
    assert estimate.seconds is not None
    assert estimate.low_seconds is not None
    assert estimate.high_seconds is not None
    assert by_the_symbol < estimate.seconds < 102.0 / 3  # for all that is known, a part of the 102 s is there for any
    assert estimate.low_seconds < by_the_symbol < estimate.high_seconds


def test_what_passes_between_the_stages_is_expected_too(bench: Bench) -> None:
    for gap in (0.02, 0.5, 0.04):
        bench.past_run(scan_seconds=1.0, gap_seconds=gap)
    runs = bench.store.cost_runs("sample", "local", None, 20)
    alone = estimate_before_start(history_of(runs), bench.forecast.work(ScanConfig(), RunOptions()) or {})
    whole = bench.forecast.estimate(ScanConfig(), RunOptions())
    for with_gaps, without in (
        (whole.seconds, alone.seconds),
        (whole.low_seconds, alone.low_seconds),
        (whole.high_seconds, alone.high_seconds),
    ):
        assert without is not None
        assert with_gaps == pytest.approx(without + 0.04)


def test_runs_of_a_warm_worker_are_the_measure_while_one_is_alive(bench: Bench) -> None:
    for _ in range(5):
        bench.past_run(scan_seconds=1.0, warm_worker=True, queue_seconds=0.02)
        bench.past_run(scan_seconds=90.0, warm_worker=False, queue_seconds=1.5)
    cold = bench.forecast.estimate(ScanConfig(), RunOptions())
    now = bench.clock.now()
    bench.store.stamp_worker(WorkerInfo("w", "host", 1, now, now, None))
    warm = bench.forecast.estimate(ScanConfig(), RunOptions())
    assert (cold.runs, cold.queue_seconds, warm.runs, warm.queue_seconds) == (5, 1.5, 5, 0.02)
    assert cold.seconds is not None
    assert warm.seconds is not None
    assert warm.seconds < cold.seconds / 2


def test_a_worker_is_alive_as_long_as_the_settings_say(bench: Bench) -> None:
    bench.past_run(scan_seconds=1.0, warm_worker=True, queue_seconds=0.02)
    bench.past_run(scan_seconds=9.0, warm_worker=False, queue_seconds=1.5)
    now = bench.clock.now()
    bench.store.stamp_worker(WorkerInfo("w", "host", 1, now, now, None))
    bench.clock.advance(60.0)
    patient = ScanPreview(bench.store, bench.catalog, bench.clock, stale_after_seconds=100.0)
    assert bench.forecast.estimate(ScanConfig(), RunOptions()).queue_seconds == 1.5
    assert patient.estimate(ScanConfig(), RunOptions()).queue_seconds == 0.02


def test_without_a_run_of_a_worker_as_warm_all_are_the_measure(bench: Bench) -> None:
    for warm in (True, None):
        bench.past_run(scan_seconds=1.0, warm_worker=warm)
    estimate = bench.forecast.estimate(ScanConfig(), RunOptions())
    assert (estimate.runs, estimate.queue_seconds) == (2, None)


def test_a_run_that_scanned_nothing_is_no_measure() -> None:
    away = replace(metrics((0.5, 40.0, 0.0, 0.0)), symbols_scanned=0)
    runs = [RunRecord(str(n), RunStatus.SUCCEEDED, ScanConfig(), RunOptions(), NOON, metrics=away) for n in range(3)]
    assert history_of(runs).runs == ()
    assert history_of([*runs, past(0.5)]).runs == (past(0.5).metrics.unit_costs,)  # type: ignore[union-attr]


def test_runs_of_another_source_or_executor_tell_nothing(bench: Bench) -> None:
    bench.past_run(100.0, ScanConfig(source="synthetic"))
    assert bench.forecast.estimate(ScanConfig(), RunOptions()).seconds is None
    bench.past_run(100.0)
    assert bench.forecast.estimate(ScanConfig(), RunOptions(executor="dask")).seconds is None


def test_what_the_cache_holds_need_not_be_fetched(store: FaultyStore) -> None:
    asked: list[tuple[str, ...]] = []

    def coverage(config: ScanConfig, symbols: Sequence[str]) -> int:
        asked.append(tuple(symbols))
        return 3

    bench = Bench(store, coverage)
    bench.past_run(10.0)
    bench.forecast.estimate(ScanConfig(), RunOptions())
    assert asked == [("AAPL", "MSFT", "XOM", "ZZZ")]
    bench.forecast.estimate(ScanConfig(), RunOptions(refresh=True))
    assert len(asked) == 1, "a refresh fetches whatever the cache holds"


def past(hit_rate: float | None, rows: int = 100) -> RunRecord:
    costs = (
        UnitCost("universe_loading", "load", 1, 1.0, 0.0),
        *(UnitCost("finalization", step, rows, 1.0, 0.0) for step in ("blend", "plan")),
    )
    measured = replace(metrics(), cache_hit_rate=hit_rate, unit_costs=costs)
    return RunRecord("r", RunStatus.SUCCEEDED, ScanConfig(), RunOptions(), NOON, metrics=measured)


def test_a_run_is_told_the_work_that_its_form_was_told(bench: Bench) -> None:
    assert bench.forecast.work(ScanConfig(), RunOptions()) is None, "nothing tells what it would cost"
    assert bench.catalog.fake.loads == 0
    bench.past_run(10.0)
    work = bench.forecast.work(ScanConfig(sectors=("Energy",)), RunOptions())
    assert work is not None
    assert work["symbol_scanning", "symbol"] == 1


def test_a_source_that_does_not_answer_does_not_keep_a_run_from_being_queued(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> Universe:
        raise SourceError("the list is away")

    bench.past_run(10.0)
    monkeypatch.setattr(bench.catalog.fake, "universe", gone)
    assert bench.forecast.work(ScanConfig(), RunOptions()) is None


WORK = {("data_fetching", "hit"): 100, ("data_fetching", "miss"): 400, ("symbol_scanning", "symbol"): 500}


@pytest.mark.parametrize(
    ("fetched", "scanned", "left"),
    [
        (0, 0, (100, 400, 500)),
        (60, 0, (100, 400, 500)),  # what the cache held comes first
        (350, 0, (350, 150, 500)),
        (500, 120, (500, 0, 380)),
        (600, 700, (500, 0, 0)),  # the list has become shorter since
    ],
)
def test_another_attempt_is_told_what_is_left(fetched: int, scanned: int, left: tuple[int, int, int]) -> None:
    stages = tuple(
        StageProgress(name, StageState.CANCELLED, 0.25, done, None, 0.5, 1.0, None, None)
        for name, done in (("data_fetching", fetched), ("symbol_scanning", scanned))
    )
    assert tuple(work_left(WORK, event(stages=stages)).values()) == left
    assert work_left(WORK, None) == WORK
    assert work_left({}, event(stages=stages)) == {}


def test_the_work_of_a_scan() -> None:
    work = expected_work([past(0.5)], matching=200, cached=50)
    assert work == {
        ("data_fetching", "hit"): 50,
        ("data_fetching", "miss"): 150,
        ("symbol_scanning", "symbol"): 200,
        ("finalization", "blend"): 200,
        ("finalization", "plan"): 200,
    }


@pytest.mark.parametrize(("rates", "hits"), [([], 0), ([None], 0), ([0.25], 50), ([None, 1.0, 0.0], 200)])
def test_an_unknown_cache_is_taken_to_be_as_warm_as_last_time(rates: list[float | None], hits: int) -> None:
    work = expected_work([past(rate) for rate in rates], matching=200, cached=None)
    assert (work["data_fetching", "hit"], work["data_fetching", "miss"]) == (hits, 200 - hits)


def test_a_scan_of_nothing_has_no_work() -> None:
    work = expected_work([past(0.5)], matching=0, cached=0)
    assert {stage for stage, _ in work} == {"data_fetching", "symbol_scanning", "finalization"}
    assert set(work.values()) == {0}


def test_rows_are_the_median_per_symbol_of_past_runs() -> None:
    work = expected_work([past(0.0, 50), past(0.0, 80), past(0.0, 100)], matching=10, cached=0)
    assert work["finalization", "plan"] == 8


def test_only_the_newest_universes_are_kept(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("technic_scanner.runs.service.scan_preview._KEPT", 1)
    for name in ("tech", "sp500", "sp500", "tech"):
        bench.forecast.match_count(ScanConfig(universe=name))
    assert bench.catalog.fake.loads == 3


def test_what_matches_is_counted_once_for_a_universe_a_config_and_a_day(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[ScanConfig] = []

    def counting(universe: Universe, config: ScanConfig, today: date) -> MatchCount:
        counted.append(config)
        return match(universe, config, today)

    monkeypatch.setattr("technic_scanner.runs.service.scan_preview.match", counting)
    every, tech = ScanConfig(), ScanConfig(sectors=("Information Technology",))
    for config in (every, every, tech, every):
        bench.forecast.match_count(config)
    assert counted == [every, tech]
    bench.clock.advance(UNIVERSE_KEPT_SECONDS)
    bench.forecast.match_count(every)
    assert counted == [every, tech, every], "the universe was listed anew"
