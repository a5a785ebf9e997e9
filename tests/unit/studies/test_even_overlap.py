"""The quicker fit of evenly spaced dates is the one of any dates."""

from __future__ import annotations

import numpy as np
import pytest

from technic_scanner.screening.overlap import standard_error
from technic_scanner.screening.overlap_fit import OverlapFits, fit_overlap
from technic_scanner.studies import even_overlap
from technic_scanner.studies.even_overlap import fit_even

DECAYS, COMMON = np.array([1.0, 1.0, 0.995, 0.94]), np.array([1.0, 0.3, 0.9, 1.0])


def assert_same(one: OverlapFits, other: OverlapFits) -> None:
    for name in ("residuals", "precision", "log_det", "mean_covariance"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-10, err_msg=name)


@pytest.mark.parametrize("step", [1, 3, 21])
@pytest.mark.parametrize("horizon", [1, 5, 21, 63])
@pytest.mark.parametrize("count", [2, 30, 1200])
def test_it_is_the_fit_of_any_dates(step: int, horizon: int, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(step + horizon)
    values, sessions = rng.normal(size=count), 7 + step * np.arange(count)
    wanted = fit_overlap(values, sessions, horizon, DECAYS, COMMON)
    monkeypatch.setattr(even_overlap, "fit_overlap", None)  # it must not be needed
    assert_same(fit_even(values, sessions, horizon, DECAYS, COMMON), wanted)


def test_so_is_the_standard_error() -> None:
    rng = np.random.default_rng(5)
    values, sessions = np.convolve(rng.normal(size=320), np.ones(21), "valid"), np.arange(300)
    for alike in (1.0, 0.4):
        wanted = standard_error(values, sessions, 21, alike)
        assert standard_error(values, sessions, 21, alike, fit_even) == pytest.approx(wanted, rel=1e-10)


@pytest.mark.parametrize("sessions", [[1, 2, 4, 5], [3, 3, 3, 3], [1]])
def test_other_dates_are_left_to_it(sessions: list[int]) -> None:
    values, days = np.arange(float(len(sessions))) ** 2, np.array(sessions)
    assert_same(fit_even(values, days, 5, DECAYS, 0.9 * COMMON), fit_overlap(values, days, 5, DECAYS, 0.9 * COMMON))


def test_so_are_dates_of_which_is_known_what_they_hold() -> None:
    values, days = np.arange(6.0) ** 2, np.arange(6)

    def likeness(rows: slice, columns: slice) -> np.ndarray:
        return np.full((rows.stop - rows.start, columns.stop - columns.start), 0.5)

    found = fit_even(values, days, 5, DECAYS, COMMON, likeness)
    assert_same(found, fit_overlap(values, days, 5, DECAYS, COMMON, likeness))
