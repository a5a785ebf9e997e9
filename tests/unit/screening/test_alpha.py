from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from technic_scanner.screening.alpha import FACTOR_WEIGHTS, FACTORS, alpha, alpha_scale, blend, normal_cdf
from technic_scanner.screening.indicator_names import COLUMN
from technic_scanner.screening.matrix import blank
from tests.unit.screening.chart import rows

NAN = float("nan")
READ = (
    *("momentum_12_1", "roc_5", "roc_21", "realised_vol_20", "realised_vol_60", "dollar_volume_20"),
    *("trend_slope_63", "trend_r2_63"),
)


def random_matrix(n: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    matrix = blank(n)
    for name in READ:
        matrix[:, COLUMN[name]] = rng.standard_t(3, n)
    for name in ("realised_vol_20", "realised_vol_60", "dollar_volume_20"):
        matrix[:, COLUMN[name]] = np.exp(matrix[:, COLUMN[name]])
    return matrix


def oracle(values: np.ndarray) -> np.ndarray:
    """Winsorised z-scores by scipy: percentiles as cut points, then zscore, then the limit of 3."""
    low, high = np.percentile(values, [2.5, 97.5])
    return np.clip(stats.zscore(np.clip(values, low, high)), -3, 3)


def test_each_factor_agrees_with_scipy() -> None:
    m = random_matrix(500)
    get = {name: m[:, COLUMN[name]] for name in READ}
    expected = {
        "momentum": oracle(get["momentum_12_1"]),
        "reversal": np.clip(stats.zscore((oracle(-get["roc_5"]) + oracle(-get["roc_21"])) / 2), -3, 3),
        "low_volatility": oracle(-get["realised_vol_60"]),
        "liquidity": oracle(np.log(get["dollar_volume_20"])),
        "trend_quality": oracle(get["trend_slope_63"] * get["trend_r2_63"]),
    }
    result = alpha(m)
    for j, name in enumerate(FACTORS):
        np.testing.assert_allclose(result.z[:, j], expected[name], atol=1e-12, err_msg=name)
    total = sum(w * expected[name] for w, name in zip(FACTOR_WEIGHTS, FACTORS, strict=True))
    np.testing.assert_allclose(result.composite, stats.zscore(total), atol=1e-12)
    np.testing.assert_allclose(result.score, 100 * stats.norm.cdf(stats.zscore(total)), atol=1e-10)
    np.testing.assert_allclose(result.coverage, 1.0)


def test_every_factor_has_the_weight_that_it_is_stated_to_have() -> None:
    rng = np.random.default_rng(3)
    m = blank(400)
    m[:, [COLUMN[name] for name in READ]] = np.exp(0.2 * rng.normal(size=(400, len(READ))))
    np.testing.assert_allclose(alpha(m).z.std(axis=0), 1.0, atol=0.02)


def test_a_row_is_placed_by_its_own_numbers_and_those_of_the_reference() -> None:
    m = random_matrix(200, seed=5)
    sectors = [("Energy", "Utilities", None)[k % 3] for k in range(200)]
    for neutral in (False, True):
        scale = alpha_scale(m, sectors, sector_neutral=neutral)
        whole = alpha(m, sectors, sector_neutral=neutral)
        for rows_taken in ([7], [3, 190, 44], list(range(100, 200))):
            some = alpha(m[rows_taken], [sectors[i] for i in rows_taken], sector_neutral=neutral, scale=scale)
            np.testing.assert_array_equal(some.score, whole.score[rows_taken])
            np.testing.assert_array_equal(some.coverage, whole.coverage[rows_taken])


def test_a_sector_that_the_reference_lacks_is_placed_in_all_of_it() -> None:
    m = random_matrix(50)
    scale = alpha_scale(m[1:], ["Energy"] * 49, sector_neutral=True)
    other = alpha(m[:1], ["Utilities"], sector_neutral=True, scale=scale)
    np.testing.assert_allclose(other.score, alpha(m[:1], ["Energy"], sector_neutral=True, scale=scale).score)


def test_each_factor_points_the_way_its_source_says() -> None:
    better = {
        "momentum": {"momentum_12_1": 0.5}, "reversal": {"roc_5": -0.1}, "low_volatility": {"realised_vol_60": 0.1},
        "liquidity": {"dollar_volume_20": 1e9}, "trend_quality": {"trend_slope_63": 0.9},
    }  # fmt: skip
    for name, change in better.items():
        result = alpha(rows({}, {}, change))
        assert result.z[2, FACTORS.index(name)] > result.z[0, FACTORS.index(name)]
        assert result.score[2] > 50.0 > result.score[0]


def test_factor_weights_sum_to_one() -> None:
    assert sum(FACTOR_WEIGHTS) == pytest.approx(1.0)


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_small_universes(n: int) -> None:
    result = alpha(random_matrix(n), ["Energy"] * n, sector_neutral=True)
    assert result.score.shape == (n,)
    assert np.isfinite(result.score).all()
    if n == 1:
        assert result.score.tolist() == [50.0]
        assert result.coverage.tolist() == [0.0]
    if n == 2:
        assert result.score.sum() == pytest.approx(100.0)
        assert result.score[0] != result.score[1]


@given(
    arrays(
        np.float64, st.tuples(st.integers(0, 6), st.just(len(READ))), elements=st.sampled_from([NAN, 0.0, 0.1, 2.0])
    ),
    st.booleans(),
)
def test_never_unknown_and_always_within_bounds(values: np.ndarray, neutral: bool) -> None:
    matrix = blank(len(values))
    matrix[:, [COLUMN[name] for name in READ]] = values
    result = alpha(matrix, [None, "A", "B", "A", "A", "B"][: len(values)], sector_neutral=neutral)
    assert ((result.score >= 0.0) & (result.score <= 100.0)).all()
    assert np.isfinite(result.z).all()
    assert ((result.coverage >= 0.0) & (result.coverage <= 1.0 + 1e-12)).all()


@pytest.mark.parametrize("constant", [NAN, 0.25, 0.1 + 0.2])
def test_a_constant_or_missing_column_contributes_nothing(constant: float) -> None:
    m = random_matrix(40)
    m[:, COLUMN["momentum_12_1"]] = constant
    result = alpha(m)
    assert (result.z[:, 0] == 0.0).all()
    np.testing.assert_allclose(result.coverage, 0.70)
    assert result.score.std() > 10.0


def test_a_row_without_a_factor_is_neutral_in_it_and_covers_less() -> None:
    m = random_matrix(40)
    m[3, COLUMN["momentum_12_1"]] = NAN
    result = alpha(m)
    assert result.z[3, 0] == 0.0
    assert result.coverage[3] == pytest.approx(0.70)
    assert result.coverage[4] == pytest.approx(1.0)


def test_the_shorter_volatility_stands_in_for_a_missing_longer_one() -> None:
    m = random_matrix(10)
    m[:, COLUMN["realised_vol_60"]] = NAN
    np.testing.assert_allclose(alpha(m).z[:, 2], oracle(-m[:, COLUMN["realised_vol_20"]]), atol=1e-12)


def test_an_outlier_moves_the_others_no_further_than_the_winsor_cut() -> None:
    m = random_matrix(200)
    wild = m.copy()
    wild[7, COLUMN["momentum_12_1"]] = 1e12
    tame = m.copy()
    tame[7, COLUMN["momentum_12_1"]] = 100.0
    np.testing.assert_allclose(alpha(wild).score, alpha(tame).score, atol=1e-9)


def test_sector_neutral_compares_within_the_sector() -> None:
    m = random_matrix(60, seed=4)
    sectors = ["Energy", "Utilities"] * 30
    m[::2, COLUMN["momentum_12_1"]] += 5.0
    plain, neutral = alpha(m, sectors), alpha(m, sectors, sector_neutral=True)
    assert plain.z[::2, 0].mean() > 0.5
    assert abs(neutral.z[::2, 0].mean()) < 0.1


def test_sector_neutral_in_one_sector_changes_nothing() -> None:
    m = random_matrix(30)
    np.testing.assert_allclose(alpha(m, ["Energy"] * 30, sector_neutral=True).score, alpha(m).score, atol=1e-9)


def test_blend_is_a_weighted_mean_that_unknowns_leave_alone() -> None:
    tech, score = np.array([80.0, 80.0, NAN, 80.0]), np.array([20.0, NAN, 20.0, 20.0])
    np.testing.assert_allclose(blend(tech, score, 0.25), [65.0, 80.0, NAN, 65.0])
    np.testing.assert_allclose(blend(tech, score, np.array([0.0, 1.0, 0.5, 1.0])), [80.0, 80.0, NAN, 20.0])


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 1))
def test_blend_lies_between(tech: float, score: float, weight: float) -> None:
    value = blend(np.array([tech]), np.array([score]), weight)[0]
    assert min(tech, score) - 1e-9 <= value <= max(tech, score) + 1e-9


def test_normal_cdf_agrees_with_scipy() -> None:
    x = np.linspace(-8, 8, 401)
    np.testing.assert_allclose(normal_cdf(x), stats.norm.cdf(x), atol=1e-15)
