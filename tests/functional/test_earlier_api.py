"""The earlier API's surface, as its callers use it, over the real sample data."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import technic_scanner
from technic_scanner import (
    CancelToken,
    MultiStageProgressTracker,
    ProgressTracker,
    ScanConfig,
    format_throughput,
    format_time,
    run_scan_enhanced,
)
from technic_scanner.clock import ManualClock
from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.domain.stage import StagePlan
from technic_scanner.errors import ConfigError, SourceError
from technic_scanner.legacy.scan import progress_arguments
from technic_scanner.pipeline.finalize import STEPS
from technic_scanner.progress.reporter import ProgressReporter

METRICS = {
    "total_seconds",
    "symbols_scanned",
    "symbols_returned",
    "symbols_per_second",
    "speedup",
    "baseline_time",
    "stage_timings",
    "cache_stats",
    "scan_stats",
    "overall_progress_summary",
}
STAGE_TIMINGS = {
    "universe_loading_seconds",
    "data_fetching_seconds",
    "symbol_scanning_seconds",
    "finalization_seconds",
}
SEED_COLUMNS = {
    "Symbol",
    "Signal",
    "TechRating",
    "AlphaScore",
    "Entry",
    "Stop",
    "Target",
    "Sector",
    "Industry",
    "SubIndustry",
    "RegimeTrend",
    "RegimeVol",
    "MarketRegime",
    "Rationale",
    "Explanation",
}
METADATA = {"stage_progress_pct", "overall_progress_pct", "stage_eta", "overall_eta", "stage_throughput"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path))


def all_metrics(metrics: dict) -> None:
    assert set(metrics) == METRICS
    assert set(metrics["stage_timings"]) == STAGE_TIMINGS
    assert set(metrics["cache_stats"]) == {"cache_hits", "cache_misses", "cache_hit_rate"}
    stats = metrics["scan_stats"]
    assert set(stats) == {"attempted", "kept", "rejected", "errors", "filtered_out"}
    assert stats["attempted"] == stats["kept"] + stats["rejected"] + stats["errors"]
    assert min(stats.values()) >= 0
    assert sum(metrics["stage_timings"].values()) <= metrics["total_seconds"] + 1e-6


def test_the_seeds_example() -> None:
    calls: list[tuple] = []
    config = ScanConfig(sectors=["Information Technology"], max_symbols=100)
    results, status, metrics = run_scan_enhanced(config, lambda *arguments: calls.append(arguments))
    assert isinstance(results, pd.DataFrame)
    assert status == "Scan complete."
    assert set(results.columns) >= SEED_COLUMNS
    assert results["Symbol"].is_unique
    assert (results["Sector"] == "Information Technology").all()
    assert results[["Entry", "Stop", "Target"]].notna().all().all()
    all_metrics(metrics)
    assert metrics["speedup"] is None
    assert metrics["baseline_time"] is None
    assert {call[0] for call in calls} >= {"universe_loading", "data_fetching", "symbol_scanning", "finalization"}
    assert all(set(call[4]) == METADATA for call in calls)
    overall = [call[4]["overall_progress_pct"] for call in calls]
    assert overall == sorted(overall)
    assert overall[-1] == 100.0


def test_a_scan_leaves_nothing_behind_but_cached_prices(tmp_path: Path) -> None:
    run_scan_enhanced(ScanConfig(symbols=["MO"]))
    assert {path.name for path in tmp_path.iterdir()} == {"prices"}


def test_the_callback_says_what_happens_in_each_stage() -> None:
    calls: list[tuple] = []
    config, rows = ScanConfig(symbols=["MO", "AZO", "CCE"]), 3 * len(STEPS)
    for expected in ("3 of 3 fetched, 0 from the cache", "3 of 3 fetched, 3 from the cache"):
        calls.clear()
        run_scan_enhanced(config, lambda *arguments: calls.append(arguments))
        assert calls[0][:3] == ("universe_loading", 0, None)
        last = {stage: message for stage, _, _, message, _ in calls[:-1]}
        assert last == {
            "universe_loading": "4 of 4 steps of loading the universe done",
            "data_fetching": expected,
            "symbol_scanning": "3 of 3 symbols scanned",
            "finalization": f"{rows} of {rows} row steps of ranking done",
        }
        assert calls[-1][3] == "Scan complete."
    begun = next(call for call in calls if call[0] == "symbol_scanning")
    assert begun[3] == "0 of 3 symbols scanned"


def test_the_callback_passes_on_what_the_scan_says_and_stages_of_other_plans() -> None:
    clock = ManualClock()
    events: list[ProgressEvent] = []
    reporter = ProgressReporter("r", StagePlan((("one", 1.0),)), clock, listeners=[events.append])
    reporter.start_run("scanning the sample")
    reporter.start_stage("one", 1_000)
    reporter.message("AAPL keeps the bars it has")
    clock.advance(1)
    reporter.advance(999)
    told = [progress_arguments(event)[3] for event in events]
    assert told == [
        "scanning the sample",
        "0 of 1,000 units of one done",
        "AAPL keeps the bars it has",
        "999 of 1,000 units of one done",
    ]


def test_the_default_scan_does_not_lose_sectors_to_a_name() -> None:
    results, _, metrics = run_scan_enhanced(ScanConfig(top_n=None, direction="both"))
    assert len(results) > 100
    assert metrics["scan_stats"]["attempted"] >= 500
    assert results["Sector"].replace("", None).nunique() >= 9


def test_what_filters_left_out_is_counted_apart() -> None:
    _, _, metrics = run_scan_enhanced(ScanConfig(symbols=("MO",)))
    all_metrics(metrics)
    stats = metrics["scan_stats"]
    assert (stats["attempted"], stats["kept"], stats["rejected"], stats["errors"]) == (1, 1, 0, 0)
    assert stats["filtered_out"] > 400


def test_vendor_names_of_a_sector_mean_the_same_scan() -> None:
    one, _, _ = run_scan_enhanced(ScanConfig(sectors=["Technology"]))
    other, _, _ = run_scan_enhanced(ScanConfig(sectors=["Information Technology"]))
    assert len(one) > 0
    pd.testing.assert_frame_equal(one, other)


def test_an_empty_universe_has_all_metrics() -> None:
    results, status, metrics = run_scan_enhanced(ScanConfig(symbols=["NOSUCH"]))
    assert results.empty
    assert set(results.columns) >= SEED_COLUMNS
    assert "symbols removed" in status
    all_metrics(metrics)


def test_a_failing_stage_has_all_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    def burn(*_args: object, **_kwargs: object) -> None:
        raise SourceError("the tape broke")

    monkeypatch.setattr("technic_scanner.pipeline.analyse.last_indicators", burn)
    results, status, metrics = run_scan_enhanced()
    assert results.empty
    assert status == "Scan failed: the tape broke"
    all_metrics(metrics)


def test_a_cancelled_scan_has_all_metrics() -> None:
    cancel = CancelToken()
    cancel.cancel("enough")
    results, status, metrics = run_scan_enhanced(cancel=cancel)
    assert results.empty
    assert "enough" in status
    all_metrics(metrics)


def test_bad_config_is_one_error_that_names_every_field() -> None:
    with pytest.raises(ConfigError) as caught:
        run_scan_enhanced(ScanConfig(source="bloomberg", sectors=["Nope"], max_symbols=-1, min_price=float("nan")))
    assert {problem.field for problem in caught.value.problems} == {"source", "sectors", "max_symbols", "min_price"}


def test_the_seeds_classes_and_functions_are_the_real_ones() -> None:
    tracker = MultiStageProgressTracker({"a": 0.25, "b": 0.75})
    tracker.start_stage("a", 10)
    shown = tracker.update(5)
    assert set(shown) == {
        "stage",
        "stage_progress",
        "overall_progress_pct",
        "overall_elapsed_time",
        "overall_estimated_remaining",
        "overall_estimated_total",
        "completed_stages",
    }
    assert shown["overall_progress_pct"] == pytest.approx(12.5)
    single = ProgressTracker(total=100)
    single.update(45)
    assert single.get_summary().startswith("45/100 (45.0%)")
    assert [format_time(value) for value in (None, 45, 90, 3600)] == ["N/A", "45s", "1m 30s", "1h 0m"]
    assert format_throughput(3.5, "symbols") == "3.5 symbols/sec"
    assert sorted(technic_scanner.__all__) == technic_scanner.__all__
    assert all(getattr(technic_scanner, name) is not None for name in technic_scanner.__all__)
