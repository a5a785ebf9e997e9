import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.progress.gaussian import condition, quadratic_form


@given(st.integers(1, 7), st.integers(0, 7), st.integers(0, 2**32 - 1))
def test_conditioning_agrees_with_the_textbook_formula(size, seen_count, seed):
    random = np.random.default_rng(seed)
    factor = random.normal(size=(size, size))
    covariance = factor @ factor.T + 0.1 * np.eye(size)
    mean = random.normal(size=size)
    seen = sorted(random.permutation(size)[: min(seen_count, size)].tolist())
    values, noise = random.normal(size=len(seen)), random.uniform(0.01, 2, size=len(seen))

    wanted = sorted(random.permutation(size)[: random.integers(0, size + 1)].tolist())

    known = condition(mean.tolist(), covariance.tolist(), seen, values.tolist(), noise.tolist(), wanted)

    pick = np.eye(size)[seen]
    gain = covariance @ pick.T @ np.linalg.inv(pick @ covariance @ pick.T + np.diag(noise)) if seen else None
    expected_mean = mean + gain @ (values - pick @ mean) if seen else mean
    expected_covariance = covariance - gain @ pick @ covariance if seen else covariance
    assert np.allclose(known.means, expected_mean[wanted])
    assert np.allclose(
        np.reshape(known.covariance, (len(wanted), len(wanted))), expected_covariance[np.ix_(wanted, wanted)]
    )


def test_what_is_not_positive_definite_is_refused():
    with pytest.raises(ValueError, match="math domain error"):
        condition([0.0, 0.0], [[1.0, 2.0], [2.0, 1.0]], [0, 1], [0.0, 0.0], [0.0, 0.0], [0, 1])


def test_a_quadratic_form_is_never_negative():
    assert quadratic_form([1.0, 2.0], [[2.0, 1.0], [1.0, 3.0]]) == 18.0
    assert quadratic_form([1.0, -1.0], [[0.0, 1e-17], [1e-17, 0.0]]) == 0.0
