"""Statistics over runs: percentiles, trends, the accuracy of ETAs."""

from __future__ import annotations

import statistics
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.timings.analytics import eta_accuracy, eta_points, stage_statistics, trends
from tests.support.runs.make import STAGES, sample

seconds = st.floats(0.001, 1e5)


@given(st.lists(seconds, min_size=2, max_size=50))
def test_percentiles_agree_with_the_standard_librarys(values: list[float]) -> None:
    found = {row.stage: row for row in stage_statistics(sample(i, (v, 1.0, 1.0, 1.0)) for i, v in enumerate(values))}
    row = found["universe_loading"]
    cuts = statistics.quantiles(values, n=20, method="inclusive")
    assert row.n == len(values)
    assert row.p50 == pytest.approx(statistics.median(values))
    assert row.p5 == pytest.approx(cuts[0])
    assert row.p25 == pytest.approx(cuts[4])
    assert row.p75 == pytest.approx(cuts[14])
    assert row.p90 == pytest.approx(cuts[17])
    assert row.p95 == pytest.approx(cuts[18])
    assert row.mean == pytest.approx(statistics.fmean(values))


def test_every_stage_in_plan_order_and_then_the_total() -> None:
    rows = stage_statistics([sample(1), sample(2, (1.0, 2.0, 3.0, 4.0))])
    assert [row.stage for row in rows] == [*STAGES, "total"]
    assert rows[-1].p50 == 10.0


def test_runs_that_did_not_succeed_do_not_count() -> None:
    rows = stage_statistics([sample(1), sample(2, (99.0,) * 4, status=RunStatus.CANCELLED)])
    assert {row.n for row in rows} == {1}
    assert rows[0].p95 == 0.5


def test_without_runs_nothing_is_known() -> None:
    (total,) = stage_statistics([])
    assert (total.stage, total.n, total.p50, total.mean) == ("total", 0, None, None)


def test_a_trend_is_the_median_of_each_utc_day() -> None:
    late = datetime(2026, 3, 4, 23, 30, tzinfo=timezone(timedelta(hours=-5)))  # the fifth in UTC
    runs = [
        sample(0, symbols_per_second=10.0, cache_hit_rate=None),
        sample(1, symbols_per_second=30.0, cache_hit_rate=0.5),
        sample(2, status=RunStatus.FAILED, symbols_per_second=99.0),
        sample(3, created_at=late, symbols_per_second=None, cache_hit_rate=None),
    ]
    first, second = trends(runs)
    assert (first.day, first.runs, first.succeeded) == (date(2026, 3, 4), 3, 2)
    assert (first.symbols_per_second, first.cache_hit_rate) == (20.0, 0.5)
    assert (second.day, second.symbols_per_second, second.cache_hit_rate) == (date(2026, 3, 5), None, None)


def test_eta_errors_are_shares_of_what_it_took() -> None:
    runs = [
        sample(1, predicted_seconds=(("start", None), ("10", 5.0), ("50", 11.0))),
        sample(2, predicted_seconds=(("start", None), ("10", 20.0), ("50", 9.0))),
        sample(3, predicted_seconds=(("10", 12.0),)),
    ]
    rows = {row.moment: row for row in eta_accuracy(runs)}
    assert list(rows) == ["start", "10", "25", "50", "75"]
    assert (rows["start"].n, rows["start"].bias) == (0, None)
    assert rows["10"].n == 3
    assert rows["10"].median_abs_error == pytest.approx(0.5)
    assert rows["10"].bias == pytest.approx(0.2)
    assert rows["10"].within_20pct == pytest.approx(1 / 3)
    assert rows["50"].median_abs_error == pytest.approx(0.1)
    assert rows["50"].within_20pct == 1.0


def test_promises_of_runs_that_did_not_succeed_cannot_be_judged() -> None:
    assert eta_points([replace(sample(1), status=RunStatus.CANCELLED), replace(sample(2), total_seconds=0.0)]) == ()


def test_a_point_keeps_its_run() -> None:
    point = eta_points([sample(1, predicted_seconds=(("25", 12.0),))])[0]
    assert (point.run_id, point.moment, point.predicted_seconds, point.actual_seconds) == ("run-0001", "25", 12.0, 10.0)
    assert point.created_at.tzinfo is UTC
