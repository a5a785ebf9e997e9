"""Where the time of a tracked run went, in text and as a figure, and whether it was slower than before."""

import pytest

from technic_scanner.clock import ManualClock
from technic_scanner.progress.slow_downs import RegressionRule, Verdict
from technic_scanner.progress.timings import compare, compare_text, gantt_text, slow_downs, stage_table
from technic_scanner.progress.tracker import MultiStageProgressTracker
from technic_scanner.progress.views.gantt import gantt_figure


def run(load_seconds=1.0, fit_seconds=0.5, *, units=4, **kwargs):
    clock = ManualClock()
    tracker = MultiStageProgressTracker({"load": 0.5, "fit": 0.5}, clock, **kwargs)
    with tracker:
        for _ in tracker.track("load", range(units)):
            clock.advance(load_seconds)
        clock.advance(2.0)
        with tracker.stage("fit"):
            clock.advance(fit_seconds * units)
    return tracker


def test_the_table_sums_to_the_whole():
    assert stage_table(run()).splitlines() == [
        "stage            time  share  units          rate",
        "load            4.0 s    50%      4  1.00 units/s",
        "fit             2.0 s    25%      0",
        "between_stages  2.0 s    25%",
        "total           8.0 s   100%",
    ]


def test_the_gantt_chart_shows_when_each_stage_ran():
    assert gantt_text(run(), width=8).splitlines() == ["load |████    | 4.0 s", "fit  |      ██| 2.0 s"]
    assert gantt_text(MultiStageProgressTracker({"only": 1.0}, ManualClock()), width=4) == "only |    | 0.00 s"


def test_two_runs_are_compared_with_the_first():
    found = {delta.stage: delta for delta in compare(run(), run(2.0, 0.5))}
    assert found["load"].delta_seconds == (0.0, 4.0)
    assert found["load"].delta_fraction == (0.0, 1.0)
    assert found["fit"].delta_seconds == (0.0, 0.0)
    assert found["between_stages"].seconds == (2.0, 2.0)
    assert found["total"].delta_seconds == (0.0, 4.0)
    assert "load            4.0 s   8.0 s      +4.0 s  +100%" in compare_text(run(), run(2.0, 0.5)).splitlines()
    with pytest.raises(ValueError, match="at least two"):
        compare(run())


def test_a_stage_is_judged_by_the_cost_of_a_unit_in_past_runs(tmp_path):
    path = tmp_path / "runs.json"
    assert {found.found.verdict for found in slow_downs(run(history=path))} == {Verdict.TOO_LITTLE_HISTORY}
    for _ in range(5):
        run(history=path)
    more = slow_downs(run(units=8, history=path))
    assert [(found.stage, found.unit, found.is_slower) for found in more] == [
        ("load", "s/unit", False),
        ("fit", "s", True),
    ], "more units are no slow-down, but a stage that counts none takes longer"
    slow = slow_downs(run(load_seconds=2.0, history=path))
    assert [found.is_slower for found in slow] == [True, False]
    assert slow[0].runs == 7
    assert not any(found.is_slower for found in slow_downs(run(2.0, history=path), RegressionRule(floor_seconds=60)))


def test_the_figure_has_a_row_for_each_stage():
    figure = gantt_figure(run(name="first"), run(2.0, name="second"))
    first, second = figure.data
    assert (first.name, second.name) == ("first", "second")
    assert (list(first.y), list(first.base), list(first.x)) == (["load", "fit"], [0.0, 6.0], [4.0, 2.0])
    assert list(second.base) == [0.0, 10.0]
