"""Requests are read strictly: what is bad is named in full, and what was written is read back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.errors import ConfigError
from technic_scanner.runs import requests, serialization
from tests.support.runs import strategies as some


def through_json(value: object) -> object:
    return json.loads(json.dumps(value, allow_nan=False))


@given(some.configs)
def test_configs_round_trip_through_json(config: ScanConfig) -> None:
    assert requests.config_from_dict(through_json(serialization.config_to_dict(config))) == config  # type: ignore[arg-type]


@given(some.options)
def test_options_round_trip_through_json(options: RunOptions) -> None:
    assert requests.options_from_dict(through_json(serialization.options_to_dict(options))) == options  # type: ignore[arg-type]


def test_every_unknown_key_and_bad_value_is_named_at_once() -> None:
    payload = {"bogus": 1, "mode": "fast", "max_symbols": "many", "sectors": 5, "min_price": -3, "allow_shorts": "no"}
    with pytest.raises(ConfigError) as caught:
        requests.config_from_dict(payload)
    assert [problem.field for problem in caught.value.problems] == [
        "bogus",
        "mode",
        "allow_shorts",
        "sectors",
        "max_symbols",
        "min_price",
    ]


def test_the_problems_name_the_element_of_a_list() -> None:
    with pytest.raises(ConfigError, match=r"symbols\[1\]: must be text, not 7"):
        requests.config_from_dict({"symbols": ["A", 7]})


@pytest.mark.parametrize("payload", [None, [], "sample", 3])
def test_a_config_that_is_no_object_is_one_problem(payload: object) -> None:
    with pytest.raises(ConfigError, match="config: must be an object of fields"):
        requests.config_from_dict(payload)  # type: ignore[arg-type]


def test_bad_values_alone_are_left_to_the_check() -> None:
    assert requests.config_from_dict({"max_symbols": -1}).problems()[0].field == "max_symbols"


def test_the_seed_spellings_are_taken() -> None:
    config = requests.config_from_dict(
        {"allow_shorts": True, "sectors": "Technology", "symbols": ["aapl"], "profile_weights": {"trend": 2}}
    )
    assert config == ScanConfig(
        direction="both", sectors=("Information Technology",), symbols=("AAPL",), profile_weights=(("trend", 2.0),)
    )


def test_none_for_a_list_is_no_filter() -> None:
    assert requests.config_from_dict({"sectors": None}).sectors == ()


def test_a_stage_plan_may_be_an_object_of_weights() -> None:
    options = requests.options_from_dict({"stage_plan": {"a": 0.25, "b": 0.75}})
    assert options.stage_plan.weights == (("a", 0.25), ("b", 0.75))


def test_bad_stage_weights_are_named_beside_other_bad_options() -> None:
    with pytest.raises(ConfigError) as caught:
        requests.options_from_dict({"stage_plan": {"a": 0, "b": 2}, "workers": "all", "chunk_size": 0})
    assert {problem.field for problem in caught.value.problems} == {"stage_plan.a", "workers", "chunk_size"}


def test_a_number_that_is_not_finite_reaches_the_check() -> None:
    config = requests.config_from_dict({"min_price": "NaN", "account_size": "Infinity"})
    assert {problem.field for problem in config.problems()} == {"min_price", "account_size"}


def test_a_huge_whole_number_is_a_problem_not_a_crash() -> None:
    with pytest.raises(ConfigError, match="min_price"):
        requests.config_from_dict({"min_price": 10**400})


def test_long_bad_values_are_cut_in_the_message() -> None:
    with pytest.raises(ConfigError) as caught:
        requests.config_from_dict({"max_symbols": "x" * 5000})
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("field", "value", "wanted"),
    [
        ("sector_neutral", "yes", "true or false"),
        ("source", 5, "text"),
        ("as_of_date", "yesterday", "a date such as"),
        ("as_of_date", 20100820, "a date such as"),
        ("min_price", "cheap", "a number"),
        ("min_price", True, "a number"),
        ("top_n", 2.5, "a whole number"),
        ("profile_weights", [["trend"]], "a list of 2 values"),
        ("profile_weights", [["trend", "much"]], "a number"),
    ],
)
def test_each_type_says_what_it_wants(field: str, value: object, wanted: str) -> None:
    with pytest.raises(ConfigError) as caught:
        requests.config_from_dict({field: value})
    (problem,) = caught.value.problems
    assert problem.field.startswith(field)
    assert problem.message.startswith(f"must be {wanted}")


@pytest.mark.parametrize("plan", [5, [["a", "b"]], [["a"]]])
def test_a_stage_plan_of_the_wrong_shape_is_a_problem(plan: object) -> None:
    with pytest.raises(ConfigError, match="stage_plan"):
        requests.options_from_dict({"stage_plan": plan})


def test_options_that_are_no_object_are_one_problem() -> None:
    with pytest.raises(ConfigError, match="options: must be an object of fields"):
        requests.options_from_dict([])  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [{}, {"AAPL": 1}, 5, True])
def test_an_object_is_no_list_of_names(value: object) -> None:
    with pytest.raises(ConfigError) as caught:
        requests.config_from_dict({"symbols": value, "profile_weights": {"trend": 2.0}})
    assert [problem.field for problem in caught.value.problems] == ["symbols"]


def test_a_renamed_field_is_read_under_either_name() -> None:
    assert requests.config_from_dict({"lookback_days": 120}) == ScanConfig(lookback_sessions=120)
    assert requests.config_from_dict({"lookback_days": 120, "lookback_sessions": 120}).lookback_sessions == 120


def test_both_names_of_a_field_with_different_values_are_named_beside_other_problems() -> None:
    with pytest.raises(ConfigError) as caught:
        requests.config_from_dict({"lookback_days": 120, "lookback_sessions": 130, "max_symbols": "all"})
    assert [str(problem) for problem in caught.value.problems] == [
        "lookback_days: is the old name of lookback_sessions, which is given with another value",
        "max_symbols: must be a whole number, not 'all'",
    ]


def test_what_a_request_gives_lies_over_a_base_and_leaves_the_rest() -> None:
    given = requests.read_config({"max_symbols": 9, "allow_shorts": True, "lookback_days": 7})
    assert given.problems == ()
    base = ScanConfig(min_price=3.0, max_symbols=50)
    assert given.over(base) == ScanConfig(min_price=3.0, max_symbols=9, direction="both", lookback_sessions=7)
    assert requests.read_options({"workers": 2}).over(RunOptions(chunk_size=7)) == RunOptions(workers=2, chunk_size=7)


def test_what_could_not_be_read_leaves_the_base_and_is_said() -> None:
    given = requests.read_config({"max_symbols": "many", "min_price": 4})
    assert given.over(ScanConfig()) == ScanConfig(min_price=4.0)
    assert [problem.field for problem in given.problems] == ["max_symbols"]


@pytest.mark.parametrize(
    ("weight", "said"),
    [(1e308, "stage_plan: must sum to 1, not inf"), (10**400, "stage_plan[0]: must be a number that")],
)
def test_enormous_stage_weights_are_problems_of_the_plan(weight: float, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        requests.options_from_dict({"stage_plan": {"a": weight, "b": weight}})
    assert str(caught.value).startswith(said)


def test_lists_nested_without_end_are_a_problem_not_a_crash() -> None:
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    for name in ("symbols", "max_symbols", "profile_weights", "source"):
        problems = requests.read_config({name: nested}).problems
        assert [problem.field.partition("[")[0] for problem in problems] == [name]
    both = requests.read_config({"lookback_days": nested, "lookback_sessions": [nested]})
    assert {problem.field for problem in both.problems} == {"lookback_days", "lookback_sessions"}
    while nested:  # taken apart by hand: Python's own way would go too deep
        nested = nested.pop()  # type: ignore[assignment]
