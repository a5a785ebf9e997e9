"""Runs side by side: differences only, stage deltas, symbols that came, went and moved."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.runs.timings.compare import Move, compare_runs, seconds_if_reached
from tests.support.runs.make import NOON, metrics, picks, stored_result


def record(run_id: str, config: ScanConfig | None = None, **changes: Any) -> RunRecord:
    base = RunRecord(run_id, RunStatus.SUCCEEDED, config or ScanConfig(), RunOptions(), NOON, metrics=metrics())
    return replace(base, comparability_key="k", **changes)


def test_only_what_differs_is_listed() -> None:
    other = record("b", ScanConfig(sectors=("Energy",), min_price=5.0), options=RunOptions(workers=2))
    found = compare_runs([(record("a"), None), (other, None)])
    assert {row.field: row.values for row in found.differences} == {
        "sectors": ([], ["Energy"]),
        "min_price": (1.0, 5.0),
        "workers": (None, 2),
    }


def test_equal_runs_have_no_differences_and_are_comparable() -> None:
    found = compare_runs([(record("a"), None), (record("b"), None)])
    assert found.differences == ()
    assert found.comparable
    assert not compare_runs([(record("a"), None), (replace(record("b"), comparability_key="x"), None)]).comparable
    unknown = replace(record("a"), comparability_key=None)
    assert not compare_runs([(unknown, None), (unknown, None)]).comparable


def test_what_runs_differ_in_names_the_config_only_if_it_differs() -> None:
    first, cold = record("a"), replace(record("b"), comparability_key="x")
    other = replace(record("c", ScanConfig(min_price=5.0)), comparability_key="x")
    assert compare_runs([(first, None), (cold, None)]).unlike == "These runs differ in size, cache state or version"
    whole = "These runs differ in config, size, cache state or version"
    assert compare_runs([(first, None), (other, None)]).unlike == whole


def test_stage_deltas_are_against_the_first_run() -> None:
    slow = record("b", metrics=metrics((1.0, 1.0, 7.0, 1.0)))
    rows = {row.stage: row for row in compare_runs([(record("a"), None), (slow, None)]).stages}
    assert rows["universe_loading"].delta_seconds == (0.0, 0.5)
    assert rows["universe_loading"].delta_fraction == (0.0, 1.0)
    assert rows["data_fetching"].delta_fraction == (0.0, -0.5)
    assert rows["total"].seconds == (10.0, 10.0)
    assert list(rows)[-1] == "total"


def test_the_rows_above_the_total_sum_to_it() -> None:
    paused = record("b", metrics=metrics((1.0, 1.0, 7.0, 1.0), gap_seconds=6.0, total_seconds=16.0))
    *parts, total = compare_runs([(record("a"), None), (paused, None)]).stages
    assert parts[-1].stage == "between_stages"
    assert parts[-1].delta_seconds == (0.0, 6.0)
    assert [sum(row.seconds[run] for row in parts) for run in (0, 1)] == list(total.seconds) == [10.0, 16.0]


def test_a_share_of_nothing_is_unknown() -> None:
    first, second = record("a", metrics=metrics((0.0, 2.0, 7.0, 0.5))), record("b")
    row = compare_runs([(first, None), (second, None)]).stages[0]
    assert (row.delta_seconds, row.delta_fraction) == ((0.0, 0.5), (None, None))


def test_a_run_without_metrics_has_unknown_times() -> None:
    running = record("b", metrics=None)
    rows = compare_runs([(record("a"), None), (running, None)]).stages
    assert rows[-1].seconds == (10.0, None)
    assert rows[-1].delta_seconds == (0.0, None)
    assert rows[0].delta_fraction == (0.0, None)


def test_a_stage_that_a_run_did_not_reach_has_unknown_times() -> None:
    cut = metrics((0.5, 2.0, 0.0, 0.0))
    untouched = [replace(timing, units=0) if timing.seconds == 0 else timing for timing in cut.stage_timings]
    failed = record("b", status=RunStatus.FAILED, metrics=replace(cut, stage_timings=tuple(untouched)))
    rows = {row.stage: row for row in compare_runs([(record("a"), None), (failed, None)]).stages}
    assert rows["data_fetching"].seconds == (2.0, 2.0)
    for name in ("symbol_scanning", "finalization"):
        assert (rows[name].seconds[1], rows[name].delta_seconds[1], rows[name].delta_fraction[1]) == (None, None, None)
    assert rows["total"].seconds == (10.0, 2.5)
    skipped = {row.stage: row for row in compare_runs([(record("a"), None), (record("c", metrics=cut), None)]).stages}
    assert skipped["symbol_scanning"].seconds == (7.0, 0.0)
    assert skipped["symbol_scanning"].delta_fraction == (0.0, -1.0)


@pytest.mark.parametrize(
    ("status", "seconds", "units", "known"),
    [
        (RunStatus.SUCCEEDED, 0.0, 0, True),
        (RunStatus.FAILED, 0.0, 0, False),
        (RunStatus.CANCELLED, 0.0, 0, False),
        (RunStatus.INTERRUPTED, 0.0, 0, False),
        (RunStatus.CANCELLED, 0.1, 0, True),
        (RunStatus.CANCELLED, 0.0, 3, True),
    ],
)
def test_a_stage_was_reached_if_time_was_spent_or_work_done_in_it(
    status: RunStatus, seconds: float, units: int, known: bool
) -> None:
    assert seconds_if_reached(status, seconds, units) == (seconds if known else None)


def test_symbols_that_entered_left_and_moved() -> None:
    before = stored_result("a", table=picks("AAPL", "MSFT", "XOM", "T"))
    after = stored_result("b", table=picks("MSFT", "AAPL", "XOM", "IBM"))
    (changes,) = compare_runs([(record("a"), before), (record("b"), after)]).symbols
    assert changes is not None
    assert changes.run_id == "b"
    assert changes.entered == (("IBM", 4),)
    assert changes.left == (("T", 4),)
    assert changes.moved == (Move("MSFT", 2, 1), Move("AAPL", 1, 2))
    assert changes.stayed == 1


def test_without_a_result_symbol_changes_are_unknown() -> None:
    found = compare_runs([(record("a"), stored_result("a")), (record("b"), None), (record("c"), stored_result("c"))])
    assert found.symbols[0] is None
    assert found.symbols[1] is not None


def test_a_run_that_broke_off_without_a_pick_has_no_result() -> None:
    failed, nothing = record("b", status=RunStatus.FAILED), stored_result("b", table=picks())
    good = (record("a"), stored_result("a"))
    assert compare_runs([good, (failed, nothing)]).symbols == (None,)
    assert compare_runs([(failed, nothing), good]).symbols == (None,)
    (partial,) = compare_runs([good, (failed, stored_result("b", table=picks("AAPL")))]).symbols
    assert partial is not None
    assert partial.left == (("MSFT", 2),)
    (found_none,) = compare_runs([good, (record("b"), nothing)]).symbols
    assert found_none is not None
    assert len(found_none.left) == 2


@pytest.mark.parametrize("n", [0, 1])
def test_a_comparison_needs_two(n: int) -> None:
    with pytest.raises(ValueError, match="at least two"):
        compare_runs([(record("a"), None)] * n)
