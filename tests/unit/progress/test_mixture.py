import math

import pytest

from technic_scanner.progress.estimator import Estimator
from technic_scanner.progress.first_run import FirstRun, scaled
from technic_scanner.progress.mixture import BAND_Z, Future, UnderWay, join
from technic_scanner.progress.stage_view import Seen, StageView


def future(seconds, sd=0.1, odds=1.0, late=0.0):
    return Future((0.0, seconds), sd * seconds, late, math.log(odds))


def test_one_model_is_believed_as_it_is():
    joined = join([future(10.0, 0.2)])
    assert joined.seconds == 10
    assert joined.high_seconds == pytest.approx(10 * math.exp(0.2 * BAND_Z))
    assert joined.low_seconds == pytest.approx(10 * math.exp(-0.2 * BAND_Z))
    assert join([future(10.0, 0.01, late=5.0)]).high_seconds == pytest.approx(15)


def test_models_that_agree_are_one():
    joined = join([future(10.0, 0.2, 0.3), future(10.0, 0.2, 0.7)])
    assert joined.seconds == pytest.approx(10)
    assert joined.high_seconds == pytest.approx(10 * math.exp(0.2 * BAND_Z), rel=0.02)
    assert joined.stages == pytest.approx((0.0, 10.0))


def test_the_more_likely_model_weighs_more_and_the_band_holds_both():
    joined = join([future(10.0, 0.1, 3.0), future(100.0, 0.1, 1.0)])
    assert joined.seconds == pytest.approx(10**1.25)
    assert joined.low_seconds < 10 < 100 < joined.high_seconds
    assert sum(joined.stages) == pytest.approx(joined.seconds)


def test_a_stage_that_lasts_is_looked_into_more_often():
    models = [future(90.0, 0.1), future(10.0, 0.1)]
    at_start = UnderWay(spent_seconds=10.0, stage_spent_seconds=10.0, stage=0)
    assert join(models, at_start).seconds < join(models).seconds
    # the stage under way is a tenth of the run by one model and half of it by the other: odds of one to five
    expected = math.exp((1 * math.log(90) + 5 * math.log(10)) / 6)
    assert join(models, at_start).seconds == pytest.approx(expected, rel=0.02)


def test_nothing_left_is_nothing():
    assert join([future(0.0), future(0.0)]).high_seconds == 0
    assert join([future(0.0)]).seconds == 0


def test_a_single_observation_sets_the_scale_exactly():
    mean, _, _ = scaled(([1.0, 3.0], [[100.0, 99.0], [99.0, 100.0]]), [0], [7.0], [0.5])
    assert mean == pytest.approx([7.0, 9.0])


def view(name, weight, **fields):
    fields.setdefault("ended", False)
    return StageView(name, weight, **fields)


def stages(first_seconds):
    seen = (Seen("default", 10, first_seconds, 0.1, 10),)
    return [
        view("a", 0.2, left=None, ended=True, done={"default": 10}, seen=seen),
        view("b", 0.2, left={"default": 5.0}, done={"default": 5}, seen=(Seen("default", 5, 5.0, 0.1, 5),)),
        view("c", 0.6, left={"default": 30.0}),
    ]


def test_weights_are_followed_while_they_hold_and_left_once_they_do_not():
    holds, fails = Estimator().guess(stages(10.0)), Estimator().guess(stages(200.0))
    assert holds.seconds == pytest.approx(5 + 30, rel=0.1)
    assert math.log(holds.high_seconds / holds.low_seconds) < 0.6
    assert math.log(fails.high_seconds / fails.low_seconds) > 1.5
    assert not holds.is_guess


def test_doubt_widens_the_band_of_stages_ahead_and_not_of_those_that_have_begun():
    sure, doubtful = Estimator().guess(stages(10.0)), Estimator(weight_doubt=0.3).guess(stages(10.0))
    assert doubtful.low_seconds < sure.low_seconds / 2
    assert doubtful.high_seconds > sure.high_seconds
    last = [*stages(10.0)[:2], view("c", 0.6, left=None, ended=True, done={"default": 30}, seen=stages(30.0)[0].seen)]
    assert Estimator(weight_doubt=0.3).guess(last).seconds == pytest.approx(Estimator().guess(last).seconds, rel=1e-6)


def test_the_hypotheses_with_and_without_doubt_have_the_same_odds_in_all():
    without, with_doubt = FirstRun(stages(10.0), []).opinions(), FirstRun(stages(10.0), [], 0.3).opinions()
    assert sum(one.odds for one in without) == pytest.approx(1)
    assert sum(one.odds for one in with_doubt) == pytest.approx(1)
    assert sum(one.odds for one in with_doubt if one.ahead_sd) == pytest.approx(0.3 * (1 - without[-1].odds))


def test_a_stage_without_units_is_taken_to_have_a_share_like_its_weight():
    undeclared = [*stages(10.0)[:2], view("c", 0.6, left=None)]
    assert Estimator().guess(undeclared).seconds == pytest.approx(35, rel=0.1)
    assert not FirstRun(undeclared, Estimator()._jobs(2, undeclared[2])).is_declared


def test_classes_of_a_stage_that_is_over_count_together():
    odd = (Seen("list", 1, 9.9, 0.0, 1), Seen("filter", 1, 0.1, 0.0, 1))
    split = [view("a", 0.2, left=None, ended=True, done={"list": 1, "filter": 1}, seen=odd), *stages(10.0)[1:]]
    assert Estimator().guess(split).seconds == pytest.approx(35, rel=0.15)
