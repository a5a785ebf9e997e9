"""Whatever is called, and from whichever thread: never back, never past 1, 1 only at success, all seconds accounted."""

import asyncio
import math
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from technic_scanner.clock import ManualClock
from technic_scanner.domain.progress import StageState
from technic_scanner.progress.tracker import MultiStageProgressTracker
from technic_scanner.progress.views.tqdm_like import TqdmLike

PLAN = {"load": 0.2, "fit": 0.5, "save": 0.3}
NAMES = st.sampled_from(list(PLAN))
UNITS = st.sampled_from([1, 2, 0, -1, 0.5, math.inf, math.nan, 10**16])
TOTALS = st.one_of(st.none(), st.integers(-1, 30))
# What any thread may call at any time.
REPORTS = st.one_of(
    st.tuples(st.just("advance"), UNITS),
    st.tuples(st.just("advance_class"), st.integers(-1, 5)),
    st.tuples(st.just("advance_measured"), st.floats(0, 10)),
    st.tuples(st.just("update"), st.sampled_from([0, 1, 5, 40, -3, math.inf, math.nan])),
    st.tuples(st.just("declare"), NAMES, TOTALS),
    st.tuples(st.just("classed"), NAMES, TOTALS),
    st.tuples(st.just("total"), TOTALS),
    st.tuples(st.just("substage"), st.integers(0, 5)),
    st.tuples(st.just("restore"), NAMES, st.integers(0, 5)),
    st.tuples(
        st.just("say"),
    ),
)
# What decides which stage is active.
TURNS = st.one_of(
    st.tuples(st.just("start"), NAMES, TOTALS),
    st.tuples(
        st.just("complete"),
    ),
    st.tuples(st.just("end"), st.sampled_from([StageState.FAILED, StageState.CANCELLED, StageState.DONE])),
    st.tuples(st.just("stage"), NAMES, st.booleans()),
    st.tuples(st.just("track"), NAMES, st.integers(0, 5), st.integers(0, 5)),
    st.tuples(st.just("track_async"), NAMES, st.integers(0, 5)),
    st.tuples(st.just("tqdm"), NAMES, st.integers(0, 5)),
    st.tuples(st.just("remote"), st.integers(0, 3)),
    st.tuples(st.just("finish"), st.booleans()),
)
CLOCK = st.one_of(
    st.tuples(st.just("sleep"), st.sampled_from([0.0, 1e-4, 0.02, 1.0, 50.0])), st.tuples(st.just("pickle"))
)


def report(tracker, step):
    match step:
        case ("advance", units):
            tracker.advance(units)
        case ("advance_class", units):
            tracker.advance(units, "miss")
        case ("advance_measured", seconds):
            tracker.advance(1, seconds=seconds)
        case ("update", current) if tracker._last is not None:
            tracker.update(current)
        case ("declare", name, total):
            tracker.declare(name, total)
        case ("classed", name, total):
            tracker.declare(name, total, "miss")
        case ("total", total):
            tracker.set_total(total)
        case ("substage", units):
            tracker.start_substage("part", 5)
            tracker.advance(1, substage="part")
            tracker.advance_substage("part", units)
            tracker.complete_substage("part")
        case ("restore", name, units):
            tracker.restore(name, units)
        case ("say",):
            tracker.message("at work")
            tracker.pulse()
            tracker.snapshot()


def turn(tracker, step):
    match step:
        case ("start", name, total):
            tracker.start_stage(name, total)
        case ("complete",):
            tracker.complete_stage()
        case ("end", state):
            tracker.end_stage(state)
        case ("stage", name, fails):
            run_stage(tracker, name, fails)
        case ("track", name, items, stated):
            list(tracker.track(name, iter(range(items)), stated))
        case ("track_async", name, items):
            asyncio.run(run_async(tracker, name, items))
        case ("tqdm", name, items):
            list(TqdmLike(tracker, name)(range(items)))
        case ("remote", units):
            with tracker.remote() as handle:
                for _ in range(units):
                    handle.advance()
        case ("finish", succeeded):
            tracker.finish(succeeded=succeeded)


def run_stage(tracker, name, fails):
    def block():
        with tracker.stage(name, 2):
            tracker.advance()
            if fails:
                raise RuntimeError

    if fails:
        with pytest.raises(RuntimeError):
            block()
    else:
        block()


async def run_async(tracker, name, items):
    async def numbers():
        for number in range(items):
            yield number

    async for _ in tracker.track(name, numbers()):
        await asyncio.sleep(0)


def check_sums(tracker):
    seconds = math.fsum(timing.seconds for timing in tracker.timings())
    assert seconds + tracker.gap_seconds == pytest.approx(tracker.total_seconds, abs=1e-6)


def check_events(events):
    for old, new in pairwise(events):
        assert old.seq < new.seq
        assert old.overall_fraction <= new.overall_fraction <= 1
        assert old.time_fraction <= new.time_fraction <= 1


@settings(deadline=None, max_examples=80)
@given(st.lists(st.one_of(REPORTS, TURNS, CLOCK), max_size=25), st.booleans())
def test_invariants_hold_through_every_entry_point(steps, succeeded):
    tracker = MultiStageProgressTracker(PLAN, ManualClock())
    events = []
    tracker.subscribe(events.append, interval_seconds=0.01)
    overall, fractions = 0.0, dict.fromkeys(PLAN, 0.0)
    for step in [*steps, ("finish", succeeded)]:
        match step:
            case ("sleep", seconds):
                tracker._clock.advance(seconds)
            case ("pickle",):
                check_events(events)
                events = []
                tracker = pickle.loads(pickle.dumps(tracker))
                tracker.subscribe(events.append, interval_seconds=0.01)
            case _:
                report(tracker, step)
                turn(tracker, step)
        found = {name: record.fraction for name, record in tracker.stages.items()}
        assert all(fractions[name] <= found[name] <= 1 for name in PLAN)
        assert overall <= tracker.overall_fraction <= 1
        assert (tracker.overall_fraction == 1) == tracker.is_complete()
        overall, fractions = tracker.overall_fraction, found
        if tracker._last is not None:
            data = tracker.update(0)
            assert data["overall_progress_pct"] == pytest.approx(overall * 100)
            assert data["stage_progress"]["progress_pct"] == pytest.approx(found[data["stage"]] * 100)
        left = tracker.forecast()
        assert left.seconds is None or 0 <= left.low_seconds <= left.seconds + 1e-9 <= left.high_seconds + 2e-9
        check_sums(tracker)
    check_events(events)
    assert tracker.is_complete() or tracker.outcome is not StageState.DONE


@settings(deadline=None, max_examples=25)
@given(st.lists(st.lists(st.one_of(REPORTS, TURNS), max_size=8), min_size=8, max_size=8), st.booleans())
def test_invariants_hold_while_eight_threads_report(scripts, succeeded):
    tracker = MultiStageProgressTracker(PLAN)
    events = []
    tracker.subscribe(events.append, interval_seconds=0.0)
    together = threading.Barrier(8)

    def work(steps):
        together.wait()
        overall = 0.0
        for step in steps:
            report(tracker, step)
            if step[0] not in ("finish", "stage"):  # a stage that another thread has left cannot fail as its own
                turn(tracker, step)
            now = tracker.overall_fraction
            assert overall <= now <= 1
            assert now < 1 or tracker.is_complete()
            overall = now

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(work, steps) for steps in scripts]:
            done.result()
    tracker.finish(succeeded=succeeded)
    assert tracker.is_complete() or tracker.outcome is not StageState.DONE
    check_sums(tracker)
    check_events(events)
