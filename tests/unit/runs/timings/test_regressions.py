"""The regression rule: median × 1.5, median + 3 MAD, an absolute floor, comparable successful runs only."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from technic_scanner.domain.run import RunStatus
from technic_scanner.progress.slow_downs import RegressionRule, Verdict
from technic_scanner.runs.model import StageSample
from technic_scanner.runs.timings.regressions import StageCheck, regressions, slower
from tests.support.runs.make import STAGES, sample

USUAL = (1.0, 2.0, 10.0, 0.2)


def history(n: int) -> list[StageSample]:
    return [sample(number, USUAL) for number in range(n)]


def verdicts(samples: list[StageSample], run_id: str) -> dict[str, Verdict]:
    return {check.stage: check.verdict for check in regressions(samples) if check.run_id == run_id}


def flagged(samples: list[StageSample]) -> list[tuple[str, str]]:
    return [(check.run_id, check.stage) for check in slower(regressions(samples))]


def test_the_stage_that_got_slower_is_flagged_and_no_other() -> None:
    assert flagged([*history(6), sample(6, (1.0, 3.1, 10.0, 0.2))]) == [("run-0006", "data_fetching")]


def test_a_gap_between_the_stages_is_judged_like_a_stage() -> None:
    usual = [replace(run, gap_seconds=0.01) for run in history(6)]
    slow = replace(sample(6, USUAL), gap_seconds=3.0)
    assert flagged([*usual, slow]) == [("run-0006", "between_stages")]
    check = slower(regressions([*usual, slow]))[0]
    assert (check.seconds, check.cost, check.unit, check.median, check.baseline_runs) == (3.0, 3.0, "s", 0.01, 6)
    assert flagged([*usual, replace(slow, gap_seconds=0.4)]) == []
    assert verdicts([*usual[:4], slow], "run-0006")["between_stages"] is Verdict.TOO_LITTLE_HISTORY


def test_every_stage_and_then_the_gap_is_checked() -> None:
    assert [check.stage for check in regressions(history(1))] == [*STAGES, "between_stages"]


def test_up_to_one_and_a_half_times_the_median_is_normal() -> None:
    assert flagged([*history(6), sample(6, (1.5, 3.0, 15.0, 0.2))]) == []


def test_noisy_stages_need_more_than_three_mads() -> None:
    noisy = [sample(number, (1.0, spent, 10.0, 0.2)) for number, spent in enumerate((1.0, 2.0, 3.0, 4.0, 5.0))]
    # median 3, MAD 1: the limit is 6, not 4.5
    assert flagged([*noisy, sample(5, (1.0, 5.9, 10.0, 0.2))]) == []
    assert flagged([*noisy, sample(5, (1.0, 6.1, 10.0, 0.2))]) == [("run-0005", "data_fetching")]


def test_below_the_floor_nothing_is_flagged() -> None:
    assert flagged([*history(6), sample(6, (1.0, 2.0, 10.0, 0.45))]) == []
    assert flagged([*history(6), sample(6, (1.0, 2.0, 10.0, 0.55))]) == [("run-0006", "finalization")]


def test_the_limit_of_a_check_is_what_counts_as_slower_with_the_floor() -> None:
    brief = [check for check in regressions([*history(6), sample(6, (1.0, 2.0, 10.0, 0.45))]) if check.baseline_runs]
    by_stage = {check.stage: check.limit for check in brief if check.run_id == "run-0006"}
    assert by_stage["finalization"] == pytest.approx(0.5)  # not 0.3, which 0.45 s are above
    assert by_stage["data_fetching"] == pytest.approx(3.0)
    for check in (check for check in brief if check.limit is not None):
        assert (check.cost > check.limit) is (check.verdict is Verdict.SLOWER)


def test_below_five_runs_there_is_not_enough_history() -> None:
    slow = sample(9, (50.0, 50.0, 50.0, 50.0), gap_seconds=50.0)
    found = [check for check in regressions([*history(4), slow]) if check.run_id == "run-0009"]
    assert {check.verdict for check in found} == {Verdict.TOO_LITTLE_HISTORY}
    assert {(check.baseline_runs, check.median, check.limit) for check in found} == {(4, None, None)}
    assert set(verdicts([*history(5), slow], "run-0009").values()) == {Verdict.SLOWER}


def test_only_the_last_twenty_runs_count() -> None:
    old = [sample(number, (5.0, 2.0, 10.0, 0.2)) for number in range(30)]
    new = [sample(number, USUAL) for number in range(30, 50)]
    assert flagged([*old, *new, sample(50, (2.0, 2.0, 10.0, 0.2))]) == [("run-0050", "universe_loading")]


def test_runs_after_it_do_not_judge_a_run() -> None:
    samples = [sample(number, (9.0, 9.0, 90.0, 9.0)) for number in range(5)] + history(0)
    later = [sample(number, USUAL) for number in range(5, 30)]
    assert flagged([*samples, *later]) == []


def test_only_successful_runs_of_the_same_key_are_compared() -> None:
    slow = sample(20, (3.0, 2.0, 10.0, 0.2))
    others = [replace(run, comparability_key="other") for run in history(6)]
    failed = [replace(run, status=RunStatus.FAILED) for run in history(6)]
    for baseline in (others, failed):
        assert verdicts([*baseline, slow], "run-0020")["universe_loading"] is Verdict.TOO_LITTLE_HISTORY
    assert regressions([replace(slow, status=RunStatus.CANCELLED), replace(slow, comparability_key=None)]) == ()


def test_scanning_is_judged_by_the_symbol() -> None:
    wide = sample(6, (1.0, 2.0, 20.0, 0.2), symbols_scanned=200)
    dense = sample(6, (1.0, 2.0, 10.0, 0.2), symbols_scanned=50)
    assert flagged([*history(6), wide]) == []
    assert flagged([*history(6), dense]) == [("run-0006", "symbol_scanning")]
    check = slower(regressions([*history(6), dense]))[0]
    assert (check.unit, check.cost, check.median, check.seconds) == ("s/symbol", 0.2, 0.1, 10.0)


def test_a_run_that_scanned_nothing_is_not_judged_by_the_symbol() -> None:
    assert "symbol_scanning" not in verdicts([*history(6), sample(6, USUAL, symbols_scanned=0)], "run-0006")


def test_the_order_of_the_samples_does_not_matter() -> None:
    samples = [*history(6), sample(6, (4.0, 2.0, 10.0, 0.2))]
    shuffled = list(samples)
    random.Random(3).shuffle(shuffled)
    assert regressions(shuffled) == regressions(samples)
    assert regressions(samples)[0].run_id == "run-0006"


def test_noise_alone_is_seldom_flagged() -> None:
    rng = random.Random(7)
    samples = [
        sample(number, tuple(usual * rng.lognormvariate(0.0, 0.1) for usual in (2.0, 4.0, 20.0, 1.0)))
        for number in range(500)
    ]
    checks = regressions(samples)
    assert len(slower(checks)) <= 0.002 * len(checks)


def test_another_rule_can_be_given() -> None:
    strict = RegressionRule(factor=1.1, mads=0.0, floor_seconds=0.0, minimum=2)
    checks: tuple[StageCheck, ...] = regressions([*history(2), sample(2, (1.2, 2.0, 10.0, 0.2))], strict)
    assert [check.stage for check in slower(checks)] == ["universe_loading"]
    assert slower(checks)[0].limit == pytest.approx(1.1)
