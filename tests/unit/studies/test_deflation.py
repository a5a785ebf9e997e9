"""The expected best of many variants without skill: by the formula, and in simulation."""

from __future__ import annotations

import numpy as np
import pytest

from technic_scanner.studies.deflation import expected_best


@pytest.mark.parametrize("trials", [5, 20, 100])
def test_it_is_near_the_mean_of_the_largest_of_many_normal_values(trials: int) -> None:
    largest = np.random.default_rng(trials).normal(size=(20_000, trials)).max(axis=1).mean()
    assert expected_best(trials) == pytest.approx(largest, abs=0.05)


def test_a_single_variant_needs_no_more() -> None:
    assert expected_best(1) == 0.0
