import math
import random

import pytest

from technic_scanner.progress.shifts import since_last_shift
from technic_scanner.progress.work_log import MAX_BLOCKS, CellLog, WorkLog, total_of, unit_cv


def log_of(costs):
    cell = CellLog()
    for cost in costs:
        cell.add(1, cost)
    return cell


def noisy(random_, level, count, sigma=0.5):
    return [level * math.exp(random_.gauss(0, sigma)) for _ in range(count)]


@pytest.mark.parametrize("seed", range(20))
def test_a_steady_level_has_no_shift(seed):
    cell = log_of(noisy(random.Random(seed), 0.1, 400, sigma=0.8))
    assert since_last_shift(cell.blocks) == cell.blocks


@pytest.mark.parametrize("seed", range(10))
def test_a_throttled_provider_is_noticed_and_only_what_came_after_counts(seed):
    random_ = random.Random(seed)
    cell = log_of(noisy(random_, 0.1, 300) + noisy(random_, 0.3, 60))
    after = total_of(since_last_shift(cell.blocks))
    assert 40 <= after.steps <= 80
    assert after.seconds / after.units == pytest.approx(0.3 * math.exp(0.125), rel=0.3)


def test_of_two_shifts_the_last_counts():
    random_ = random.Random(1)
    cell = log_of(noisy(random_, 0.1, 60) + noisy(random_, 1.0, 60) + noisy(random_, 0.2, 60))
    assert total_of(since_last_shift(cell.blocks)).steps == pytest.approx(60, abs=10)


def test_few_steps_are_no_evidence():
    cell = log_of([0.1] * 19 + [1.0] * 19)
    assert since_last_shift(cell.blocks) == cell.blocks


def test_blocks_are_merged_without_loss():
    random_ = random.Random(2)
    costs = noisy(random_, 0.1, 5000)
    cell = log_of(costs)
    done = total_of(cell.blocks)
    assert len(cell.blocks) <= MAX_BLOCKS
    assert cell.units == done.units == done.steps == 5000
    assert done.seconds == pytest.approx(math.fsum(costs))
    assert done.log_sum == pytest.approx(math.fsum(math.log(cost) for cost in costs))
    assert cell.blocks[-1].steps == 1


@pytest.mark.parametrize("batch", [1, 10])
def test_cv_is_that_of_single_units_whatever_the_batches(batch):
    random_ = random.Random(3)
    cell = CellLog()
    for _ in range(4000):
        cell.add(batch, math.fsum(random_.gammavariate(4, 0.25) for _ in range(batch)))
    assert unit_cv(total_of(cell.blocks)) == pytest.approx(0.5, rel=0.1)


def test_bursts_do_not_pass_for_wild_units():
    cell = CellLog()
    for _ in range(10):
        cell.add(250, 1.0)
        cell.add(250, 1e-3)
    assert unit_cv(total_of(cell.blocks)) == pytest.approx(math.sqrt(250))


def test_steps_too_short_to_time_are_summed():
    cell = log_of([1e-5] * 250)
    assert total_of(cell.blocks).steps == 2
    assert cell.units == 250


def test_a_stage_that_reports_nothing_is_one_unit():
    work = WorkLog()
    assert work.unit_costs("x") == ()
    work.end(5.0)
    assert work.unit_costs("x") == ()
    work.start(10.0)
    work.end(14.0)
    (cost,) = work.unit_costs("x")
    assert (cost.unit_class, cost.units, cost.seconds) == ("stage", 1, 4.0)


def test_a_pause_between_two_starts_is_not_the_stages():
    work = WorkLog()
    work.start(0.0)
    work.observe("a", 1, 2.0, None)
    work.end(2.0)
    work.start(100.0)
    work.observe("a", 1, 103.0, None)
    work.end(103.0)
    (cost,) = work.unit_costs("x")
    assert (cost.units, cost.seconds) == (2, pytest.approx(5.0))
