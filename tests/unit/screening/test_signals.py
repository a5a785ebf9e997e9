from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.screening.signals import SIGNALS, TIERS, judge, select

NAN = float("nan")
scores = st.lists(st.one_of(st.floats(0, 100), st.just(NAN)), max_size=12)


def agreeing(n: int, value: float = 80.0) -> np.ndarray:
    return np.full((n, 6), value)


@pytest.mark.parametrize(
    ("score", "both", "long", "short"),
    [
        (70.0, "Strong Long", "Strong Long", "Neutral"),
        (69.99, "Long", "Long", "Neutral"),
        (60.0, "Long", "Long", "Neutral"),
        (59.99, "Neutral", "Neutral", "Neutral"),
        (40.01, "Neutral", "Neutral", "Neutral"),
        (40.0, "Short", "Neutral", "Short"),
        (30.0, "Strong Short", "Neutral", "Strong Short"),
        (NAN, "Neutral", "Neutral", "Neutral"),
    ],
)
def test_signal_by_score_and_direction(score: float, both: str, long: str, short: str) -> None:
    for direction, expected in (("both", both), ("long", long), ("short", short)):
        assert judge(np.array([score]), agreeing(1), direction).signal == (expected,)


@given(scores, st.sampled_from(["long", "short", "both"]))
def test_side_and_rank_agree_with_the_direction(values: list[float], direction: str) -> None:
    score = np.array(values)
    result = judge(score, agreeing(len(values)), direction)
    assert set(result.side.tolist()) <= {"long": {1}, "short": {-1}, "both": {1, -1}}[direction]
    np.testing.assert_array_equal(result.rank_score, np.where(result.side > 0, score, 100.0 - score))
    assert set(result.signal) <= set(SIGNALS)
    assert set(result.tier) <= set(TIERS)
    for name, side, tier in zip(result.signal, result.side.tolist(), result.tier, strict=True):
        assert ("Long" in name and side == 1) or ("Short" in name and side == -1) or name == "Neutral"
        assert (tier == "watch") == (name == "Neutral")


def test_a_mirrored_score_gives_the_mirrored_signal() -> None:
    score = np.array([12.0, 35.0, 45.0, 66.0, 91.0])
    up, down = judge(score, agreeing(5), "both"), judge(100.0 - score, agreeing(5), "both")
    assert [SIGNALS.index(name) for name in up.signal] == [4 - SIGNALS.index(name) for name in down.signal]
    np.testing.assert_allclose(up.rank_score, down.rank_score)


def test_core_needs_strength_agreement_completeness_and_calm() -> None:
    sub = np.array(
        [
            [80, 80, 80, 30, 20, 80],
            [80, 80, 80, 40, 20, 80],
            [80, 80, 50, 40, 20, 80],
            [80, 80, NAN, 80, 20, 80],
            [80, 80, 80, 29, 20, 80],
            [80, 50, NAN, 29, 20, 80],
        ]
    )
    result = judge(np.array([70.0, 69.99, 75.0, 75.0, 75.0, 65.0]), sub, "long")
    assert result.tier == ("core", "satellite", "satellite", "satellite", "satellite", "satellite")
    assert result.reasons == (
        "Core: a long score of 70.0, 4 of 6 sub-scores agree.",
        "Satellite: a long score of 69.99, but below the 70 of a strong signal.",
        "Satellite: a long score of 75.0, but fewer than 4 sub-scores agree.",
        "Satellite: a long score of 75.0, but a sub-score is missing.",
        "Satellite: a long score of 75.0, but its volatility sub-score is below 30.",
        (
            "Satellite: a long score of 65.0, but below the 70 of a strong signal and fewer than 4 sub-scores agree"
            " and a sub-score is missing and its volatility sub-score is below 30."
        ),
    )


@pytest.mark.parametrize(
    ("score", "said"),
    [
        (72.46, "72.5"),
        (72.44, "72.4"),
        (59.94, "59.9"),
        (59.96, "59.96"),
        (59.9999, "59.99"),
        (60.04, "60.0"),
        (69.951, "69.95"),
        (69.94, "69.9"),
        (70.0, "70.0"),
    ],
)
def test_a_score_reads_as_everywhere_unless_rounding_would_lift_it_to_a_threshold(score: float, said: str) -> None:
    (reason,) = judge(np.array([score]), agreeing(1), "long").reasons
    assert f"long score of {said}" in reason
    for threshold in (60.0, 70.0):
        assert (float(said) >= threshold) is (score >= threshold)


def test_sub_scores_agree_with_a_short_when_they_are_low() -> None:
    result = judge(np.array([20.0, 20.0]), np.array([[20, 20, 20, 60, 80, 20], [80, 80, 80, 60, 20, 80.0]]), "both")
    assert result.tier == ("core", "satellite")
    assert result.reasons[0] == "Core: a short score of 80.0, 4 of 6 sub-scores agree."


def test_watch_says_what_is_lacking() -> None:
    result = judge(np.array([59.99, NAN]), agreeing(2), "long")
    assert result.reasons == (
        "Watch: its long score of 59.99 is below the 60 that a signal needs.",
        "Watch: its score is unknown.",
    )


@pytest.mark.parametrize(
    ("values", "top_n", "order", "picked", "passing", "note"),
    [
        ([61, 90, 50, 65], 2, [1, 3, 0, 2], 2, 3, "3 of 4 rows have a signal; the best 2 are picks."),
        ([61, 90, 50, 65], 3, [1, 3, 0, 2], 3, 3, "3 of 4 rows have a signal; all are picks."),
        ([61, 50, 55, 40], 3, [0, 2, 1, 3], 1, 1, "1 of 4 rows has a signal; all are picks."),
        ([50, 55], 5, [1, 0], 0, 0, "0 of 2 rows have a signal."),
        ([50, 65], None, [1, 0], 1, 1, "1 of 2 rows has a signal; all are picks."),
        ([NAN, 20, 65], None, [2, 1, 0], 1, 1, "1 of 3 rows has a signal; all are picks."),
        ([], 5, [], 0, 0, "No row was left to rank."),
    ],
)
def test_selection(
    values: list[float], top_n: int | None, order: list[int], picked: int, passing: int, note: str
) -> None:
    selection = select(judge(np.array(values, dtype=float), agreeing(len(values)), "long"), top_n)
    assert selection.order.tolist() == order
    assert (selection.picked, selection.passing) == (picked, passing)
    assert selection.note == note


def test_ties_keep_the_order_of_the_rows() -> None:
    selection = select(judge(np.full(50, 65.0), agreeing(50), "long"), 10)
    assert selection.order.tolist() == list(range(50))


@given(scores, st.one_of(st.none(), st.integers(1, 15)))
def test_every_row_is_ranked_and_the_best_with_a_signal_are_picks(values: list[float], top_n: int | None) -> None:
    signals = judge(np.array(values), agreeing(len(values)), "both")
    selection = select(signals, top_n)
    assert sorted(selection.order.tolist()) == list(range(len(values)))
    ranks = np.nan_to_num(signals.rank_score, nan=-1.0)[selection.order]
    assert (np.diff(ranks) <= 0).all()
    named = [signals.signal[row] != "Neutral" for row in selection.order.tolist()]
    assert named == sorted(named, reverse=True)
    assert selection.passing == sum(named)
    assert selection.picked == min(sum(named), len(named) if top_n is None else top_n)


@given(scores)
def test_reasons_are_those_of_each_row_alone(values: list[float]) -> None:
    together = judge(np.array(values), agreeing(len(values)), "both").reasons
    assert together == tuple(judge(np.array([value]), agreeing(1), "both").reasons[0] for value in values)
