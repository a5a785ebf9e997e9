"""Which runs count as comparable."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.stage import StagePlan
from technic_scanner.runs.timings.comparability import cache_state, config_hash, key, size_bucket
from tests.support.runs.make import metrics


@pytest.mark.parametrize(
    "change",
    [
        {"as_of_date": date(2010, 1, 4)},
        {"account_size": 5.0},
        {"risk_pct": 2.0},
        {"target_rr": 3.0},
        {"max_position_pct": 50.0},
        {"profile_weights": {"trend": 9}},
    ],
)
def test_what_does_not_change_the_work_does_not_change_the_key(change: dict[str, Any]) -> None:
    assert config_hash(ScanConfig(**change), RunOptions()) == config_hash(ScanConfig(), RunOptions())


@pytest.mark.parametrize(
    "change",
    [
        {"source": "synthetic"},
        {"universe": "x"},
        {"sectors": ("Energy",)},
        {"symbols": ("A",)},
        {"max_symbols": 100},
        {"lookback_sessions": 100},
        {"direction": "both"},
        {"strategy_profile_name": "breakout"},
        {"sector_neutral": True},
        {"top_n": None},
    ],
)
def test_what_changes_the_work_changes_the_key(change: dict[str, Any]) -> None:
    assert config_hash(ScanConfig(**change), RunOptions()) != config_hash(ScanConfig(), RunOptions())


def test_options_that_change_the_cost_count_and_the_others_do_not() -> None:
    usual = config_hash(ScanConfig(), RunOptions())
    plan = StagePlan((("symbol_scanning", 1.0),))
    assert config_hash(ScanConfig(), RunOptions(event_interval_seconds=1.0, stage_plan=plan)) == usual
    for changed in (RunOptions(executor="dask"), RunOptions(workers=2), RunOptions(chunk_size=10)):
        assert config_hash(ScanConfig(), changed) != usual


# Made by the version before lookback_days was renamed to lookback_sessions.
@pytest.mark.parametrize(
    ("config", "options", "made_before"),
    [
        (ScanConfig(max_symbols=6_000), RunOptions(), "1cfe0bfd91086f6d"),
        (ScanConfig(max_symbols=6_000, lookback_sessions=120, top_n=20), RunOptions(), "ef137add3cbdec08"),
        (
            ScanConfig(
                source="synthetic",
                universe="8000x1260",
                lookback_sessions=1260,
                max_symbols=100_000,
                direction="both",
                top_n=None,
            ),
            RunOptions(executor="dask", workers=2, chunk_size=100),
            "c9873f45a52923a4",
        ),
        (
            ScanConfig(
                sectors=("Information Technology",),
                symbols=("MSFT", "AAPL"),
                max_symbols=6_000,
                min_price=5,
                as_of_date=date(2010, 5, 28),
            ),
            RunOptions(workers=2),
            "3f3885b1163748a7",
        ),
    ],
)
def test_the_same_config_keeps_its_key_over_versions(config: ScanConfig, options: RunOptions, made_before: str) -> None:
    assert config_hash(config, options) == made_before


def test_the_order_of_symbols_does_not_matter() -> None:
    one, other = ScanConfig(symbols=("A", "B")), ScanConfig(symbols=("B", "A"))
    assert config_hash(one, RunOptions()) == config_hash(other, RunOptions())


def test_the_key_names_size_cache_version_and_resumption() -> None:
    head = config_hash(ScanConfig(), RunOptions())
    ended = replace(metrics(), symbols_attempted=413, cache_hit_rate=1.0)
    assert key(ScanConfig(), RunOptions(), None, "1.2") == head
    assert key(ScanConfig(), RunOptions(), ended, "1.2") == f"{head}-n256-warm-1.2"
    resumed = replace(ended, attempt_seconds=(1.0, 2.0))
    assert key(ScanConfig(), RunOptions(), resumed, "1.2") == f"{head}-n256-warm-1.2-resumed"


def test_the_key_tells_runs_that_loaded_their_kernels_first_from_others() -> None:
    def of(warm: bool | None) -> str:
        return key(ScanConfig(), RunOptions(), metrics(warm_worker=warm), "1.2")

    assert of(warm=False) == f"{of(warm=True)}-loading"
    assert of(warm=None) == of(warm=True)


@pytest.mark.parametrize(
    ("rate", "state"), [(None, "uncached"), (0.0, "cold"), (0.1, "cold"), (0.5, "mixed"), (0.9, "warm"), (1.0, "warm")]
)
def test_cache_states(rate: float | None, state: str) -> None:
    assert cache_state(rate) == state


@given(st.integers(1, 10**9))
def test_a_bucket_holds_sizes_that_differ_less_than_twofold(symbols: int) -> None:
    assert size_bucket(symbols) <= symbols < 2 * size_bucket(symbols)


def test_nothing_is_in_bucket_zero() -> None:
    assert size_bucket(0) == 0
