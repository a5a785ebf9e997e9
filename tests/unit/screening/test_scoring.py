from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from technic_scanner.domain.profiles import PROFILE_WEIGHTS, STRATEGY_PROFILES, SUB_SCORES
from technic_scanner.errors import ConfigError
from technic_scanner.screening.indicator_names import COLUMN, INDICATORS
from technic_scanner.screening.matrix import blank
from technic_scanner.screening.scoring import (
    INPUTS,
    missing_inputs,
    profile_weights,
    sub_scores,
    tech_rating,
)
from tests.unit.screening.chart import mirrored, rows
from tests.unit.screening.score_formulas import sub_scores_of_columns

NAN = float("nan")
numbers = st.one_of(st.floats(-1e6, 1e6), st.sampled_from([NAN, 0.0, 1.0, -1.0]))


def clip(value: float) -> float:
    return min(max(value, -1.0), 1.0)


def mean_score(*parts: float) -> float:
    return 50.0 + 50.0 * sum(clip(part) for part in parts) / len(parts)


# Worked out by hand from docs/numbers.md for the rising chart of chart.py.
BY_HAND = {
    # (100 - 98) / 4, (98 - 96) / 4, (96 - 90) / 12, (30 - 10) / 40 at ADX >= 25, 0.4 x 0.8 / 0.5
    "trend": mean_score(0.5, 0.5, 0.5, 0.5, 0.64),
    "momentum": mean_score(
        0.04 / (2 * 0.2 * math.sqrt(21 / 252)),
        0.08 / (2 * 0.25 * math.sqrt(63 / 252)),
        0.15 / (2 * 0.25 * math.sqrt(231 / 252)),
        0.5 / 1.0,
        0.2 / 0.4,
    ),
    # 0.25 / 0.5, (65 - 50) / 30, 0.01 over a daily sd of 0.0126 times (1.5 - 1) / 2
    "volume": mean_score(0.5, 0.5, 0.01 / (0.2 / math.sqrt(252)) * 0.25),
    "volatility": mean_score(math.log2(0.30 / 0.25), math.log2(0.02 / 0.02), (1 - 0.2 / 0.25) / 0.5),
    "oscillator": mean_score(-10 / 20, -30 / 30, 10 / 20, -0.25 / 0.5, -0.02 / (2 * 0.2 * math.sqrt(5 / 252))),
    "breakout": mean_score(
        (2 * 100 - 101 - 95) / 6,
        0.0,
        (2 * 100 - 100 / 0.98 - 100 / 1.3) / (100 / 0.98 - 100 / 1.3),
        0.01 / (2 * 0.2 / math.sqrt(252)) * 0.2,
    ),
}


@pytest.mark.parametrize("name", SUB_SCORES)
def test_sub_scores_of_a_chart_worked_out_by_hand(name: str) -> None:
    assert sub_scores(rows({}))[0, SUB_SCORES.index(name)] == pytest.approx(BY_HAND[name], abs=1e-12)


def test_a_chart_turned_upside_down_scores_the_opposite() -> None:
    up, down = sub_scores(rows({}))[0], sub_scores(mirrored())[0]
    volatility = SUB_SCORES.index("volatility")
    np.testing.assert_allclose(np.delete(down, volatility), 100.0 - np.delete(up, volatility), atol=1e-9)
    assert down[volatility] == up[volatility]


def test_a_bearish_chart_rates_low_in_every_trend_following_profile() -> None:
    for profile in ("short_term_swing", "position", "breakout"):
        rating, _ = tech_rating(sub_scores(np.vstack([rows({}), mirrored()])), profile_weights(profile))
        assert rating[0] > 55.0
        assert rating[1] < 45.0


def test_a_short_history_scores_from_what_it_has() -> None:
    young = dict.fromkeys(("sma_200", "momentum_12_1", "high_252_distance", "low_252_distance"), NAN)
    sub = sub_scores(rows(young))
    assert np.isfinite(sub).all()
    assert sub[0, 0] == pytest.approx(mean_score(0.5, 0.5, 0.5, 0.64))
    assert missing_inputs(rows({}, young)) == (
        "",
        "sma_200, momentum_12_1, high_252_distance, low_252_distance",
    )


def test_a_sub_score_without_any_input_is_unknown_and_only_that_one() -> None:
    sub = sub_scores(rows(dict.fromkeys(("obv_slope", "mfi_14", "relative_volume"), NAN)))
    assert [SUB_SCORES[j] for j in np.flatnonzero(np.isnan(sub[0]))] == ["volume"]


def test_a_price_that_never_moved_is_neutral() -> None:
    flat = dict.fromkeys(INPUTS["momentum"] + INPUTS["volume"] + INPUTS["breakout"] + INPUTS["trend"], 0.0)
    flat |= dict.fromkeys(("close", "sma_20", "sma_50", "sma_200", "prior_high_20", "prior_low_20"), 100.0)
    # TA-Lib's answers for a flat price.
    flat |= {"rsi_14": 0.0, "stoch_k": 0.0, "stoch_d": 0.0, "mfi_14": 0.0, "bollinger_pct_b": NAN, "roc_5": 0.0}
    flat |= {"trend_r2_63": NAN, "true_range_expansion": NAN}
    sub = sub_scores(rows(flat))[0]
    assert dict(zip(SUB_SCORES, sub.tolist(), strict=True)) == {
        "trend": 50.0, "momentum": 50.0, "volume": 50.0, "volatility": pytest.approx(50.0 + 50.0 * 2 / 3),
        "oscillator": 50.0, "breakout": 50.0,
    }  # fmt: skip


@given(arrays(np.float64, (6, len(INDICATORS)), elements=numbers))
def test_every_score_is_unknown_or_from_0_to_100(matrix: np.ndarray) -> None:
    sub = sub_scores(matrix)
    known = sub[~np.isnan(sub)]
    assert ((known >= 0.0) & (known <= 100.0)).all()
    rating, missing = tech_rating(sub, profile_weights("short_term_swing"))
    assert np.isnan(rating).tolist() == missing.all(axis=1).tolist()
    assert ((rating >= 0.0) & (rating <= 100.0) | np.isnan(rating)).all()


@given(arrays(np.float64, (5, len(INDICATORS)), elements=numbers))
def test_a_row_scores_the_same_alone_and_among_others(matrix: np.ndarray) -> None:
    together = sub_scores(matrix)
    alone = np.vstack([sub_scores(matrix[i : i + 1]) for i in range(len(matrix))])
    np.testing.assert_array_equal(together, alone)


def test_scores_do_not_depend_on_the_unit_of_price() -> None:
    prices = [
        *("close", "sma_20", "sma_50", "sma_200", "atr_14", "macd_hist", "macd_hist_prev"),
        *("prior_high_20", "prior_low_20"),
    ]
    scaled = rows({})
    scaled[:, [COLUMN[name] for name in prices]] *= 1e-4
    np.testing.assert_allclose(sub_scores(scaled), sub_scores(rows({})), rtol=1e-12)


def test_rating_is_the_weighted_mean_of_what_is_known() -> None:
    sub = np.array([[80.0, 60.0, 50.0, 40.0, 30.0, 20.0], [80.0, NAN, 50.0, NAN, NAN, NAN], [NAN] * 6])
    weights = profile_weights("short_term_swing")
    rating, missing = tech_rating(sub, weights)
    assert rating[0] == pytest.approx((3 * 80 + 3 * 60 + 2 * 50 + 40 + 30 + 20) / 11)
    assert rating[1] == pytest.approx((3 * 80 + 2 * 50) / 5)
    assert math.isnan(rating[2])
    assert missing.tolist() == [[False] * 6, [False, True, False, True, True, True], [True] * 6]


def test_a_rating_whose_only_known_sub_scores_weigh_nothing_is_unknown() -> None:
    sub = np.array([[NAN, 70.0, NAN, NAN, NAN, 70.0]])
    assert math.isnan(tech_rating(sub, profile_weights("mean_reversion"))[0][0])


def test_every_profile_has_weights_that_sum_to_one() -> None:
    assert set(PROFILE_WEIGHTS) == set(STRATEGY_PROFILES)
    for profile in STRATEGY_PROFILES:
        assert math.fsum(profile_weights(profile)) == pytest.approx(1.0, abs=1e-12)
        assert math.fsum(PROFILE_WEIGHTS[profile]) == pytest.approx(1.0, abs=1e-12)


def test_overrides_replace_weights_and_the_rest_is_scaled() -> None:
    weights = profile_weights("mean_reversion", [("momentum", 1.0)])
    assert weights == pytest.approx((0.125, 0.5, 0.05, 0.075, 0.25, 0.0))


@pytest.mark.parametrize(
    ("profile", "overrides", "fields"),
    [
        ("scalping", [], ["strategy_profile_name"]),
        ("position", [("trendy", 1.0), ("trend", -1.0)], ["profile_weights", "profile_weights.trend"]),
        ("position", [("trend", math.inf)], ["profile_weights.trend"]),
        ("position", [("trend", NAN)], ["profile_weights.trend"]),
        ("position", [(name, 0.0) for name in SUB_SCORES], ["profile_weights"]),
    ],
)
def test_bad_weights_are_all_named(profile: str, overrides: list[tuple[str, float]], fields: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        profile_weights(profile, overrides)
    assert [problem.field for problem in caught.value.problems] == fields


def test_no_rows() -> None:
    sub = sub_scores(blank(0))
    assert sub.shape == (0, 6)
    assert tech_rating(sub, profile_weights("position"))[0].shape == (0,)
    assert missing_inputs(blank(0)) == ()


unusual = st.one_of(numbers, st.sampled_from([math.inf, -math.inf, 1e300, 5e-324]))


@given(arrays(np.float64, st.tuples(st.integers(0, 8), st.just(len(INDICATORS))), elements=unusual))
def test_the_kernel_has_the_bits_of_the_formulas_over_whole_columns(indicators: np.ndarray) -> None:
    np.testing.assert_array_equal(sub_scores(indicators), sub_scores_of_columns(indicators))
