"""The plain JSON forms: what goes in comes out, and bad input is named in full."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import ScanMetrics, SymbolFailure
from technic_scanner.domain.progress import ProgressEvent
from technic_scanner.errors import ConfigError, StoreError
from technic_scanner.pipeline.result import MarketContext
from technic_scanner.runs import serialization
from technic_scanner.runs.plain import Problems, codec_of, to_plain
from tests.support.runs import strategies as some
from tests.support.runs.make import event


def through_json(value: object) -> object:
    return json.loads(json.dumps(value, allow_nan=False))


@given(some.configs)
def test_configs_round_trip_through_json(config: ScanConfig) -> None:
    assert serialization.config_from_dict(through_json(serialization.config_to_dict(config))) == config  # type: ignore[arg-type]


@given(some.options)
def test_options_round_trip_through_json(options: RunOptions) -> None:
    assert serialization.options_from_dict(through_json(serialization.options_to_dict(options))) == options  # type: ignore[arg-type]


@given(some.events)
def test_events_round_trip_through_json(event: ProgressEvent) -> None:
    assert serialization.event_from_dict(through_json(serialization.event_to_dict(event))) == event  # type: ignore[arg-type]


@given(some.metrics)
def test_metrics_round_trip_through_json(metrics: ScanMetrics) -> None:
    assert serialization.metrics_from_dict(through_json(serialization.metrics_to_dict(metrics))) == metrics  # type: ignore[arg-type]


@given(st.lists(some.failures, max_size=4).map(tuple))
def test_failures_round_trip_through_json(failures: tuple[SymbolFailure, ...]) -> None:
    assert serialization.failures_from_list(through_json(serialization.failures_to_list(failures))) == failures  # type: ignore[arg-type]


@given(some.contexts)
def test_contexts_round_trip_through_json(context: MarketContext) -> None:
    assert serialization.context_from_dict(through_json(serialization.context_to_dict(context))) == context  # type: ignore[arg-type]


def test_every_unknown_key_and_bad_value_is_named_at_once() -> None:
    payload = {"bogus": 1, "mode": "fast", "max_symbols": "many", "sectors": 5, "min_price": -3, "allow_shorts": "no"}
    with pytest.raises(ConfigError) as caught:
        serialization.config_from_dict(payload)
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
        serialization.config_from_dict({"symbols": ["A", 7]})


@pytest.mark.parametrize("payload", [None, [], "sample", 3])
def test_a_config_that_is_no_object_is_one_problem(payload: object) -> None:
    with pytest.raises(ConfigError, match="config: must be an object of fields"):
        serialization.config_from_dict(payload)  # type: ignore[arg-type]


def test_bad_values_alone_are_left_to_the_check() -> None:
    assert serialization.config_from_dict({"max_symbols": -1}).problems()[0].field == "max_symbols"


def test_the_seed_spellings_are_taken() -> None:
    config = serialization.config_from_dict(
        {"allow_shorts": True, "sectors": "Technology", "symbols": ["aapl"], "profile_weights": {"trend": 2}}
    )
    assert config == ScanConfig(
        direction="both", sectors=("Information Technology",), symbols=("AAPL",), profile_weights=(("trend", 2.0),)
    )


def test_none_for_a_list_is_no_filter() -> None:
    assert serialization.config_from_dict({"sectors": None}).sectors == ()


def test_a_stage_plan_may_be_an_object_of_weights() -> None:
    options = serialization.options_from_dict({"stage_plan": {"a": 0.25, "b": 0.75}})
    assert options.stage_plan.weights == (("a", 0.25), ("b", 0.75))


def test_bad_stage_weights_are_named_beside_other_bad_options() -> None:
    with pytest.raises(ConfigError) as caught:
        serialization.options_from_dict({"stage_plan": {"a": 0, "b": 2}, "workers": "all", "chunk_size": 0})
    assert {problem.field for problem in caught.value.problems} == {"stage_weights.a", "workers", "chunk_size"}


def test_a_request_names_the_faults_of_both_halves() -> None:
    with pytest.raises(ConfigError) as caught:
        serialization.request_from_dicts({"max_symbols": -1, "x": 1}, {"chunk_size": 0, "y": 2})
    assert {problem.field for problem in caught.value.problems} == {"max_symbols", "x", "chunk_size", "y"}


def test_a_request_without_options_takes_the_defaults() -> None:
    assert serialization.request_from_dicts({"source": "sample"}) == (ScanConfig(), RunOptions())


def test_whole_numbers_and_floats_have_one_plain_form() -> None:
    assert json.dumps(serialization.config_to_dict(ScanConfig(min_price=2))) == json.dumps(
        serialization.config_to_dict(ScanConfig(min_price=2.0))
    )


def test_a_number_that_is_not_finite_reaches_the_check() -> None:
    config = serialization.config_from_dict({"min_price": "NaN", "account_size": "Infinity"})
    assert {problem.field for problem in config.problems()} == {"min_price", "account_size"}


def test_a_huge_whole_number_is_a_problem_not_a_crash() -> None:
    with pytest.raises(ConfigError, match="min_price"):
        serialization.config_from_dict({"min_price": 10**400})


def test_times_are_stored_in_utc_and_never_without_a_zone() -> None:
    kind = codec_of(datetime)
    east = datetime(2026, 1, 2, 3, 0, tzinfo=timezone(timedelta(hours=2)))
    assert kind.encode(east) == "2026-01-02T01:00:00+00:00"
    with pytest.raises(ValueError, match="without a zone"):
        kind.encode(datetime(2026, 1, 2))
    problems: Problems = []
    kind.decode("2026-01-02T03:00:00", "at", problems)
    assert [problem.field for problem in problems] == ["at"]
    assert kind.decode(east, "at", []) == east
    assert kind.decode(east, "at", []).tzinfo is UTC


def test_dates_read_from_text_dates_and_times() -> None:
    kind = codec_of(date)
    for value in ("2010-08-20", date(2010, 8, 20), datetime(2010, 8, 20, 9, tzinfo=UTC)):
        assert kind.decode(value, "day", []) == date(2010, 8, 20)


@pytest.mark.parametrize("payload", [{}, {"symbol": 1}, "text", None])
def test_what_is_stored_but_unreadable_is_a_store_error(payload: object) -> None:
    with pytest.raises(StoreError, match="SymbolFailure cannot be read"):
        serialization.failures_from_list([payload])  # type: ignore[list-item]


def test_fields_of_a_newer_version_do_not_stop_an_older_reader() -> None:
    stored = serialization.context_to_dict(MarketContext(regime_trend="up")) | {"from_the_future": 1}
    assert serialization.context_from_dict(stored) == MarketContext(regime_trend="up")


def test_a_type_without_a_plain_form_is_refused_when_it_is_compiled() -> None:
    with pytest.raises(TypeError, match="no plain form"):
        codec_of(set)


def test_long_bad_values_are_cut_in_the_message() -> None:
    with pytest.raises(ConfigError) as caught:
        serialization.config_from_dict({"max_symbols": "x" * 5000})
    assert len(str(caught.value)) < 300


def test_to_plain_gives_only_json_types() -> None:
    assert to_plain(RunOptions())["stage_plan"] == {
        "weights": [
            ["universe_loading", 0.05],
            ["data_fetching", 0.2],
            ["symbol_scanning", 0.7],
            ["finalization", 0.05],
        ]
    }


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
        serialization.config_from_dict({field: value})
    (problem,) = caught.value.problems
    assert problem.field.startswith(field)
    assert problem.message.startswith(f"must be {wanted}")


@pytest.mark.parametrize("plan", [5, [["a", "b"]], [["a"]]])
def test_a_stage_plan_of_the_wrong_shape_is_a_problem(plan: object) -> None:
    with pytest.raises(ConfigError, match="stage_plan"):
        serialization.options_from_dict({"stage_plan": plan})


def test_options_that_are_no_object_are_one_problem() -> None:
    with pytest.raises(ConfigError, match="options: must be an object of fields"):
        serialization.options_from_dict([])  # type: ignore[arg-type]


def test_an_unknown_state_in_a_stored_event_is_a_store_error() -> None:
    stored = serialization.event_to_dict(event()) | {"kind": "exploded", "stages": "none"}
    with pytest.raises(StoreError, match=r"kind: must be one of run_started.*stages\[0\]: must be an object"):
        serialization.event_from_dict({key: stored[key] for key in reversed(stored)} | {"kind": "exploded"})


@pytest.mark.parametrize("value", [{}, {"AAPL": 1}, 5, True])
def test_an_object_is_no_list_of_names(value: object) -> None:
    with pytest.raises(ConfigError) as caught:
        serialization.config_from_dict({"symbols": value, "profile_weights": {"trend": 2.0}})
    assert [problem.field for problem in caught.value.problems] == ["symbols"]
