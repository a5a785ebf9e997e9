"""The JSON form of dataclasses: what goes in comes out, and users see the spellings that they know."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import ScanMetrics, SymbolFailure
from technic_scanner.domain.progress import EventKind, ProgressEvent, StageState
from technic_scanner.pipeline.result import MarketContext
from technic_scanner.runs.serialization import config_to_dict, event_to_dict, options_to_dict, to_dict
from technic_scanner.runs.serialization.json_form import adapter_of, encode
from tests.support.runs import strategies as some
from tests.support.runs.make import event, metrics


def again(value: Any) -> Any:
    return adapter_of(type(value)).validate_json(encode(value))


@given(some.events)
def test_events_round_trip(event: ProgressEvent) -> None:
    assert again(event) == event


@given(some.metrics)
def test_metrics_round_trip(metrics: ScanMetrics) -> None:
    assert again(metrics) == metrics


@given(some.failures)
def test_failures_round_trip(failure: SymbolFailure) -> None:
    assert again(failure) == failure


@given(some.contexts)
def test_contexts_round_trip(context: MarketContext) -> None:
    assert again(context) == context


@given(some.configs, some.options)
def test_configs_and_options_round_trip(config: ScanConfig, options: RunOptions) -> None:
    assert (again(config), again(options)) == (config, options)


@given(st.one_of(some.events, some.metrics, some.configs, some.options))
def test_the_form_is_ascii_with_every_field_in_order(value: Any) -> None:
    assert encode(value).isascii()
    form = to_dict(value)
    assert list(form) == list(value.__dataclass_fields__)[: len(form)]
    assert json.loads(json.dumps(form, allow_nan=False)) == form


def test_an_event_is_spelled_as_it_always_was() -> None:
    assert encode(event(message="σ", eta_seconds=float("inf"))).decode() == (
        '{"run_id":"run-0001","seq":1,"attempt":1,"kind":"advanced","at":"2026-03-04T12:00:00+00:00",'
        '"current_stage":"symbol_scanning","stages":[{"name":"symbol_scanning","state":"running","weight":0.7,'
        '"completed":50,"total":100,"fraction":0.5,"elapsed_seconds":5.0,"throughput":10.0,"eta_seconds":5.0,'
        '"substages":[]}],"overall_fraction":0.5,"time_fraction":0.5,"elapsed_seconds":10.0,"earlier_seconds":0.0,'
        '"eta_seconds":"Infinity","eta_low_seconds":8.0,"eta_high_seconds":12.0,"message":"\\u03c3","cache_hits":0,'
        '"cache_misses":0}'
    )


def test_options_hold_their_stage_plan_as_pairs_for_its_order_counts() -> None:
    assert options_to_dict(RunOptions())["stage_plan"] == [
        ["universe_loading", 0.05],
        ["data_fetching", 0.2],
        ["symbol_scanning", 0.7],
        ["finalization", 0.05],
    ]


def test_numbers_that_json_does_not_have_are_spelled_out() -> None:
    sent = event(eta_seconds=float("nan"), eta_low_seconds=float("-inf"), eta_high_seconds=float("inf"))
    form = event_to_dict(sent)
    assert [form[f"eta_{name}seconds"] for name in ("", "low_", "high_")] == ["NaN", "-Infinity", "Infinity"]
    assert repr(again(sent)) == repr(sent)


def test_whole_numbers_and_floats_have_one_form() -> None:
    assert json.dumps(config_to_dict(ScanConfig(min_price=2))) == json.dumps(config_to_dict(ScanConfig(min_price=2.0)))


def test_times_are_stored_in_utc_and_never_without_a_zone() -> None:
    east = event(at=datetime(2026, 1, 2, 3, 0, tzinfo=timezone(timedelta(hours=2))))
    assert event_to_dict(east)["at"] == "2026-01-02T01:00:00+00:00"
    assert again(east).at == east.at
    assert again(east).at.tzinfo is UTC
    with pytest.raises(ValueError, match="without a zone"):
        encode(event(at=datetime(2026, 1, 2)))
    with pytest.raises(ValidationError, match="timezone"):
        adapter_of(ProgressEvent).validate_python(event_to_dict(event()) | {"at": "2026-01-02T03:00:00"})


def test_names_that_no_utf_8_has_are_made_fit() -> None:
    """A file's name may hold bytes that are no text; Python reads them as lone surrogates."""
    assert again(event(message="in /data/\udcff.csv")).message == "in /data/\ufffd.csv"
    assert again(ScanConfig(universe="\ud83d\ude00 \ud800")).universe == "\U0001f600 \ufffd"


def test_a_form_is_read_whatever_else_it_holds_or_lacks() -> None:
    form = event_to_dict(event()) | {"from_the_future": 1}
    for name in ("eta_seconds", "eta_low_seconds", "current_stage", "message", "cache_hits"):
        del form[name]
    left = replace(event(), eta_seconds=None, eta_low_seconds=None, current_stage=None)
    assert adapter_of(ProgressEvent).validate_python(form) == left
    measured = to_dict(metrics())
    for name in ("symbols_per_second", "cache_hits", "unit_costs", "progress_summary"):
        del measured[name]
    assert adapter_of(ScanMetrics).validate_python(measured).unit_costs == ()


def test_a_word_of_a_newer_version_is_read_as_the_general_one() -> None:
    form = event_to_dict(event())
    form["kind"] = "paused"
    form["stages"][0]["state"] = "cooling_down"
    read = adapter_of(ProgressEvent).validate_python(form)
    assert (read.kind, read.stages[0].state) == (EventKind.ADVANCED, StageState.RUNNING)


def test_a_field_is_added_in_one_place() -> None:
    @dataclass(frozen=True, slots=True)
    class Wider(MarketContext):
        breadth: float | None = None
        since: datetime | None = None

    wider = Wider("up", breadth=0.5, since=datetime(2026, 1, 2, tzinfo=UTC))
    assert to_dict(wider)["since"] == "2026-01-02T00:00:00+00:00"
    assert again(wider) == wider
    assert adapter_of(Wider).validate_python(to_dict(MarketContext("up"))) == Wider("up")
    assert adapter_of(MarketContext).validate_python(to_dict(wider)) == MarketContext("up")
