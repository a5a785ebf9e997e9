"""Configs and options: every bad value is a sentence, equal configs have one form, old names are taken."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.options import stage_plan_of
from technic_scanner.domain.profiles import PROFILE_WEIGHTS, SUB_SCORES
from technic_scanner.domain.stage import StagePlan
from technic_scanner.errors import ConfigError

WEIGHT_BOUNDS = "at least 0 and at most 1000"
NAN, INFINITY = float("nan"), float("inf")
HUGE = 10**400
BEYOND_DIGITS = 10**5000


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"max_symbols": -1}, "max_symbols: must be a whole number from 1 to 100000, not -1"),
        ({"max_symbols": 1.5}, "max_symbols: must be a whole number from 1 to 100000, not 1.5"),
        ({"max_symbols": True}, "max_symbols: must be a whole number from 1 to 100000, not True"),
        ({"lookback_sessions": 0}, "lookback_sessions: must be a whole number from 1 to 20000, not 0"),
        ({"top_n": 0}, "top_n: must be a whole number from 1 to 100000, not 0"),
        ({"min_price": -1}, "min_price: must be at least 0, not -1.0"),
        ({"min_price": NAN}, "min_price: must be a finite number, not nan"),
        ({"min_price": "5"}, "min_price: must be a finite number, not '5'"),
        ({"min_dollar_volume": INFINITY}, "min_dollar_volume: must be a finite number, not inf"),
        ({"min_tech_rating": 101}, "min_tech_rating: must be at least 0 and at most 100, not 101.0"),
        ({"account_size": 0}, "account_size: must be above 0, not 0.0"),
        ({"risk_pct": 0.0}, "risk_pct: must be above 0 and at most 100, not 0.0"),
        ({"target_rr": 100.5}, "target_rr: must be above 0 and at most 100, not 100.5"),
        ({"max_position_pct": None}, "max_position_pct: must be a finite number, not None"),
        ({"direction": "up"}, "direction: 'up' is not one of long, short, both"),
        (
            {"strategy_profile_name": "x"},
            "strategy_profile_name: 'x' is not one of short_term_swing, position, mean_reversion, breakout",
        ),
        ({"source": None}, "source: must be text, not None"),
        ({"universe": 5}, "universe: must be text, not 5"),
        ({"industries": ["", "Banks"]}, "industries: must hold names only, not ''"),
        ({"symbols": [7]}, "symbols: must hold names only, not 7"),
        ({"symbols": 5}, "symbols: must be a list of names, not 5"),
        ({"as_of_date": "yesterday"}, "as_of_date: must be a date such as 2010-08-20, not 'yesterday'"),
        ({"sector_neutral": "yes"}, "sector_neutral: must be true or false, not 'yes'"),
        ({"profile_weights": {"trend": -1}}, "profile_weights.trend: must be at least 0 and at most 1,000, not -1.0"),
        (
            {"profile_weights": {"trend": 1e308}},
            "profile_weights.trend: must be at least 0 and at most 1,000, not 1e+308",
        ),
        ({"profile_weights": 5}, "profile_weights: must be pairs of a name and a weight, not 5"),
        ({"profile_weights": [("trend", 1), ("trend", 2)]}, "profile_weights.trend: is named more than once"),
        (
            {"profile_weights": {"luck": 1}},
            "profile_weights: 'luck' is not one of trend, momentum, volume, volatility, oscillator, breakout",
        ),
        ({"industry_contains": "a\nb"}, "industry_contains: must hold no control characters and no lone surrogates"),
        ({"symbols": ["\ud800"]}, "symbols: must hold no control characters and no lone surrogates"),
        ({"symbols": ["A" * 33]}, "symbols: must be at most 32 characters long, not 33"),
        ({"industries": ["A" * 201]}, "industries: must be at most 200 characters long, not 201"),
        ({"symbols": [f"S{n}" for n in range(20_001)]}, "symbols: must hold at most 20000 names, not 20001"),
        ({"industries": [f"I{n}" for n in range(1001)]}, "industries: must hold at most 1000 names, not 1001"),
        ({"industry_contains": "a\x9bb"}, "industry_contains: must hold no control characters and no lone surrogates"),
        ({"symbols": ["A\u202eB"]}, "symbols: must hold no control characters and no lone surrogates"),
    ],
)
def test_a_bad_value_of_a_config_is_a_sentence(fields: dict[str, Any], said: str) -> None:
    assert [str(problem) for problem in ScanConfig(**fields).problems()] == [said]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"executor": " "}, "executor: must be the name of an executor, not ' '"),
        ({"workers": 0}, "workers: must be a whole number from 1 to 1024, not 0"),
        ({"scheduler": "a\x00"}, "scheduler: must hold no control characters and no lone surrogates"),
        ({"chunk_size": 0}, "chunk_size: must be a whole number from 1 to 100000, not 0"),
        ({"fetch_batch_size": 10_001}, "fetch_batch_size: must be a whole number from 1 to 10000, not 10001"),
        ({"event_interval_seconds": 61}, "event_interval_seconds: must be at least 0 and at most 60, not 61.0"),
        ({"refresh": 1}, "refresh: must be true or false, not 1"),
        ({"stage_plan": {}}, "stage_plan: must be a StagePlan, not {}"),
        (
            {"stage_plan": StagePlan((("a", 1.0),))},
            f"stage_plan: must weigh each of {', '.join(StagePlan().names)} and no other stage, not a",
        ),
    ],
)
def test_a_bad_option_is_a_sentence(fields: dict[str, Any], said: str) -> None:
    assert [str(problem) for problem in RunOptions(**fields).problems()] == [said]


@pytest.mark.parametrize("value", [HUGE, -HUGE, BEYOND_DIGITS], ids=["huge", "minus huge", "beyond digits"])
@pytest.mark.parametrize("name", ["min_price", "max_symbols", "top_n", "account_size"])
def test_numbers_too_large_to_compute_with_are_named_in_a_short_message(name: str, value: int) -> None:
    (problem,) = ScanConfig(**{name: value}).problems()
    assert problem.field == name
    assert len(problem.message) < 200


def test_every_bad_field_is_found_at_once() -> None:
    bad = ScanConfig(source=None, max_symbols=0, min_price=NAN, direction="up", symbols=[""])  # type: ignore[arg-type]
    assert [problem.field for problem in bad.problems()] == [
        "source",
        "symbols",
        "max_symbols",
        "min_price",
        "direction",
    ]
    with pytest.raises(ConfigError) as caught:
        bad.check()
    assert caught.value.problems == bad.problems()


@pytest.mark.parametrize("profile", PROFILE_WEIGHTS)
def test_weights_that_leave_nothing_to_weigh_are_bad_before_the_scan(profile: str) -> None:
    carried = {name: 0 for name, weight in zip(SUB_SCORES, PROFILE_WEIGHTS[profile], strict=True) if weight}
    (problem,) = ScanConfig(strategy_profile_name=profile, profile_weights=carried).problems()  # type: ignore[arg-type]
    assert str(problem) == "profile_weights: at least one weight must be above 0"
    carried.popitem()
    assert not ScanConfig(strategy_profile_name=profile, profile_weights=carried).problems()  # type: ignore[arg-type]


@pytest.mark.parametrize("weight", [1e308, HUGE, 1e-320], ids=["float", "huge", "tiny"])
def test_stage_weights_of_any_size_are_judged_and_named_as_the_option(weight: float) -> None:
    with pytest.raises(ConfigError) as caught:
        stage_plan_of((("a", weight), ("b", weight)))
    assert {problem.field.partition(".")[0] for problem in caught.value.problems} == {"stage_plan"}


def test_a_stage_named_twice_is_named() -> None:
    with pytest.raises(ConfigError, match=r"stage_plan\.a: is named more than once"):
        stage_plan_of((("a", 0.5), ("a", 0.5)))


@given(st.permutations(SUB_SCORES), st.lists(st.integers(0, 1000), min_size=6, max_size=6))
def test_equal_weights_are_equal_configs_in_whatever_order_they_are_given(order: list[str], weights: list[int]) -> None:
    pairs = list(zip(SUB_SCORES, weights, strict=True))
    shuffled = sorted(pairs, key=lambda pair: order.index(pair[0]))
    assert ScanConfig(profile_weights=tuple(shuffled)) == ScanConfig(profile_weights=dict(pairs))  # type: ignore[arg-type]


def test_a_config_has_one_form() -> None:
    config = ScanConfig(
        sectors=["Technology", "Information Technology"],  # type: ignore[arg-type]
        industries="Banks",  # type: ignore[arg-type]
        symbols=[" aapl", "AAPL", "msft "],  # type: ignore[arg-type]
        universe="",
        industry_contains="",
        min_price=5,
        as_of_date=datetime(2010, 8, 20, 9, tzinfo=UTC),
    )
    assert config == ScanConfig(
        sectors=("Information Technology",),
        industries=("Banks",),
        symbols=("AAPL", "MSFT"),
        min_price=5.0,
        as_of_date=date(2010, 8, 20),
    )
    assert isinstance(config.min_price, float)
    assert ScanConfig(as_of_date="2010-08-20").as_of_date == date(2010, 8, 20)  # type: ignore[arg-type]
    assert RunOptions(scheduler="") == RunOptions()


def test_arrays_are_lists_of_names() -> None:
    assert ScanConfig(symbols=np.array(["a", "b"])).symbols == ("A", "B")  # type: ignore[arg-type]
    assert ScanConfig(industries=np.array([])).industries == ()  # type: ignore[arg-type]


def test_copies_and_pickles_are_equal() -> None:
    config = ScanConfig(symbols=("A",), profile_weights=(("trend", 2.0),), lookback_sessions=7)
    assert copy.copy(config) == copy.deepcopy(config) == pickle.loads(pickle.dumps(config)) == config


def test_allow_shorts_turns_long_into_both() -> None:
    assert ScanConfig(allow_shorts=True).direction == "both"
    assert ScanConfig(direction="short", allow_shorts=True).direction == "short"


def test_a_renamed_field_is_taken_and_read_under_its_old_name() -> None:
    config = ScanConfig(lookback_days=123)  # type: ignore[call-arg]
    assert config == ScanConfig(lookback_sessions=123)
    assert config.lookback_days == 123
    assert ScanConfig(lookback_days=5, lookback_sessions=5).lookback_sessions == 5  # type: ignore[call-arg]
    assert replace(config, lookback_sessions=9).lookback_days == 9
    assert replace(config, top_n=3).lookback_sessions == 123


def test_both_names_of_a_field_with_different_values_are_an_error() -> None:
    with pytest.raises(ConfigError) as caught:
        ScanConfig(lookback_days=5, lookback_sessions=6)  # type: ignore[call-arg]
    (problem,) = caught.value.problems
    assert str(problem) == "lookback_days: is the old name of lookback_sessions, which is given with another value"
