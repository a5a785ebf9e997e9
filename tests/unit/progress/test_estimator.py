import math
import random

import numpy as np
import pytest

from technic_scanner.domain.metrics import UnitCost
from technic_scanner.progress.cost_history import CostHistory
from technic_scanner.progress.costs import UNKNOWN_ESTIMATE, estimate_before_start
from technic_scanner.progress.estimator import Estimator
from technic_scanner.progress.stage_view import Seen, StageView


def cost(stage, unit_class, units, seconds, cv=0.0):
    return UnitCost(stage, unit_class, units, seconds, cv)


def view(name, weight=0.5, *, left=None, seen=(), ended=False, done=None, idle=0.0):
    done = done if done is not None else {item.unit_class: item.units for item in seen}
    return StageView(name, weight, ended, left, done, tuple(seen), idle)


TWO = (cost("fetch", "miss", 100, 10.0, 0.5), cost("scan", "symbol", 100, 50.0, 0.5))


def test_without_anything_known_the_eta_is_unknown():
    forecast = Estimator().forecast([view("fetch", left={"miss": 10}), view("scan")])
    assert (forecast.seconds, forecast.low_seconds, forecast.high_seconds) == (None, None, None)
    assert forecast.stages == {"fetch": None, "scan": None}


def test_when_every_stage_ended_nothing_is_left():
    forecast = Estimator(CostHistory((TWO,))).forecast([view("fetch", ended=True), view("scan", ended=True)])
    assert (forecast.seconds, forecast.low_seconds, forecast.high_seconds) == (0.0, 0.0, 0.0)


def test_past_unit_costs_times_units_left():
    forecast = Estimator(CostHistory((TWO,))).forecast(
        [
            view("fetch", left={"miss": 40}, done={"miss": 60}),
            view("scan", left={"symbol": 50}, done={"symbol": 50}),
        ]
    )
    assert forecast.seconds == pytest.approx(4 + 25)
    assert forecast.stages == {"fetch": pytest.approx(4), "scan": pytest.approx(25)}
    assert forecast.low_seconds < 29 < forecast.high_seconds


def sized(units, fixed_seconds, unit_seconds):
    return (cost("scan", "symbol", units, fixed_seconds + unit_seconds * units),)


@pytest.mark.parametrize("units", [1, 30, 100, 524, 700])
def test_what_a_stage_costs_however_few_units_it_has_is_not_charged_by_the_unit(units):
    runs = tuple(sized(past, 0.7, 2e-4) for past in (100, 524, 1, 524, 100))
    forecast = Estimator(CostHistory(runs)).forecast([view("scan", 1.0, left={"symbol": units})])
    assert forecast.seconds == pytest.approx(0.7 + 2e-4 * units, rel=0.2)
    assert forecast.low_seconds < 0.7 + 2e-4 * units < forecast.high_seconds


@pytest.mark.parametrize("units", [50, 524, 4000])
def test_what_is_charged_by_the_unit_stays_so(units):
    runs = tuple(sized(past, 0.0, 0.01) for past in (100, 524, 2000, 524, 100))
    forecast = Estimator(CostHistory(runs)).forecast([view("scan", 1.0, left={"symbol": units})])
    assert forecast.seconds == pytest.approx(0.01 * units, rel=0.1)


def test_a_size_that_no_past_run_had_widens_the_band():
    history = CostHistory((sized(500, 0.0, 0.01),) * 5)

    def width(units):
        found = Estimator(history).forecast([view("scan", 1.0, left={"symbol": units})])
        return math.log(found.high_seconds / found.low_seconds)

    assert width(500) < width(200) < width(50) < width(5)
    few = Estimator(history).forecast([view("scan", 1.0, left={"symbol": 50})])
    assert few.low_seconds < 0.5 < few.high_seconds  # if it is charged by the symbol
    assert few.high_seconds > 2.5  # and if half of it is there for any


def test_a_provider_is_expected_to_take_its_time_for_each_symbol():
    history = CostHistory(((cost("fetch", "miss", 500, 50.0),),) * 5)
    forecast = Estimator(history).forecast([view("fetch", 1.0, left={"miss": 1000})])
    assert forecast.seconds == pytest.approx(100, rel=0.05)
    assert forecast.low_seconds < 90
    assert forecast.high_seconds > 110


def test_a_provider_that_is_slower_today_is_believed_from_its_first_answers():
    history = CostHistory(((cost("fetch", "miss", 1000, 10.0, 1.0),),) * 5)

    def after(batches, factor):
        seen = Seen("miss", 100 * batches, factor * batches, 0.5, batches)
        return Estimator(history).forecast([view("fetch", 1.0, left={"miss": 1000 - 100 * batches}, seen=[seen])])

    assert 1.4 * 9 < after(1, 3.0).seconds < 27
    assert after(2, 3.0).seconds > 0.75 * 24
    assert after(3, 5.0).high_seconds > 35
    assert after(5, 5.0).seconds == pytest.approx(25, rel=0.1)


def test_past_runs_speak_less_of_a_class_whose_level_has_moved_within_this_run():
    history = CostHistory(((cost("fetch", "miss", 100, 10.0, 1.0),),) * 5)

    def left(shifted):
        seen = Seen("miss", 5, 0.9, 1.0, 5, shifted)  # 1.8 times as dear since then
        return Estimator(history).forecast([view("fetch", 1.0, left={"miss": 20}, seen=[seen])]).seconds

    assert left(shifted=True) > 1.3 * left(shifted=False)


def test_the_newest_run_counts_most_and_costs_are_averaged_as_logs():
    runs = ((cost("scan", "symbol", 10, 10.0),), (cost("scan", "symbol", 10, 40.0),))
    past = CostHistory(runs).cells["scan", "symbol"]
    assert past.log_cost == pytest.approx((math.log(1) + 0.8 * math.log(4)) / 1.8)
    assert past.runs == 2


def test_the_predictive_sd_is_that_of_the_formula():
    values = [0.9, 1.1, 1.3, 0.8, 1.0]
    runs = tuple((cost("scan", "symbol", 10, 10 * value),) for value in values)
    weights = 0.8 ** np.arange(5)
    logs = np.log(values)
    mean = np.average(logs, weights=weights)
    k = weights.sum() ** 2 / (weights**2).sum()
    squares = (weights * (logs - mean) ** 2).sum() * k / weights.sum()
    expected = math.sqrt((2 * 0.2**2 + squares) / (2 + k - 1) * (1 + 1 / k))
    assert CostHistory(runs).cells["scan", "symbol"].log_cost_sd == pytest.approx(expected)


def test_runs_whose_stages_make_up_for_each_other_have_a_narrow_band():
    turns = [0.8, 1.2, 0.9, 1.1, 1.0]
    apart, together = (
        tuple((cost("load", "file", 10, 10 * one), cost("fit", "job", 10, 10 * other)) for one, other in pairs)
        for pairs in (zip(turns, reversed_about_one(turns), strict=True), zip(turns, turns, strict=True))
    )
    work = [view("load", 0.5, left={"file": 10.0}), view("fit", 0.5, left={"job": 10.0})]
    narrow, wide = (Estimator(CostHistory(runs)).forecast(work) for runs in (apart, together))
    assert narrow.high_seconds / narrow.seconds < wide.high_seconds / wide.seconds - 0.1


def reversed_about_one(values):
    return [2 - value for value in values]


def test_costs_that_move_together_are_seen_to():
    def runs(together):
        random_ = random.Random(5)
        made = []
        for _ in range(20):
            machine = random_.gauss(0, 0.3)
            made.append(
                tuple(
                    cost(stage, "u", 10, 10 * math.exp(machine if together else random_.gauss(0, 0.3)))
                    for stage in ("a", "b", "c")
                )
            )
        return tuple(made)

    assert CostHistory(runs(together=True)).correlation > 0.7
    assert CostHistory(runs(together=False)).correlation < 0.2
    assert CostHistory(runs(together=True)[:1]).correlation == 0.2


def test_a_slow_stage_foretells_slow_ones_when_they_have_moved_together():
    def runs(factors):
        return tuple((cost("fetch", "miss", 100, 10 * f), cost("scan", "symbol", 100, 50 * f)) for f in factors)

    stages = [
        view("fetch", ended=True, seen=[Seen("miss", 100, 20.0, 0.2, 100)]),
        view("scan", left={"symbol": 100}),
    ]
    forecast = Estimator(CostHistory(runs([1, 1.5, 0.7, 1.2, 0.8, 1.1, 0.6, 1.4]))).forecast(stages)
    assert 60 < forecast.seconds < 100
    assert Estimator(CostHistory(runs([1.0]))).forecast(stages).seconds < 65


def test_what_a_stage_shows_replaces_what_was_expected_and_the_band_narrows():
    history = CostHistory(((cost("fetch", "miss", 100, 10.0, 0.5), cost("scan", "symbol", 1000, 500.0, 0.5)),) * 5)

    def forecast(done, each):
        seen = [Seen("symbol", done, done * each, 0.5, done)] if done else []
        return Estimator(history).forecast(
            [view("fetch", ended=True), view("scan", left={"symbol": 1000 - done}, seen=seen)]
        )

    assert forecast(0, 0.5).seconds == pytest.approx(500)
    assert forecast(500, 1.0).seconds == pytest.approx(500, rel=0.05)  # twice as dear as before, half of it done
    widths = [math.log(f.high_seconds / f.low_seconds) for f in (forecast(done, 0.5) for done in (0, 20, 200))]
    assert widths == sorted(widths, reverse=True)
    surprised = [math.log(f.high_seconds / f.low_seconds) for f in (forecast(20, 1.0), forecast(20, 0.5))]
    assert surprised == sorted(surprised, reverse=True), "what is unlike all before it makes the band wider"


def test_a_run_unlike_all_before_it_is_believed_and_the_rest_is_not_blown_up():
    random_ = random.Random(3)
    runs = tuple(
        tuple(
            cost(stage, name, units, seconds * math.exp(random_.gauss(0, 0.4)), 4.0)
            for stage, name, units, seconds in (
                ("load", "list", 1, 0.001),
                ("load", "tail of list", 1, 1e-6),
                ("fetch", "hit", 500, 0.02),
                ("fetch", "tail of hit", 500, 1e-5),
                ("scan", "symbol", 500, 0.01),
                ("finish", "rank", 500, 0.01),
            )
        )
        for _ in range(10)
    )
    seen = Seen("symbol", 200, 8.0, 0.1, 25)
    forecast = Estimator(CostHistory(runs)).forecast(
        [
            view("load", ended=True, seen=[Seen("list", 1, 0.1, 0.0, 1), Seen("tail of list", 1, 0.1, 0.0, 1)]),
            view("fetch", ended=True, seen=[Seen("hit", 500, 0.1, 0.0, 1), Seen("tail of hit", 500, 0.1, 0.0, 1)]),
            view("scan", left={"symbol": 300}, seen=[seen]),
            view("finish", left={"rank": 500}),
        ]
    )
    assert forecast.stages["scan"] == pytest.approx(12.0, rel=0.25)
    assert forecast.stages["finish"] < 1.0
    assert forecast.low_seconds < 12.0 < forecast.high_seconds


def test_unlike_steps_that_come_in_the_same_order_each_run_are_not_extrapolated():
    history = CostHistory((((cost("load", "universe", 4, 10.0, 1.7)),),) * 5)
    seen = [Seen("universe", 2, 9.9, 1.4, 2)]  # the second step takes nearly all of the time, as ever
    forecast = Estimator(history).forecast([view("load", 1.0, left={"universe": 2}, seen=seen)])
    assert forecast.seconds < 2


def test_a_class_never_met_is_priced_by_its_relative():
    cold = CostHistory(((cost("fetch", "miss", 100, 100.0),),) * 3)
    assert Estimator(cold).forecast([view("fetch", 1.0, left={"hit": 100})]).seconds == pytest.approx(5)
    warm = CostHistory(((cost("fetch", "hit", 100, 5.0),),) * 3)
    assert Estimator(warm).forecast([view("fetch", 1.0, left={"miss": 100})]).seconds == pytest.approx(100)
    assert Estimator(cold).forecast([view("fetch", 1.0, left={"other": 10})]).seconds == pytest.approx(10)


def test_a_total_alone_is_shared_out_among_the_classes_of_the_run_before():
    steps = [cost("load", name, 1, seconds) for name, seconds in (("list", 9.0), ("regime", 0.001), ("filter", 0.001))]
    history = CostHistory((tuple(steps),) * 3)
    by_class = Estimator(history).forecast([view("load", 1.0, left={"list": 1, "regime": 1, "filter": 1})])
    assert by_class.seconds == pytest.approx(9.002)
    assert Estimator(history).forecast([view("load", 1.0, left={"default": 3.0})]) == by_class
    assert Estimator(history).forecast([view("load", 1.0)]) == by_class
    half = Estimator(history).forecast([view("load", 1.0, left={"default": 1.5}, done={"list": 1.5})])
    assert half.seconds == pytest.approx(9.002 / 2, rel=0.1)


def test_a_stage_never_met_is_priced_by_its_weight():
    history = CostHistory(((cost("fetch", "miss", 100, 10.0),),) * 3)
    forecast = Estimator(history).forecast([view("fetch", 0.2, ended=True), view("scan", 0.8, left={"symbol": 50})])
    assert forecast.seconds == pytest.approx(40)


def test_a_stage_known_only_as_a_whole_serves_units_too():
    history = CostHistory(((cost("load", "stage", 1, 8.0),),) * 3)
    assert Estimator(history).forecast([view("load", 1.0)]).seconds == pytest.approx(8)
    assert Estimator(history).forecast([view("load", 1.0, left={"universe": 4})]).seconds == pytest.approx(8)
    assert Estimator(history).forecast([view("load", 1.0, left={"default": 4})]).seconds == pytest.approx(8)


def test_a_first_run_leans_on_the_weights_once_a_stage_is_done():
    def forecast(*, ended):
        seen = [Seen("miss", 100, 10.0, 0.2, 100)]
        return Estimator().forecast(
            [
                view("fetch", 0.2, ended=ended, left={}, seen=seen),
                view("scan", 0.8, left={"symbol": 100}),
            ]
        )

    assert forecast(ended=False).seconds is None
    assert forecast(ended=False).low_seconds < 40 < forecast(ended=False).high_seconds
    assert 20 < forecast(ended=True).seconds < 45
    assert forecast(ended=True).low_seconds < 40 < forecast(ended=True).high_seconds


def test_work_without_an_end_has_no_eta():
    forecast = Estimator().forecast(
        [
            view("fetch", 0.2, ended=True, seen=[Seen("miss", 10, 1.0, 0.1, 10)]),
            view("scan", 0.8, left=None, seen=[Seen("symbol", 10, 1.0, 0.1, 10)]),
        ]
    )
    assert forecast.seconds is None
    assert forecast.stages == {"fetch": 0.0, "scan": None}


def test_the_band_holds_the_truth_about_four_times_in_five():
    random_ = random.Random(11)
    held = 0
    trials = 400
    for _ in range(trials):
        runs = tuple((cost("scan", "symbol", 100, 10 * math.exp(random_.gauss(0, 0.2)), 0.1),) for _ in range(6))
        truth = 10 * math.exp(random_.gauss(0, 0.2))
        forecast = Estimator(CostHistory(runs)).forecast([view("scan", 1.0, left={"symbol": 100})])
        held += forecast.low_seconds <= truth <= forecast.high_seconds
    assert 0.74 <= held / trials <= 0.88


def test_before_the_start_the_page_can_say_how_long():
    history = CostHistory((TWO, TWO, TWO))
    estimate = estimate_before_start(history, {("fetch", "miss"): 100, ("scan", "symbol"): 100})
    assert estimate.seconds == pytest.approx(60)
    assert estimate.low_seconds < 60 < estimate.high_seconds
    assert estimate.runs == 3
    assert estimate_before_start(history, {("fetch", "miss"): 10}).seconds == pytest.approx(1 + 50, rel=0.01)


def test_before_the_start_nothing_is_invented():
    work = {("fetch", "miss"): 10}
    assert estimate_before_start(None, work) == UNKNOWN_ESTIMATE
    assert estimate_before_start(CostHistory(), work) == UNKNOWN_ESTIMATE
    assert estimate_before_start(CostHistory(((cost("scan", "symbol", 1, 1.0),),)), work) == UNKNOWN_ESTIMATE


def test_useless_records_are_left_out():
    runs = ((cost("scan", "symbol", 0, 1.0), cost("scan", "row", 5, 0.0), cost("scan", "x", 5, math.inf)),)
    assert CostHistory(runs).cells == {}


def test_a_stage_that_has_declared_nothing_is_expected_to_do_what_it_did_last_time():
    cold = (cost("fetch", "miss", 100, 100.0), cost("fetch", "tail of miss", 100, 20.0))
    warm = (cost("fetch", "hit", 100, 2.0),)
    assert Estimator(CostHistory((warm, cold))).forecast([view("fetch", 1.0)]).seconds == pytest.approx(2)
    assert Estimator(CostHistory((cold, warm))).forecast([view("fetch", 1.0)]).seconds == pytest.approx(120)


def test_steps_unlike_each_other_are_counted_down_in_the_order_in_which_they_were_declared():
    past = (cost("load", "read", 1, 0.1), cost("load", "regime", 1, 8.0), cost("load", "filter", 1, 0.9))

    def left(idle):
        seen = [Seen("read", 1, 0.1, 0.0, 1)]
        declared = {"read": 0, "regime": 1, "filter": 1}
        stage = view("load", 1.0, left=declared, seen=seen, idle=idle)
        return Estimator(CostHistory((past,) * 5)).forecast([stage]).seconds

    assert left(0) == pytest.approx(8.9)
    assert left(4) == pytest.approx(4.9, rel=0.02)
    assert 0.9 < left(8) < 2.5
    assert left(30) > left(8)


def test_the_steadier_a_step_has_been_the_sooner_it_is_expected_to_end_once_it_is_due():
    def left_at_its_expected_end(spread):
        runs = tuple((cost("scan", "symbol", 100, 10 * math.exp(sign * spread)),) for sign in (1, -1, 1, -1, 1, -1))
        stage = view("scan", 1.0, left={"symbol": 100}, idle=10.0)
        return Estimator(CostHistory(runs)).forecast([stage]).seconds

    steady, unsteady = left_at_its_expected_end(0.02), left_at_its_expected_end(0.6)
    assert steady < unsteady / 2 < 5
