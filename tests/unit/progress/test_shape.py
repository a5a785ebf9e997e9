"""How the cost of a class is spread over its units: recorded in bounded memory, pooled, and used by the estimator."""

import math
import pickle
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.domain.metrics import UnitCost
from technic_scanner.progress.cost_history import CostHistory
from technic_scanner.progress.estimator import Estimator
from technic_scanner.progress.shape import FLAT, PastShape, pooled
from technic_scanner.progress.shape_log import LEAST_STEPS, PARTS, ShapeLog
from technic_scanner.progress.stage_view import Seen, StageView

COLD_THEN_WARM = tuple(1.8 / PARTS if part < PARTS // 2 else 0.2 / PARTS for part in range(PARTS))


def logged(steps):
    log = ShapeLog()
    for units, seconds in steps:
        log.add(units, seconds)
    return log


@given(
    st.lists(
        st.tuples(st.sampled_from([0.5, 1, 1, 3, 60, 10_000]), st.floats(1e-3, 100)),
        min_size=LEAST_STEPS,
        max_size=300,
    )
)
def test_the_shares_sum_to_one_however_large_the_steps_are(steps):
    shares = logged(steps).shares()
    assert len(shares) == PARTS
    assert all(share >= 0 for share in shares)
    assert math.fsum(shares) == pytest.approx(1.0, abs=1e-3)


def test_the_shares_are_those_of_equally_many_units():
    log = logged([(1, 9.0 if number < 640 else 1.0) for number in range(1280)])  # the middle is where a bucket ends
    assert log.shares() == pytest.approx([0.09] * 10 + [0.01] * 10, abs=2e-3)
    assert len(pickle.dumps(log)) < 1000


def test_a_large_step_is_spread_over_its_units():
    log = logged([*[(1, 1.0)] * 50, (50, 50.0)])
    assert log.shares() == pytest.approx([1 / PARTS] * PARTS, abs=1e-3)


def test_few_reports_say_nothing_of_parts():
    assert logged([(1, 1.0)] * (LEAST_STEPS - 1)).shares() == ()
    assert ShapeLog().shares() == ()


def past(shares, *, weight=1.0, units=1000, cv=0.5):
    return PastShape(weight, units, cv, tuple(shares))


def test_what_the_runs_agree_on_is_believed_and_chance_is_not():
    random_ = random.Random(3)

    def by_chance(level):
        parts = [share * math.exp(random_.gauss(0, 0.07)) for share in level]
        return [part / sum(parts) for part in parts]

    agreed = pooled([past(by_chance(COLD_THEN_WARM)) for _ in range(5)])
    assert agreed.trust > 0.97
    assert agreed.until(0.5) == pytest.approx(0.9, abs=0.02)
    assert agreed.between(0.5, 1.0) == pytest.approx(0.1, abs=0.02)
    assert agreed.cv == pytest.approx(0.07 * math.sqrt(1000 / PARTS), rel=0.3)
    chance = [pooled([past(by_chance([1 / PARTS] * PARTS)) for _ in range(5)]) for _ in range(20)]
    assert sum(one.trust for one in chance) / len(chance) < 0.3
    assert all(abs(one.until(0.5) - 0.5) < 0.05 for one in chance)


def test_without_parts_the_shape_is_flat():
    assert pooled([]) is FLAT
    assert pooled([past(())]) is FLAT
    assert FLAT.until(0.3) == pytest.approx(0.3)


def test_one_run_is_believed_less_than_five():
    one, five = pooled([past(COLD_THEN_WARM, cv=2.0)]), pooled([past(COLD_THEN_WARM, cv=2.0)] * 5)
    assert 0 < one.trust < five.trust


HISTORY = CostHistory(((UnitCost("fetch", "file", 100, 100.0, 0.9, COLD_THEN_WARM),),) * 5)


def left_of(seen, left):
    done = {"file": 100 - left} if left < 100 else {}
    view = StageView("fetch", 1.0, ended=False, left={"file": float(left)}, done=done, seen=seen)
    return Estimator(HISTORY).forecast([view]).seconds


def test_the_time_left_follows_the_shape():
    assert left_of((), 100) == pytest.approx(100)
    half = (Seen("file", 50, 90.0, 0.1, 50),)
    assert left_of(half, 50) == pytest.approx(10, rel=0.05)
    slow = (replace(half[0], seconds=180.0),)
    assert left_of(slow, 50) == pytest.approx(20, rel=0.1)


def test_a_shift_that_past_runs_had_is_none_and_another_one_is_believed():
    usual = Seen("file", 30, 6.0, 0.1, 30, shifted=True, units_before=50, seconds_before=90.0)
    assert left_of((usual,), 20) == pytest.approx(4, rel=0.1)
    throttled = replace(usual, seconds=60.0)
    assert left_of((throttled,), 20) > 3 * left_of((usual,), 20)
