from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.progress.gaussian import condition
from technic_scanner.progress.shared_factor import SharedFactor


@given(st.integers(1, 9), st.integers(0, 9), st.floats(0.0, 0.95), st.integers(0, 2**32 - 1))
def test_a_shared_factor_is_known_as_its_whole_covariance_says(
    size: int, seen_count: int, correlation: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    means, sds = random.normal(size=size), random.uniform(0.05, 2.0, size=size)
    seen = random.permutation(size)[: min(seen_count, size)].tolist()
    values, noise = random.normal(size=len(seen)).tolist(), random.uniform(1e-8, 2.0, size=len(seen)).tolist()
    wanted = random.permutation(size)[: random.integers(0, size + 1)].tolist()
    covariance = np.outer(sds, sds) * (correlation + (1.0 - correlation) * np.eye(size))

    known = SharedFactor(means.tolist(), sds.tolist(), correlation).given(seen, values, noise, wanted)
    expected = condition(means.tolist(), covariance.tolist(), seen, values, noise, wanted)

    weights = random.uniform(0.0, 3.0, size=len(wanted)).tolist()
    np.testing.assert_allclose(known.means, expected.means, rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(known.sds, expected.sds, atol=1e-5)
    np.testing.assert_allclose(known.sd_of_sum(weights), expected.sd_of_sum(weights), atol=1e-5)


def test_what_was_measured_exactly_is_known_and_moves_the_others_by_the_correlation() -> None:
    known = SharedFactor([0.0, 1.0], [0.5, 0.25], 0.8).given([0], [1.0], [1e-12], [0, 1])
    np.testing.assert_allclose(known.means, [1.0, 1.0 + 0.8 * 0.25 / 0.5], rtol=1e-9)
    np.testing.assert_allclose(known.sds, [0.0, 0.25 * np.sqrt(1.0 - 0.8**2)], atol=2e-6)


def test_nothing_wanted_has_no_spread() -> None:
    known = SharedFactor([0.0], [1.0], 0.5).given([0], [0.3], [0.1], [])
    assert (known.means, known.sds, known.sd_of_sum([])) == ([], [], 0.0)
