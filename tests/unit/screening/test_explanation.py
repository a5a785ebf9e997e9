"""The printed points of a rating and of a score add up to the printed total, whatever is missing."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.domain.profiles import PROFILE_WEIGHTS, SUB_SCORES
from technic_scanner.screening.alpha import blend
from technic_scanner.screening.explanation import in_tenths, rating_sums, score_sums
from technic_scanner.screening.scoring import profile_weights, tech_rating

NAN = float("nan")
SCORE = st.one_of(st.floats(0.0, 100.0), st.integers(0, 100).map(float))
SHARE = st.floats(0.0, 1.0)
_PART = re.compile(r"(?:([+=-]) )(?:100 - )?(\w+) (-?\d+\.\d) \((\d+\.\d) x (\d+\.\d)%\)")


def tenths(text: str) -> int:
    return int(text.replace(".", ""))


def rated(rows: list[list[float]], profile: str = "short_term_swing") -> tuple[list[str], np.ndarray]:
    sub, weights = np.array(rows), profile_weights(profile)
    rating, missing = tech_rating(sub, weights)
    return rating_sums(rating, sub, missing, weights), rating


def test_a_rating_in_points() -> None:
    [text], _ = rated([[15.3, 21.9, 15.6, 4.9, 86.7, 33.4]])
    assert text == (
        "TechRating 24.3 = trend 4.2 (15.3 x 27.3%) + momentum 6.0 (21.9 x 27.3%) + volume 2.8 (15.6 x 18.2%)"
        " + volatility 0.4 (4.9 x 9.1%) + oscillator 7.9 (86.7 x 9.1%) + breakout 3.0 (33.4 x 9.1%)"
    )


def test_what_is_missing_is_named_and_its_weight_shared_out() -> None:
    [whole, part], _ = rated([[60.0] * 6, [60.0, NAN, 60.0, NAN, 60.0, 60.0]])
    assert "without" not in whole
    assert part == (
        "TechRating 60.0 = trend 25.7 (60.0 x 42.9%) + volume 17.1 (60.0 x 28.6%) + oscillator 8.6 (60.0 x 14.3%)"
        " + breakout 8.6 (60.0 x 14.3%) (without momentum, volatility: no data)"
    )


@given(st.lists(st.lists(st.one_of(SCORE, st.just(NAN)), min_size=6, max_size=6), min_size=1, max_size=8), st.data())
def test_the_points_of_a_rating_sum_to_it(rows: list[list[float]], data: st.DataObject) -> None:
    profile = data.draw(st.sampled_from(sorted(PROFILE_WEIGHTS)))
    weights = np.array(profile_weights(profile))
    rows = [row for row in rows if (weights[~np.isnan(row)] > 0).any()]
    texts, rating = rated(rows or [[50.0] * 6], profile)
    for text, row, value in zip(texts, rows or [[50.0] * 6], rating, strict=True):
        head, parts = text.split(" = ")[0], _PART.findall(text)
        assert head == f"TechRating {value:.1f}"
        assert sum(tenths(points) for _, _, points, _, _ in parts) == tenths(f"{value:.1f}")
        kept = weights[~np.isnan(row)].sum()
        for _, name, points, score, share in parts:
            place = SUB_SCORES.index(name)
            assert (score, share) == (f"{row[place]:.1f}", f"{100 * weights[place] / kept:.1f}")
            assert float(points) == pytest.approx(row[place] * weights[place] / kept, abs=0.1 + 1e-6)


@given(SCORE, SCORE, SHARE, st.sampled_from([1, -1]))
def test_the_points_of_a_score_sum_to_it(rating: float, alpha: float, share: float, side: int) -> None:
    arrays = [np.array([value]) for value in (rating, alpha, share)]
    blended = blend(*arrays)
    score = blended if side > 0 else 100.0 - blended
    [text] = score_sums(score, *arrays, np.array([side]))
    points = [tenths(points) for _, _, points, _, _ in _PART.findall(text)]
    assert len(points) == 2
    assert (sum(points) if side > 0 else 1000 - sum(points)) == tenths(f"{score[0]:.1f}")
    shown = f"{score[0]:.1f}".replace("-0.0", "0.0")  # a zero has no sign
    assert text.startswith(f"score {shown} = " + ("TechRating" if side > 0 else "100 - TechRating"))
    assert [points / 10 for points in points] == pytest.approx([rating * (1 - share), alpha * share], abs=0.1 + 1e-6)


def test_the_largest_remainders_are_rounded_up() -> None:
    parts = np.array([[1.04, 2.06, 3.08], [0.1, 0.2, 0.3], [5.0, 0.0, 0.0]])
    assert in_tenths(parts, np.array([62, 6, 50])).tolist() == [[10, 21, 31], [1, 2, 3], [50, 0, 0]]
