import math
import pickle
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.clock import ManualClock
from technic_scanner.errors import ConfigError
from technic_scanner.progress.tracker import MultiStageProgressTracker, ProgressTracker
from tests.support.memory import held_bytes

WEIGHTS = {"a": 0.05, "b": 0.2, "c": 0.7, "d": 0.05}
COUNTS = st.one_of(st.integers(-50, 250), st.sampled_from([0, -1, 10**12, math.inf, -math.inf, math.nan, 0.5, -0.1]))
TOTALS = st.one_of(st.none(), st.integers(-5, 120), st.sampled_from([0, math.nan, math.inf, 10**9]))
STEPS = st.one_of(
    st.tuples(st.just("start"), st.sampled_from(list(WEIGHTS)), TOTALS),
    st.tuples(st.just("update"), COUNTS),
    st.tuples(st.just("advance"), COUNTS),
    st.tuples(st.just("total"), TOTALS),
    st.tuples(st.just("complete")),
    st.tuples(st.just("sleep"), st.floats(0, 100)),
    st.tuples(st.just("step_wall"), st.floats(-1000, 1000)),
)


def perform(tracker, clock, step):
    match step:
        case ("start", name, total):
            tracker.start_stage(name, total)
        case ("update", current):
            if tracker._last is not None:
                tracker.update(current)
        case ("advance", units):
            tracker.advance(units)
        case ("total", total):
            tracker.set_total(total)
        case ("complete",):
            tracker.complete_stage()
        case ("sleep", seconds):
            clock.advance(seconds)
        case ("step_wall", seconds):
            clock.step_wall(seconds)


@given(st.lists(STEPS, max_size=60), st.booleans())
def test_invariants_hold_whatever_callers_pass(steps, succeeded):
    clock = ManualClock()
    tracker = MultiStageProgressTracker(WEIGHTS, clock)
    best = dict.fromkeys(WEIGHTS, 0.0)
    overall = 0.0
    for step in [*steps, None]:
        if step is None:
            tracker.finish(succeeded=succeeded)
        else:
            perform(tracker, clock, step)
        fractions = {name: record.fraction for name, record in tracker.stages.items()}
        assert all(best[name] <= fractions[name] <= 1.0 for name in WEIGHTS)
        assert overall <= tracker.overall_fraction <= 1.0
        assert tracker.overall_fraction == pytest.approx(
            math.fsum(WEIGHTS[name] * fractions[name] for name in WEIGHTS), abs=1e-9
        )
        assert (tracker.overall_fraction == 1.0) == tracker.is_complete()
        best, overall = fractions, tracker.overall_fraction
        seconds = math.fsum(record.elapsed(clock.monotonic()) for record in tracker.stages.values())
        assert seconds + tracker.gap_seconds == pytest.approx(tracker.total_seconds, abs=1e-6)
    assert tracker.is_complete() == (succeeded or tracker.completed_stages == set(WEIGHTS))


@given(TOTALS, st.lists(COUNTS))
def test_single_tracker_is_clamped_and_never_goes_back(total, counts):
    tracker = ProgressTracker(total, clock=ManualClock())
    shown = [tracker.update(current)["progress_pct"] for current in counts]
    assert shown == sorted(shown)
    assert all(0 <= percent <= 100 for percent in shown)


@pytest.mark.parametrize(
    ("weights", "faults"),
    [
        ({}, 1),
        ({"a": 1.5, "b": -0.5}, 1),
        ({"a": 0.0, "b": -1.0, "c": math.nan, "d": "x"}, 4),
        ({"a": 0.995}, 1),
        ({"a": 1.01}, 1),
        ({"a": True}, 1),
    ],
)
def test_faulty_weights_are_all_named(weights, faults):
    with pytest.raises(ConfigError) as caught:
        MultiStageProgressTracker(weights)
    assert len(caught.value.problems) == faults


def test_weights_may_miss_one_by_rounding_only():
    assert MultiStageProgressTracker({"a": 0.1, "b": 0.2, "c": 0.7 + 1e-10}).stage_weights["b"] == 0.2
    with pytest.raises(ConfigError, match="sum to 1"):
        MultiStageProgressTracker({"a": 0.1, "b": 0.2, "c": 0.7 + 1e-8})


def test_update_returns_the_seeds_keys():
    clock = ManualClock()
    tracker = MultiStageProgressTracker(WEIGHTS, clock)
    tracker.start_stage("a", 10)
    clock.advance(2)
    data = tracker.update(5)
    assert data == {
        "stage": "a",
        "stage_progress": {
            "current": 5,
            "total": 10,
            "progress_pct": 50.0,
            "elapsed_time": 2.0,
            "estimated_remaining": 2.0,
            "estimated_total": 4.0,
            "throughput": 2.5,
            "stage": "a",
        },
        "overall_progress_pct": pytest.approx(2.5),
        "overall_elapsed_time": 2.0,
        "overall_estimated_remaining": pytest.approx(78.0),
        "overall_estimated_total": pytest.approx(80.0),
        "completed_stages": [],
    }


def test_unknown_is_none_and_done_is_zero():
    clock = ManualClock()
    tracker = MultiStageProgressTracker({"only": 1.0}, clock)
    tracker.start_stage("only", 4)
    clock.advance(30)
    data = tracker.update(0)
    assert data["overall_estimated_remaining"] is None
    assert data["stage_progress"]["estimated_remaining"] is None
    assert data["stage_progress"]["throughput"] is None
    assert data["stage_progress"]["elapsed_time"] == 30
    tracker.update(4)
    assert not tracker.is_complete()
    assert tracker.update(4)["overall_progress_pct"] < 100
    tracker.complete_stage()
    data = tracker.update(4)
    assert data["overall_progress_pct"] == 100
    assert data["overall_estimated_remaining"] == 0.0
    assert data["stage_progress"]["estimated_remaining"] == 0.0


def test_updates_before_the_first_stage_are_an_error_and_late_ones_are_not_counted():
    tracker = MultiStageProgressTracker(WEIGHTS, ManualClock())
    with pytest.raises(ValueError, match="no stage"):
        tracker.update(1)
    with pytest.raises(ValueError, match="unknown stage 'x'"):
        tracker.start_stage("x", 1)
    tracker.complete_stage()
    tracker.start_stage("a", 10)
    tracker.update(3)
    tracker.complete_stage()
    data = tracker.update(9)
    assert data["stage"] == "a"
    assert data["stage_progress"]["current"] == 3
    assert data["completed_stages"] == ["a"]


def test_a_left_stage_keeps_its_share_and_a_restarted_one_counts_once():
    tracker = MultiStageProgressTracker(WEIGHTS, ManualClock())
    tracker.start_stage("a", 10)
    tracker.update(5)
    tracker.start_stage("b", 10)
    assert tracker.overall_fraction == pytest.approx(0.025)
    tracker.complete_stage()
    tracker.start_stage("b", 100)
    tracker.update(50)
    assert tracker.stages["b"].current == 50
    assert tracker.overall_fraction == pytest.approx(0.225)


def test_a_larger_total_does_not_take_progress_back():
    tracker = MultiStageProgressTracker({"only": 1.0}, ManualClock())
    tracker.start_stage("only", 10)
    tracker.update(8)
    tracker.set_total(100)
    assert tracker.stages["only"].fraction == 0.8
    tracker.update(90)
    assert tracker.stages["only"].fraction == 0.9


def test_nothing_to_do_is_complete_when_it_is_completed():
    assert ProgressTracker(0, clock=ManualClock()).is_complete()
    assert ProgressTracker(0, clock=ManualClock()).update(0)["progress_pct"] == 100
    tracker = MultiStageProgressTracker({"a": 0.5, "b": 0.5}, ManualClock())
    tracker.start_stage("a", 0)
    assert tracker.update(0)["overall_progress_pct"] == 0
    tracker.complete_stage()
    assert tracker.update(0)["overall_progress_pct"] == 50


def test_stage_seconds_are_from_start_to_end_of_that_stage():
    clock = ManualClock()
    tracker = MultiStageProgressTracker({"a": 0.5, "b": 0.5}, clock)
    clock.advance(1)
    tracker.start_stage("a", 1)
    clock.advance(10)
    clock.step_wall(-3600)
    tracker.complete_stage()
    clock.advance(2)
    tracker.start_stage("b", 1)
    clock.advance(20)
    tracker.complete_stage()
    clock.advance(99)
    now = clock.monotonic()
    assert [record.elapsed(now) for record in tracker.stages.values()] == [10, 20]
    assert tracker.gap_seconds == 3
    assert tracker.total_seconds == 33
    assert tracker.stages["b"].offset_seconds == 13


def test_summaries_read_well():
    clock = ManualClock()
    tracker = MultiStageProgressTracker({"a": 0.5, "b": 0.5}, clock)
    assert tracker.get_summary() == "Overall: 0.0% - ETA: N/A"
    tracker.start_stage("a", 10)
    clock.advance(10)
    tracker.update(5)
    assert tracker.get_summary() == "Overall: 25.0% - a: 50.0% - ETA: 30s"
    tracker.finish()
    assert tracker.get_summary() == "Overall: 100.0% - Complete in 10s"
    single = ProgressTracker(100, clock=clock)
    clock.advance(9)
    single.update(45)
    assert single.get_summary() == "45/100 (45.0%) - ETA: 11s"
    single.update(100)
    assert single.get_summary() == "100/100 (100.0%) - Complete in 9s"
    single.reset(5)
    assert single.update(0, stage="again")["stage"] == "again"
    assert single.get_summary() == "0/5 (0.0%) - ETA: N/A"
    assert ProgressTracker(None, clock=clock).get_summary() == "0/? (0.0%) - ETA: N/A"


def test_eight_threads_count_exactly_and_never_go_backwards():
    each = 100_000
    tracker = MultiStageProgressTracker({"only": 1.0})
    tracker.start_stage("only", 8 * each)
    seen: list[float] = []
    done = threading.Event()

    def watch():
        while not done.is_set():
            seen.append(tracker.update(0)["overall_progress_pct"])

    def work():
        for _ in range(each):
            tracker.advance(1)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    watcher = threading.Thread(target=watch)
    workers = [threading.Thread(target=work) for _ in range(8)]
    try:
        for thread in [watcher, *workers]:
            thread.start()
        for thread in workers:
            thread.join()
    finally:
        done.set()
        watcher.join()
        sys.setswitchinterval(interval)
    assert tracker.stages["only"].current == 8 * each
    assert seen == sorted(seen)
    assert len(seen) > 10


@pytest.mark.slow
def test_state_stays_small_after_a_million_updates():
    tracker = MultiStageProgressTracker(WEIGHTS)
    tracker.start_stage("c", 1_000_000)
    for _ in range(1_000):
        tracker.advance(1)
    early = held_bytes(tracker)
    for _ in range(999_000):
        tracker.advance(1)
    assert tracker.stages["c"].current == 1_000_000
    assert early > 1_000
    assert len(pickle.dumps(tracker)) <= 10_000
    # In memory, Python's own overhead comes to it, and what arrays have in reserve depends on when they grew.
    assert held_bytes(tracker) <= 13_000
