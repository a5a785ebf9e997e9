import math
import sys
import threading
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from technic_scanner.clock import ManualClock, SystemClock
from technic_scanner.domain.metrics import UnitCost
from technic_scanner.domain.progress import EventKind, StageState
from technic_scanner.domain.stage import Stage, StagePlan
from technic_scanner.progress.costs import CostHistory
from technic_scanner.progress.reporter import ProgressReporter
from tests.support.memory import held_bytes

STAGES = [stage.value for stage in Stage]
UNIT_SECONDS = {"universe": 0.5, "miss": 0.05, "symbol": 0.2, "row": 0.5}
WORK = [
    ("universe_loading", "universe", 4),
    ("data_fetching", "miss", 200),
    ("symbol_scanning", "symbol", 200),
    ("finalization", "row", 3),
]


def make(clock=None, **kwargs):
    events = []
    clock = clock or ManualClock()
    reporter = ProgressReporter("run-1", StagePlan(), clock, listeners=[events.append], **kwargs)
    return reporter, clock, events


def run_whole(reporter, clock, *, work=WORK):
    reporter.start_run("go")
    for stage, unit_class, units in work:
        reporter.start_stage(stage, units)
        reporter.declare(stage, unit_class, units)
        for _ in range(units):
            clock.advance(UNIT_SECONDS[unit_class])
            reporter.advance(1, unit_class)
        reporter.complete_stage()
    reporter.finish("succeeded", "Scan complete.")


COUNTS = st.one_of(st.integers(-5, 150), st.sampled_from([0, -1, 10**9]))
CLASSES = st.sampled_from(["default", "hit", "miss"])
NAMES = st.sampled_from(STAGES)
TOTALS = st.one_of(st.none(), st.integers(-5, 120))
SUBSTAGES = st.sampled_from(["one", "two"])
CALLS = st.one_of(
    st.tuples(st.just("start_stage"), NAMES, TOTALS),
    st.tuples(st.just("set_total"), TOTALS),
    st.tuples(st.just("start_substage"), SUBSTAGES, TOTALS),
    st.tuples(st.just("complete_substage"), SUBSTAGES),
    st.tuples(st.just("advance_substage"), SUBSTAGES, COUNTS),
    st.tuples(st.just("declare"), NAMES, CLASSES, COUNTS),
    st.tuples(
        st.just("advance"), COUNTS, CLASSES, st.one_of(st.none(), SUBSTAGES), st.one_of(st.none(), st.floats(0, 5))
    ),
    st.tuples(st.just("restore"), NAMES, COUNTS, CLASSES),
    st.tuples(st.just("cache"), COUNTS, COUNTS),
    st.tuples(st.just("message"), st.text(max_size=5)),
    st.tuples(st.just("pulse")),
    st.tuples(st.just("complete_stage")),
    st.tuples(st.just("sleep"), st.one_of(st.floats(0, 50), st.just(1e-4))),
    st.tuples(st.just("step_wall"), st.floats(-1000, 1000)),
)
HISTORIES = st.sampled_from([None, "short"])


def learned():
    reporter, clock, _ = make()
    run_whole(reporter, clock)
    return CostHistory((reporter.unit_costs(),))


LEARNED = learned()


def perform(reporter, clock, call):
    name, *arguments = call
    if name == "sleep":
        clock.advance(*arguments)
    elif name == "step_wall":
        clock.step_wall(*arguments)
    else:
        getattr(reporter, name)(*arguments)


@settings(deadline=None)
@given(
    st.lists(CALLS, max_size=40),
    st.sampled_from(["succeeded", "failed", "cancelled"]),
    st.booleans(),
    st.sampled_from([0.0, 0.2, 5.0]),
    st.sampled_from([(1, 0.0, 1), (3, 12.5, 70)]),
)
def test_invariants_hold_whatever_callers_pass(calls, end, knows_past, interval, attempt):
    number, earlier, first_seq = attempt
    reporter, clock, events = make(
        interval_seconds=interval,
        costs=LEARNED if knows_past else None,
        attempt=number,
        earlier_seconds=earlier,
        first_seq=first_seq,
    )
    reporter.start_run()
    sent_at = [clock.monotonic()]
    for call in calls:
        before = len(events)
        perform(reporter, clock, call)
        sent_at += [clock.monotonic()] * (len(events) - before)
    reporter.finish(end)
    sent_at.append(clock.monotonic())
    for call in calls[:5]:
        perform(reporter, clock, call)

    assert [event.seq for event in events] == list(range(first_seq, first_seq + len(events)))
    assert events[-1].kind is EventKind.RUN_FINISHED
    for old, new in pairwise(events):
        assert old.overall_fraction <= new.overall_fraction <= 1
        assert old.time_fraction <= new.time_fraction <= 1
        assert old.cache_hits <= new.cache_hits
        for a, b in zip(old.stages, new.stages, strict=True):
            assert 0 <= a.fraction <= b.fraction <= 1
            for sub in b.substages:
                assert 0 <= sub.fraction <= 1
    for position, event in enumerate(events):
        done = event is events[-1] and end == "succeeded"
        assert (event.overall_fraction == 1) == done
        assert (event.time_fraction == 1) == done
        assert event.earlier_seconds == earlier
        weighted = math.fsum(stage.weight * stage.fraction for stage in event.stages)
        assert event.overall_fraction == pytest.approx(weighted, abs=1e-9)
        if event.eta_seconds is not None:
            assert event.eta_seconds >= 0
            assert event.eta_low_seconds <= event.eta_seconds + 1e-9
            assert event.eta_seconds <= event.eta_high_seconds + 1e-9
        if event.kind is EventKind.ADVANCED and position:
            assert sent_at[position] - sent_at[position - 1] >= interval - 1e-9
    assert math.fsum(timing.seconds for timing in reporter.timings()) + reporter.gap_seconds == pytest.approx(
        reporter.total_seconds, abs=1e-6
    )
    assert all(cost.units > 0 and cost.seconds > 0 and cost.cv >= 0 for cost in reporter.unit_costs())
    assert events[-1].eta_seconds == (0.0 if end == "succeeded" else None)


def test_a_whole_run_is_told_in_complete_events():
    reporter, clock, events = make()
    run_whole(reporter, clock)
    boundaries = [event.kind for event in events if event.kind.is_boundary]
    assert boundaries == [
        EventKind.RUN_STARTED,
        *[EventKind.STAGE_STARTED, EventKind.STAGE_COMPLETED] * 4,
        EventKind.RUN_FINISHED,
    ]
    last = events[-1]
    assert last.run_id == "run-1"
    assert last.message == "Scan complete."
    assert [stage.state for stage in last.stages] == [StageState.DONE] * 4
    assert [stage.completed for stage in last.stages] == [4, 200, 200, 3]
    assert [stage.eta_seconds for stage in last.stages] == [0.0] * 4
    assert last.stage("data_fetching").throughput == pytest.approx(20)
    assert last.elapsed_seconds == pytest.approx(53.5)
    assert [timing.seconds for timing in reporter.timings()] == pytest.approx([2, 10, 40, 1.5])
    assert [timing.offset_seconds for timing in reporter.timings()] == pytest.approx([0, 2, 12, 52])


def test_advance_events_come_at_most_once_an_interval_and_boundaries_always():
    reporter, clock, events = make(interval_seconds=1.0)
    reporter.start_run()
    reporter.start_stage("universe_loading", 1000)
    for _ in range(100):
        clock.advance(0.1)
        reporter.advance()
    advances = [event for event in events if event.kind is EventKind.ADVANCED]
    assert 9 <= len(advances) <= 10
    reporter.message("a")
    reporter.message("b")
    reporter.complete_stage()
    assert [event.kind for event in events[-3:]] == [EventKind.MESSAGE, EventKind.MESSAGE, EventKind.STAGE_COMPLETED]
    assert events[-1].message == "b"


def test_substages_are_in_every_event_and_end_with_their_stage():
    reporter, clock, events = make(interval_seconds=0.0)
    reporter.start_run()
    reporter.start_stage("data_fetching", 30)
    reporter.start_substage("cached", 10)
    clock.advance(1)
    reporter.advance(10, "hit", "cached")
    reporter.complete_substage("cached")
    reporter.start_substage("download", 20)
    clock.advance(2)
    reporter.advance(5, "miss", "download")
    cached, download = events[-1].stage("data_fetching").substages
    assert (cached.name, cached.state, cached.completed, cached.total) == ("cached", StageState.DONE, 10, 10)
    assert cached.fraction == 1
    assert cached.elapsed_seconds == pytest.approx(1)
    assert (download.state, download.completed, download.fraction) == (StageState.RUNNING, 5, 0.25)
    assert events[-1].stage("data_fetching").completed == 15
    reporter.advance_substage("download", 5)
    assert events[-1].stage("data_fetching").completed == 15
    assert events[-1].stage("data_fetching").substages[1].completed == 10
    reporter.advance(1, "miss", "retry")
    assert events[-1].stage("data_fetching").substages[2].total is None
    reporter.complete_stage()
    assert {sub.state for sub in events[-1].stage("data_fetching").substages} == {StageState.DONE}
    reporter.start_stage("symbol_scanning", 1)
    reporter.start_substage("chunks", 4)
    reporter.finish("cancelled")
    assert events[-1].stage("symbol_scanning").substages[0].state is StageState.CANCELLED


def test_restored_work_moves_the_bar_but_not_the_rates():
    reporter, clock, events = make(attempt=2, earlier_seconds=40.0, first_seq=9)
    reporter.restore("symbol_scanning", 150, "symbol")
    reporter.start_run()
    reporter.start_stage("symbol_scanning", 200)
    assert events[0].seq == 9
    assert events[-1].stage("symbol_scanning").fraction == 0.75
    assert events[-1].stage("symbol_scanning").throughput is None
    for _ in range(10):
        clock.advance(1)
        reporter.advance(1, "symbol")
    shown = reporter.snapshot().stage("symbol_scanning")
    assert shown.completed == 160
    assert shown.throughput == pytest.approx(1.0)
    (cost,) = reporter.unit_costs()
    assert (cost.units, cost.seconds) == (10, pytest.approx(10))
    assert reporter.snapshot().earlier_seconds == 40.0


def test_restored_work_is_not_expected_again():
    def eta(restored):
        reporter, _clock, _events = make(costs=LEARNED)
        reporter.restore("symbol_scanning", restored, "symbol")
        for stage, unit_class, units in WORK:
            reporter.declare(stage, unit_class, units)
        reporter.start_run()
        return reporter.snapshot().eta_seconds

    assert eta(0) == pytest.approx(53.5)
    assert eta(150) == pytest.approx(53.5 - 150 * 0.2)


def test_with_a_past_run_the_eta_is_right_from_the_start():
    reporter, clock, events = make(costs=LEARNED)
    for stage, unit_class, units in WORK:
        reporter.declare(stage, unit_class, units)
    run_whole(reporter, clock)
    for event in events:
        assert event.eta_seconds == pytest.approx(53.5 - event.elapsed_seconds, abs=1e-3)
        assert event.time_fraction == pytest.approx(event.elapsed_seconds / 53.5, abs=1e-3)


def test_no_bar_runs_ahead_on_a_guess_of_what_a_stage_will_have_to_do():
    # The run before found all prices in the cache; this one has 200 to fetch, and says so when it begins to fetch.
    warm = [UnitCost(stage, unit_class, units, units * 1e-3, 0.1) for stage, unit_class, units in WORK]
    reporter, clock, events = make(costs=CostHistory((tuple(warm),)))
    reporter.start_run()
    reporter.start_stage("universe_loading", 4)
    reporter.declare("universe_loading", "universe", 4)
    clock.advance(2.0)
    reporter.advance(4, "universe")
    reporter.declare("symbol_scanning", "symbol", 200)
    reporter.declare("finalization", "row", 3)
    reporter.complete_stage()
    guess = events[-1]
    assert guess.elapsed_seconds / (guess.elapsed_seconds + guess.eta_seconds) > 0.3
    assert guess.time_fraction == guess.overall_fraction == pytest.approx(0.05)
    reporter.start_stage("data_fetching", 200)
    reporter.declare("data_fetching", "miss", 200)
    clock.advance(0.5)
    reporter.advance(10, "miss")
    known = events[-1]
    assert known.time_fraction == pytest.approx(known.elapsed_seconds / (known.elapsed_seconds + known.eta_seconds))


def test_no_bar_runs_on_while_a_step_takes_far_longer_than_any_before():
    # 3 batches of a provider that took 0.4 s in all, and now takes 5 s each; scanning took 1 s.
    past = [("universe_loading", "universe", 4, 0.2), ("data_fetching", "miss", 300, 0.4)]
    past += [("symbol_scanning", "symbol", 300, 1.0), ("finalization", "row", 300, 0.05)]
    costs = CostHistory(
        (tuple(UnitCost(stage, name, units, seconds, 1.0) for stage, name, units, seconds in past),) * 5
    )
    reporter, clock, events = make(costs=costs)
    reporter.start_run()
    for stage, name, units, _ in past:
        reporter.declare(stage, name, units)
    reporter.start_stage("universe_loading", 4)
    clock.advance(0.2)
    reporter.advance(4, "universe")
    reporter.complete_stage()
    reporter.start_stage("data_fetching", 300)
    for batch in range(3):
        for _ in range(10):
            clock.advance(0.5)
            reporter.pulse()
        assert events[-1].eta_high_seconds > 5.0 * (2 - batch)
        reporter.advance(100, "miss")
    fetching = [event for event in events if event.current_stage == "data_fetching"]
    assert all(event.time_fraction < 0.75 for event in fetching if event.elapsed_seconds < 10.0)
    waiting = [event.time_fraction for event in fetching if 1.0 <= event.elapsed_seconds < 5.0]
    assert len(waiting) > 5
    assert len(set(waiting)) == 1, "it stands still until the first batch is there"
    shown = [event.time_fraction for event in events]
    assert shown == sorted(shown)


def test_a_first_run_says_unknown_until_a_stage_is_done():
    reporter, clock, events = make()
    run_whole(reporter, clock)
    first_done = next(i for i, event in enumerate(events) if event.kind is EventKind.STAGE_COMPLETED)
    assert all(event.eta_seconds is None for event in events[:first_done])
    assert all(event.eta_seconds is not None for event in events[first_done:])
    assert events[0].eta_low_seconds is None
    scanned = next(event for event in events if event.stage("symbol_scanning").state is StageState.DONE)
    assert scanned.elapsed_seconds + scanned.eta_seconds == pytest.approx(53.5, rel=0.15)


def test_failure_leaves_the_fractions_where_they_are():
    reporter, clock, events = make(costs=LEARNED)
    reporter.start_run()
    reporter.start_stage("universe_loading", 4)
    clock.advance(1)
    reporter.advance(2, "universe")
    reporter.finish("failed", "no source")
    last = events[-1]
    assert last.stage("universe_loading").state is StageState.FAILED
    assert last.stage("data_fetching").state is StageState.PENDING
    assert last.overall_fraction == pytest.approx(0.025)
    assert last.time_fraction < 0.1
    assert last.eta_seconds is None
    reporter.finish("succeeded")
    reporter.message("late")
    reporter.start_stage("data_fetching", 1)
    reporter.advance(1)
    assert events[-1] is last


def test_success_skips_what_was_not_needed():
    reporter, clock, events = make()
    reporter.start_run()
    reporter.start_stage("universe_loading", 1)
    clock.advance(1)
    reporter.complete_stage("nothing matches")
    reporter.finish("succeeded", "no symbols")
    assert [stage.state for stage in events[-1].stages] == [StageState.DONE, *[StageState.SKIPPED] * 3]
    assert events[-1].overall_fraction == events[-1].time_fraction == 1.0
    assert [timing.seconds for timing in reporter.timings()] == [1, 0, 0, 0]
    (cost,) = reporter.unit_costs()
    assert (cost.stage, cost.units, cost.seconds) == ("universe_loading", 1, 1)


def test_wrong_names_are_refused():
    reporter, _clock, _events = make()
    for call in (
        reporter.start_stage,
        lambda name: reporter.declare(name, "x", 1),
        lambda name: reporter.restore(name, 1),
    ):
        with pytest.raises(ValueError, match="unknown stage 'x'"):
            call("x")
    with pytest.raises(ValueError, match="'done' is not one of"):
        reporter.finish("done")


def test_what_a_stage_does_after_its_last_unit_is_learned_and_expected():
    def run(reporter, clock):
        reporter.start_run()
        for stage, unit_class, units in WORK:
            reporter.declare(stage, unit_class, units)
            reporter.start_stage(stage, units)
            for _ in range(units):
                clock.advance(UNIT_SECONDS[unit_class])
                reporter.advance(1, unit_class)
            clock.advance(5 if unit_class == "miss" else 0)
            reporter.complete_stage()
        reporter.finish("succeeded")

    reporter, clock, _ = make()
    run(reporter, clock)
    costs = {(cost.stage, cost.unit_class): cost for cost in reporter.unit_costs()}
    assert costs["data_fetching", "miss"].seconds == pytest.approx(10)
    assert costs["data_fetching", "tail of miss"].seconds == pytest.approx(5)
    assert costs["data_fetching", "tail of miss"].units == 200
    assert len(costs) == 5

    reporter, clock, events = make(costs=CostHistory((reporter.unit_costs(),)), interval_seconds=0.0)
    for stage, unit_class, units in WORK:
        reporter.declare(stage, unit_class, units)
    run(reporter, clock)
    for event in events:
        assert event.eta_seconds == pytest.approx(58.5 - event.elapsed_seconds, abs=0.01)


def test_a_long_step_is_counted_down_and_never_below_zero():
    reporter, clock, _events = make(costs=LEARNED)
    for stage, unit_class, units in WORK:
        reporter.declare(stage, unit_class, units)
    reporter.start_run()
    reporter.start_stage("data_fetching", 200)
    etas = []
    for _ in range(60):
        clock.advance(1)
        etas.append(reporter.snapshot().stage("data_fetching").eta_seconds)
    assert etas[0] < 10
    assert etas[4] < etas[0] - 2
    assert min(etas) > 0
    assert etas[-1] > etas[20]  # the longer it is overdue, the longer it may still take


def test_workers_side_by_side_share_out_the_wall_seconds_by_what_they_measured():
    reporter, clock, _events = make()
    reporter.start_run()
    reporter.start_stage("data_fetching", 40)
    for _ in range(10):  # four at a time: in each wall second two hits of 0.2 s and two misses of 1 s end
        clock.advance(1.0)
        for unit_class, seconds in (("hit", 0.2), ("hit", 0.2), ("miss", 1.0), ("miss", 1.0)):
            reporter.advance(1, unit_class, seconds=seconds)
    reporter.complete_stage()
    costs = {cost.unit_class: cost.seconds for cost in reporter.unit_costs()}
    assert sum(costs.values()) == pytest.approx(10.0)
    assert costs["miss"] / costs["hit"] == pytest.approx(5.0)


def test_time_passes_for_watchers_while_a_unit_is_under_way():
    reporter, clock, events = make(costs=LEARNED)
    reporter.start_run()
    reporter.start_stage("data_fetching", 200)
    clock.advance(0.1)
    reporter.pulse()
    assert events[-1].kind is EventKind.STAGE_STARTED
    clock.advance(0.15)
    reporter.pulse()
    assert events[-1].kind is EventKind.ADVANCED
    assert events[-1].elapsed_seconds == pytest.approx(0.25)


@pytest.mark.slow
def test_eight_threads_count_exactly_and_events_never_go_back():
    each = 100_000
    events = []
    reporter = ProgressReporter("r", StagePlan(), SystemClock(), listeners=[events.append], interval_seconds=0.001)
    reporter.start_run()
    reporter.start_stage("symbol_scanning", 8 * each)

    def work(number):
        unit_class = "ab"[number % 2]
        for _ in range(each):
            reporter.advance(1, unit_class)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    try:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    reporter.complete_stage()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert events[-1].stage("symbol_scanning").completed == 8 * each
    assert sum(cost.units for cost in reporter.unit_costs() if cost.unit_class in ("a", "b")) == 8 * each
    assert len(events) > 20
    for name in ("overall_fraction", "time_fraction", "elapsed_seconds"):
        shown = [getattr(event, name) for event in events]
        assert shown == sorted(shown)


@pytest.mark.slow
def test_state_stays_small_after_a_million_updates():
    clock = ManualClock()
    reporter = ProgressReporter("r", StagePlan(), clock, interval_seconds=1e9)
    reporter.start_run()
    early = 0
    for stage in STAGES:
        reporter.start_stage(stage, 250_000)
        for i in range(250_000):
            if i % 10 == 0:
                clock.advance(0.002 * (1 + i % 7))
            reporter.advance(1, "hit" if i % 100 < 50 else "miss")
            early = early or (held_bytes(reporter) if i == 1_000 else 0)
    assert sum(timing.units for timing in reporter.timings()) == 1_000_000
    assert early > 1_000
    assert held_bytes(reporter) <= 100_000
