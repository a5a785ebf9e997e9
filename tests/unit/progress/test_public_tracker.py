"""The tracker as any pipeline uses it: context managers, iterables, history, events, pickling, imports."""

import asyncio
import pickle
import subprocess
import sys
import threading

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.domain.progress import EventKind, StageState
from technic_scanner.progress.stage_view import Forecast
from technic_scanner.progress.tracker import MultiStageProgressTracker

PLAN = {"load": 0.2, "fit": 0.8}


def make(**kwargs):
    clock = ManualClock()
    return MultiStageProgressTracker(PLAN, clock, **kwargs), clock


def work(tracker, clock, *, load=10, fit=20, load_seconds=1.0, fit_seconds=2.0):
    with tracker:
        for _ in tracker.track("load", range(load)):
            clock.advance(load_seconds)
        for _ in tracker.track("fit", range(fit)):
            clock.advance(fit_seconds)


def test_three_lines_track_a_pipeline():
    tracker, clock = make()
    clock.advance(99)  # what passes before the run begins is not the run's
    work(tracker, clock)
    assert tracker.is_complete()
    assert tracker.outcome is StageState.DONE
    assert tracker.total_seconds == 50
    assert [(timing.seconds, timing.units) for timing in tracker.timings()] == [(10, 10), (40, 20)]


def test_a_generator_has_no_total_until_it_is_given_or_declared():
    tracker, clock = make()
    tracker.declare("fit", 3)
    for _ in tracker.track("load", (i for i in range(3))):
        clock.advance(1)
        assert tracker.stages["load"].total is None
        assert tracker.stages["load"].fraction == 0
    assert tracker.stages["load"].fraction == 1
    for _ in tracker.track("fit", (i for i in range(3))):
        assert tracker.stages["fit"].total == 3


class Liar:
    def __init__(self, items, length):
        self.items, self.length = items, length

    def __iter__(self):
        return iter(self.items)

    def __len__(self):
        if isinstance(self.length, Exception):
            raise self.length
        return self.length


@pytest.mark.parametrize("length", [2, 5, 9, 0, ValueError("no"), TypeError("no")])
def test_a_length_may_be_a_lie(length):
    tracker, clock = make()
    shown = []
    with tracker:
        for _ in tracker.track("load", Liar(range(5), length)):
            clock.advance(1)
            shown.append(tracker.stages["load"].fraction)
            left = tracker.forecast().seconds
            assert left is None or left >= 0
    assert shown == sorted(shown)
    assert tracker.timings()[0].units == 5


def test_an_asynchronous_iterable_is_tracked_with_async_for():
    async def items():
        for number in range(4):
            await asyncio.sleep(0)
            yield number

    async def run():
        tracker = MultiStageProgressTracker({"only": 1.0})
        with tracker:
            got = [number async for number in tracker.track("only", items(), total=4)]
        return tracker, got

    tracker, got = asyncio.run(run())
    assert got == [0, 1, 2, 3]
    assert tracker.stages["only"].current == 4
    assert tracker.is_complete()


def test_tasks_side_by_side_report_into_one_tracker():
    async def run():
        tracker = MultiStageProgressTracker({"only": 1.0})

        async def task():
            for _ in range(10):
                await asyncio.sleep(0)
                tracker.advance()

        with tracker, tracker.stage("only", 50):
            await asyncio.gather(*(task() for _ in range(5)))
        return tracker

    assert asyncio.run(run()).stages["only"].current == 50


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (RuntimeError, StageState.FAILED),
        (KeyboardInterrupt, StageState.CANCELLED),
        (asyncio.CancelledError, StageState.CANCELLED),
    ],
)
@pytest.mark.parametrize("how", ["stage", "track", "plain"])
def test_an_exception_ends_the_stage_and_never_shows_all_done(error, state, how):
    tracker, clock = make()
    events = []
    tracker.subscribe(events.append)

    def pipeline():
        with tracker:
            if how == "stage":
                with tracker.stage("load", 1):
                    tracker.advance()
                    raise error
            elif how == "track":
                for _ in tracker.track("load", range(1)):
                    clock.advance(1)
                    tracker.advance()
                    raise error
            else:
                tracker.start_stage("load", 1)
                tracker.update(1)
                raise error

    with pytest.raises(error):
        pipeline()
    assert tracker.stages["load"].state is state
    assert tracker.outcome is state
    assert tracker.overall_fraction < 1
    assert not tracker.is_complete()
    assert tracker.forecast() == Forecast(None, None, None)
    assert events[-1].kind is EventKind.RUN_FINISHED
    assert all(event.overall_fraction < 1 and event.time_fraction < 1 for event in events)


def test_a_name_that_is_not_in_the_weights_is_said_at_once():
    tracker, _ = make()
    for call in (
        lambda: tracker.track("x", []),
        lambda: tracker.declare("x", 1),
        lambda: tracker.start_stage("x"),
        lambda: tracker.restore("x", 1),
    ):
        with pytest.raises(ValueError, match="unknown stage 'x'; the stages are load, fit"):
            call()


def test_the_next_run_is_foretold_from_the_last(tmp_path):
    path = tmp_path / "runs.json"
    for _ in range(3):
        work(*make(history=path, name="nightly"))
    tracker, _ = make(history=path, name="nightly")
    tracker.declare("load", 10)
    tracker.declare("fit", 40)
    assert tracker.forecast().seconds == pytest.approx(90, rel=0.25)
    assert tracker.forecast().low_seconds < 90 < tracker.forecast().high_seconds
    other, _ = make(history=path, name="weekly")
    assert other.forecast().seconds is None


def test_a_run_that_failed_is_no_measure(tmp_path):
    path = tmp_path / "runs.json"
    tracker, clock = make(history=path)

    def pipeline():
        with tracker:
            for _ in tracker.track("load", range(3)):
                clock.advance(1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        pipeline()
    assert not path.exists()


def test_events_say_how_it_stands_and_come_at_intervals():
    tracker, clock = make()
    events = []
    often = []
    tracker.subscribe(events.append, interval_seconds=0.5)
    tracker.subscribe(often.append, interval_seconds=0.2)
    work(tracker, clock, load_seconds=0.1, fit_seconds=0.1)
    kinds = [event.kind for event in events]
    assert kinds[0] is EventKind.STAGE_STARTED
    assert kinds[-1] is EventKind.RUN_FINISHED
    assert [event.seq for event in often] == list(range(1, len(often) + 1))
    assert [event for event in often if event in events] == events, "each at its own interval, of the same events"
    assert 4 <= kinds.count(EventKind.ADVANCED) <= 6
    assert 12 <= sum(event.kind is EventKind.ADVANCED for event in often) <= 15
    assert events[-1].overall_fraction == events[-1].time_fraction == 1
    assert any(event.eta_seconds is not None for event in events if event.current_stage == "load"), "a guess is told"
    assert tracker.snapshot().overall_fraction == 1


def test_a_tracker_is_pickled_and_goes_on_where_it_was():
    tracker, clock = make()
    tracker.start_stage("load", 10)
    tracker.start_substage("part", 5)
    clock.advance(4)
    tracker.advance(4, substage="part")
    clock.advance(1)
    before = tracker.forecast()
    copy = pickle.loads(pickle.dumps(tracker))
    copy._clock.advance(1000)
    moved = pickle.loads(pickle.dumps(copy))
    for one in (pickle.loads(pickle.dumps(tracker)), tracker):
        assert one.forecast() == before
        assert one.total_seconds == 5
        assert one.timings() == tracker.timings()
        assert one.stages["load"].current == 4
        one.advance(6)
        one.complete_stage()
        assert one.overall_fraction == pytest.approx(0.2)
        assert one.snapshot().stage("load").substages[0].completed == 4
    assert moved.total_seconds == 1005


def test_threads_of_all_kinds_count_exactly():
    tracker = MultiStageProgressTracker({"only": 1.0})
    tracker.start_stage("only", 8 * 3 * 2000)
    seen = []

    def count(number):
        for _ in range(2000):
            tracker.advance()
            tracker.advance(1, "miss" if number % 2 else "hit")
            tracker.advance(1, substage="part")
            if number == 0:
                seen.append(tracker.overall_fraction)

    threads = [threading.Thread(target=count, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tracker.stages["only"].current == 8 * 3 * 2000
    assert sum(cell.units for cell in tracker.tracked_stages["only"].work.cells.values()) == 8 * 3 * 2000
    assert seen == sorted(seen)


def test_in_hot_loops_the_dict_is_brought_up_to_date_without_a_new_forecast(monkeypatch):
    tracker, clock = make()
    tracker.declare("fit", 100)
    tracker.start_stage("load", 1000)
    clock.advance(1)
    first = tracker.update(10)
    monkeypatch.setattr(tracker._estimator, "guess", lambda _stages: pytest.fail("a forecast costs too much here"))
    clock.advance(0.05)
    tracker.advance(5)
    second = tracker.update(20)
    assert second["stage_progress"] == {
        "current": 20,
        "total": 1000,
        "progress_pct": 2.0,
        "elapsed_time": 1.05,
        "estimated_remaining": pytest.approx(980 * 1.05 / 20),
        "estimated_total": pytest.approx(1000 * 1.05 / 20),
        "throughput": pytest.approx(20 / 1.05),
        "stage": "load",
    }
    assert second["overall_progress_pct"] == pytest.approx(0.4)
    assert second["overall_estimated_remaining"] == pytest.approx(first["overall_estimated_remaining"] - 0.05)
    assert second["overall_elapsed_time"] == 1.05
    done = tracker.update(1000)
    assert done["stage_progress"]["progress_pct"] == 100
    assert done["stage_progress"]["estimated_remaining"] == 0
    assert done["overall_progress_pct"] == pytest.approx(20)


@pytest.mark.slow
def test_a_million_updates_leave_a_state_of_ten_kilobytes():
    tracker = MultiStageProgressTracker(PLAN)
    tracker.start_stage("fit", 1_000_000)
    for number in range(500_000):
        tracker.advance()
        tracker.update(number)
    assert tracker.stages["fit"].current == 500_000
    assert 100 < len(pickle.dumps(tracker)) <= 10_000


def test_the_core_is_light_to_import():
    code = (
        "import sys\nfrom technic_scanner import MultiStageProgressTracker\n"
        "heavy = {'numpy', 'numba', 'pandas', 'streamlit', 'asyncio', 'multiprocessing', 'rich', 'plotly'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_what_only_counts_loads_no_estimator_and_no_log():
    code = (
        "import sys\nfrom technic_scanner import MultiStageProgressTracker\n"
        "tracker = MultiStageProgressTracker({'only': 1.0})\n"
        "tracker.start_stage('only', 2)\n"
        "tracker.advance()\n"
        "late = ('technic_scanner.progress.estimator', 'technic_scanner.progress.event_maker', 'logging')\n"
        "print([name for name in late if name in sys.modules])\n"
        "tracker.forecast()\n"
        "print('technic_scanner.progress.estimator' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.splitlines() == ["[]", "True"]
