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
from technic_scanner.errors import StoreError
from technic_scanner.pipeline.result import MarketContext
from technic_scanner.runs import serialization
from technic_scanner.runs.plain import Problems, codec_of, to_plain
from tests.support.runs import strategies as some
from tests.support.runs.make import event


def through_json(value: object) -> object:
    return json.loads(json.dumps(value, allow_nan=False))


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


def test_whole_numbers_and_floats_have_one_plain_form() -> None:
    assert json.dumps(serialization.config_to_dict(ScanConfig(min_price=2))) == json.dumps(
        serialization.config_to_dict(ScanConfig(min_price=2.0))
    )


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


def test_to_plain_gives_only_json_types() -> None:
    assert to_plain(RunOptions())["stage_plan"] == {
        "weights": [
            ["universe_loading", 0.05],
            ["data_fetching", 0.2],
            ["symbol_scanning", 0.7],
            ["finalization", 0.05],
        ]
    }


def test_an_unknown_state_in_a_stored_event_is_a_store_error() -> None:
    stored = serialization.event_to_dict(event()) | {"kind": "exploded", "stages": "none"}
    with pytest.raises(StoreError, match=r"kind: must be one of run_started.*stages\[0\]: must be an object"):
        serialization.event_from_dict({key: stored[key] for key in reversed(stored)} | {"kind": "exploded"})
