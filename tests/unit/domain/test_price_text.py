"""Prices as text: no two steps of a plan look alike, and cents are all that a price above 1 has."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.domain.price_text import price_decimals, price_text


@pytest.mark.parametrize(
    ("price", "text"),
    [
        (1234.5, "1,234.50"),
        (1.0, "1.00"),
        (0.85, "0.85"),
        (0.8708, "0.8708"),
        (0.3, "0.30"),
        (0.0712, "0.0712"),
        (0.01271, "0.01271"),
        (0.003481, "0.003481"),
        (0.0, "0.00"),
        (-0.0712, "-0.0712"),
    ],
)
def test_a_price_has_the_decimals_of_its_steps(price: float, text: str) -> None:
    assert price_text(price) == text


@given(st.floats(1e-6, 0.999))
def test_the_next_step_of_a_plan_is_another_text(price: float) -> None:
    step = 1e-4 if price >= 0.05 else 10.0 ** (math.floor(math.log10(price)) - 3)
    assert price_text(price) != price_text(price + step)


def test_a_column_has_the_decimals_of_its_smallest_price() -> None:
    assert price_decimals([]) == price_decimals([12.0, None, math.nan, 0.0]) == 2
    assert price_decimals([12.0, 0.31]) == 4
    assert price_decimals([12.0, 0.31, 0.0034]) == 6
