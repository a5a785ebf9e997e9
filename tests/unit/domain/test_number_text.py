"""Numbers in sentences can be read, and are told apart from the limit that they miss."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.domain.number_text import text_apart, text_with

SIZES = st.floats(-1e14, 1e14, allow_nan=False)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1_000_000.0, 6, "1,000,000"),
        (999_999.7, 4, "999,999.7"),
        (139.8372, 4, "139.8"),
        (0.1 + 0.2, 15, "0.3"),
        (0.0, 4, "0"),
        (-3.0, 6, "-3"),
        (float("inf"), 6, "inf"),
        (1e15, 15, "1e+15"),
    ],
)
def test_numbers_as_people_write_them(value: float, digits: int, text: str) -> None:
    assert text_with(value, digits) == text


@given(SIZES)
def test_no_exponent_hides_the_size_of_a_number_above_one(value: float) -> None:
    text = text_with(value, 4)
    assert abs(value) < 1.0 or "e" not in text
    assert float(text.replace(",", "")) == pytest.approx(value, rel=1e-3, abs=1e-300)


@given(SIZES, SIZES)
def test_a_number_is_told_apart_from_a_limit_that_people_write(value: float, limit: float) -> None:
    limit = float(f"{limit:.6g}")
    assert (text_apart(value, limit) == text_with(limit, 15)) <= (abs(value - limit) <= 1e-14 * abs(limit))


def test_what_misses_a_limit_by_little_has_the_digits_that_show_it() -> None:
    assert text_apart(4.9996, 5.0) == "4.9996"
    assert text_apart(4.5, 5.0) == "4.5"
    assert text_apart(39.97, 40.0, 3) == "39.97"
    assert text_apart(5.0, 5.0) == "5"
