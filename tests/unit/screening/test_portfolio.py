from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from technic_scanner.screening.portfolio import (
    METHODS,
    MOST_CORRELATED_ROWS,
    Portfolio,
    allocate,
    risk_parity,
    shrunk_correlation,
)

NAN = float("nan")


def correlated(n: int, sessions: int, seed: int = 0, strength: float = 0.02) -> np.ndarray:
    rng = np.random.default_rng(seed)
    market = rng.normal(0, strength, sessions)
    return market + rng.normal(0, 0.01, (n, sessions)) * rng.uniform(0.5, 3.0, (n, 1))


def build(method: str, n: int, **changes: object) -> Portfolio:
    given_ = {
        "score": np.linspace(55, 90, n), "volatility": np.linspace(0.1, 0.5, n), "sectors": ["Energy"] * n,
        "returns": correlated(n, 120),
    }  # fmt: skip
    return allocate(method, **(given_ | changes))  # type: ignore[arg-type]


def test_equal() -> None:
    assert build("equal", 4).weights.tolist() == [0.25] * 4


def test_score_weighs_what_lies_above_fifty() -> None:
    result = build("score", 3, score=np.array([60.0, 80.0, 45.0]))
    np.testing.assert_allclose(result.weights, [0.25, 0.75, 0.0])


def test_score_without_any_above_fifty_is_equal_and_says_so() -> None:
    result = build("score", 2, score=np.array([40.0, NAN]))
    assert result.weights.tolist() == [0.5, 0.5]
    assert "above 50" in result.notes[0]


def test_inverse_volatility() -> None:
    result = build("inverse_volatility", 3, volatility=np.array([0.1, 0.2, 0.4]))
    np.testing.assert_allclose(result.weights, np.array([4, 2, 1]) / 7)


def test_unknown_volatility_is_given_the_median_and_said() -> None:
    result = build("inverse_volatility", 4, volatility=np.array([0.1, NAN, 0.2, 0.4]))
    np.testing.assert_allclose(result.weights, np.array([10, 5, 5, 2.5]) / 22.5)
    assert "1 picks of unknown volatility" in result.notes[0]
    nothing = build("inverse_volatility", 2, volatility=np.array([NAN, 0.0]))
    assert nothing.weights.tolist() == [0.5, 0.5]
    assert "known volatility" in nothing.notes[0]


def test_risk_parity_has_equal_risk_contributions() -> None:
    covariance = np.cov(correlated(8, 500))
    weights = risk_parity(covariance)
    contributions = weights * (covariance @ weights)
    np.testing.assert_allclose(contributions, contributions.mean(), rtol=1e-7)
    assert weights.sum() == pytest.approx(1.0)
    assert (weights > 0).all()


def test_risk_parity_agrees_with_a_general_optimiser() -> None:
    covariance = np.cov(correlated(5, 500, seed=3)) * 1e4

    def objective(x: np.ndarray) -> float:
        return 0.5 * x @ covariance @ x - np.log(x).sum() / 5

    found = optimize.minimize(objective, np.ones(5), bounds=[(1e-6, None)] * 5, options={"ftol": 1e-15, "gtol": 1e-10})
    np.testing.assert_allclose(risk_parity(covariance), found.x / found.x.sum(), atol=1e-5)


def test_risk_parity_of_uncorrelated_returns_is_inverse_volatility() -> None:
    np.testing.assert_allclose(risk_parity(np.diag([0.01, 0.04, 0.16])), np.array([4, 2, 1]) / 7, rtol=1e-9)


def test_risk_parity_copes_with_negative_correlation() -> None:
    covariance = np.array([[0.04, -0.03, 0.0], [-0.03, 0.09, 0.01], [0.0, 0.01, 0.02]])
    weights = risk_parity(covariance)
    contributions = weights * (covariance @ weights)
    np.testing.assert_allclose(contributions, contributions.mean(), rtol=1e-7)


def naive_shrinkage(returns: np.ndarray) -> np.ndarray:
    """Ledoit-Wolf (2004), lemma 3.2 and following, term by term."""
    n, sessions = returns.shape
    z = (returns - returns.mean(axis=1, keepdims=True)) / returns.std(axis=1, keepdims=True)
    sample = sum(np.outer(z[:, t], z[:, t]) for t in range(sessions)) / sessions
    d2 = ((sample - np.eye(n)) ** 2).sum()
    b2 = sum(((np.outer(z[:, t], z[:, t]) - sample) ** 2).sum() for t in range(sessions)) / sessions**2
    rho = min(b2, d2) / d2
    return rho * np.eye(n) + (1 - rho) * sample


@pytest.mark.parametrize(("n", "sessions"), [(2, 25), (6, 40), (10, 300)])
def test_shrinkage_agrees_with_the_paper_term_by_term(n: int, sessions: int) -> None:
    returns = correlated(n, sessions)
    np.testing.assert_allclose(shrunk_correlation(returns), naive_shrinkage(returns), atol=1e-12)


def test_shrinkage_makes_more_rows_than_sessions_invertible() -> None:
    shrunk = shrunk_correlation(correlated(60, 25))
    assert np.linalg.eigvalsh(shrunk).min() > 1e-3


def test_shrinkage_of_rows_that_do_not_move() -> None:
    returns = np.vstack([np.zeros(30), correlated(1, 30)])
    np.testing.assert_allclose(shrunk_correlation(returns), np.eye(2))


def test_risk_parity_gives_two_twins_what_one_stranger_gets() -> None:
    rng = np.random.default_rng(7)
    twin, stranger = rng.normal(0, 0.01, 2000), rng.normal(0, 0.01, 2000)
    returns = np.vstack([twin, twin + rng.normal(0, 1e-4, 2000), stranger])
    weights = build("risk_parity", 3, returns=returns).weights
    assert weights[2] == pytest.approx(2**0.5 / (2 + 2**0.5), abs=0.02)
    hedged = build("risk_parity", 3, returns=returns, side=np.array([1, -1, 1])).weights
    assert hedged[0] > 0.40
    assert hedged[2] < 0.1


def test_risk_parity_weighs_by_the_volatility_of_the_returns_not_the_one_given() -> None:
    rng = np.random.default_rng(8)
    returns = rng.normal(0, 0.01, (2, 3000)) * np.array([[1.0], [3.0]])
    weights = build("risk_parity", 2, returns=returns, volatility=np.array([0.9, 0.1])).weights
    np.testing.assert_allclose(weights, [0.75, 0.25], atol=0.01)


@pytest.mark.parametrize(
    ("returns", "said"),
    [
        (None, "shared returns"),
        (correlated(4, 19), "shared returns"),
        (np.full((4, 100), NAN), "shared returns"),
        (np.zeros((4, 100)), "did not move"),
    ],
)
def test_risk_parity_without_usable_returns_is_inverse_volatility_and_says_so(
    returns: np.ndarray | None, said: str
) -> None:
    result = build("risk_parity", 4, returns=returns)
    np.testing.assert_allclose(result.weights, build("inverse_volatility", 4).weights)
    assert said in result.notes[0]


def test_risk_parity_uses_the_sessions_that_all_rows_have() -> None:
    returns = correlated(3, 80)
    gappy = np.insert(returns, 40, [NAN, 5.0, 5.0], axis=1)
    np.testing.assert_allclose(
        build("risk_parity", 3, returns=gappy).weights, build("risk_parity", 3, returns=returns).weights
    )


def test_too_many_rows_for_a_covariance_says_so() -> None:
    result = build("risk_parity", MOST_CORRELATED_ROWS + 1)
    assert "without correlations" in result.notes[0]


def test_a_sector_cap_hands_the_rest_to_other_sectors() -> None:
    result = build("equal", 4, sectors=["Energy", "Energy", "Energy", "Utilities"], sector_cap=0.6)
    np.testing.assert_allclose(result.weights, [0.2, 0.2, 0.2, 0.4])
    assert result.cash == 0.0
    assert result.notes == ()


def test_caps_that_leave_no_room_leave_cash_and_say_so() -> None:
    result = build("equal", 4, sectors=["Energy", "Energy", "Utilities", "Utilities"], sector_cap=0.3)
    np.testing.assert_allclose(result.weights, 0.15)
    assert result.cash == pytest.approx(0.4)
    assert result.notes == ("The caps leave 40.0% in cash.",)


def test_unknown_sectors_have_no_cap_and_it_is_said() -> None:
    result = build("equal", 4, sectors=[None, None, None, "Energy"], sector_cap=0.1)
    np.testing.assert_allclose(result.weights, [0.3, 0.3, 0.3, 0.1])
    assert result.notes == ("3 of 4 picks have no known sector and no sector cap.",)


def test_a_position_cap_binds_each() -> None:
    result = build("score", 3, score=np.array([51.0, 52.0, 90.0]), position_cap=0.5)
    np.testing.assert_allclose(result.weights, [0.5 / 3, 1.0 / 3, 0.5])


@given(
    st.sampled_from(METHODS),
    st.lists(st.tuples(st.sampled_from(["A", "B", "C", None]), st.floats(0, 100), st.floats(0.01, 2)), max_size=12),
    st.floats(0.05, 1.0),
    st.floats(0.05, 1.0),
)
def test_the_invariants_of_every_portfolio(
    method: str, picks: list[tuple[str | None, float, float]], sector_cap: float, position_cap: float
) -> None:
    n = len(picks)
    result = allocate(
        method,
        score=np.array([s for _, s, _ in picks]),
        volatility=np.array([v for _, _, v in picks]),
        sectors=[name for name, _, _ in picks],
        returns=correlated(n, 60),
        sector_cap=sector_cap,
        position_cap=position_cap,
    )
    assert result.weights.shape == (n,)
    assert (result.weights >= 0).all()
    assert result.weights.sum() + result.cash == pytest.approx(1.0, abs=1e-8)
    assert (result.weights <= position_cap + 1e-9).all()
    for sector in "ABC":
        held = sum(w for w, (name, _, _) in zip(result.weights, picks, strict=True) if name == sector)
        assert held <= sector_cap + 1e-9
    if result.cash > 1e-6 and n:
        assert any("in cash" in note for note in result.notes)
        # Cash is left only when every row that could take more stands at a cap or weighs nothing.
        for w, (name, _, _) in zip(result.weights, picks, strict=True):
            group = sum(v for v, (other, _, _) in zip(result.weights, picks, strict=True) if other == name)
            assert w == 0.0 or w >= position_cap - 1e-6 or (name is not None and group >= sector_cap - 1e-6)


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(ValueError, match="equal, score"):
        build("kelly", 2)
