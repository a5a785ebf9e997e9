from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.screening.filters import REASON_CODES, eligibility, rating_filter
from technic_scanner.screening.indicator_names import COLUMN
from technic_scanner.screening.matrix import blank
from tests.unit.screening.chart import rows

NAN = float("nan")
NO_RANGE = {"swing_low_10": NAN, "swing_high_10": NAN}
LIMITS = {"min_price": 5.0, "min_dollar_volume": 1e6, "min_bars": 20}


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"bars": 19}, "too_few_bars", "19 bars; 20 are needed"),
        ({"bars": 0, "close": NAN}, "too_few_bars", "0 bars"),
        ({"bars": NAN, "close": NAN}, "too_few_bars", "0 bars"),
        ({"close": NAN}, "no_recent_bar", "newest session"),
        ({"close": 0.0}, "bad_bars", "0 is not a price"),
        ({"close": -3.0}, "bad_bars", "-3 is not a price"),
        ({"close": float("inf")}, "bad_bars", "inf is not a price"),
        ({"close": 0.0, **NO_RANGE}, "bad_bars", "0 is not a price"),
        ({"close": float("inf"), **NO_RANGE}, "bad_bars", "inf is not a price"),
        ({"swing_low_10": 0.0}, "bad_bars", "outside the lows and highs"),
        ({"swing_high_10": 99.95}, "bad_bars", "outside the lows and highs"),
        ({"swing_low_10": 101.0}, "bad_bars", "outside the lows and highs"),
        ({"swing_high_10": 99.0}, "bad_bars", "outside the lows and highs"),
        ({"dollar_volume_20": NAN}, "bad_bars", "volume is unknown"),
        ({"dollar_volume_20": -1.0}, "bad_bars", "-1 is not possible"),
        (
            {"close": 4.99, "swing_low_10": 4.9, "swing_high_10": 5.1},
            "price_below_minimum",
            "4.99 is below the minimum of 5",
        ),
        (
            {"close": 4.9996, "swing_low_10": 4.9, "swing_high_10": 5.1},
            "price_below_minimum",
            "4.9996 is below the minimum of 5",
        ),
        ({"dollar_volume_20": 999_999.7}, "dollar_volume_below_minimum", "999,999.7 is below the minimum of 1,000,000"),
        ({"dollar_volume_20": 999_999.0}, "dollar_volume_below_minimum", "999,999 is below the minimum of 1,000,000"),
    ],
)
def test_each_fault_has_its_code_and_its_numbers(change: dict[str, float], code: str, said: str) -> None:
    keep, reasons = eligibility(rows({}, change), **LIMITS)
    assert keep.tolist() == [True, False]
    [(index, found, sentence)] = reasons
    assert (index, found) == (1, code)
    assert said in sentence


def test_limits_are_inclusive() -> None:
    edge = {"bars": 20, "close": 5.0, "swing_low_10": 5.0, "swing_high_10": 5.0, "dollar_volume_20": 1e6}
    keep, reasons = eligibility(rows(edge), **LIMITS)
    assert keep.all()
    assert reasons == []


def test_unknown_volume_passes_when_no_volume_is_asked_for() -> None:
    keep, _ = eligibility(rows({"dollar_volume_20": NAN}), min_price=1.0, min_dollar_volume=0.0, min_bars=20)
    assert keep.all()


def test_no_trade_at_all_is_possible_when_no_volume_is_asked_for() -> None:
    keep, _ = eligibility(rows({"dollar_volume_20": 0.0}), min_price=1.0, min_dollar_volume=0.0, min_bars=20)
    assert keep.all()


def test_float32_noise_of_a_close_at_its_high_is_not_a_bad_bar() -> None:
    keep, _ = eligibility(rows({"swing_high_10": float(np.float32(99.9999))}), **LIMITS)
    assert keep.all()


def test_no_rows() -> None:
    keep, reasons = eligibility(blank(0), **LIMITS)
    assert keep.shape == (0,)
    assert reasons == []


@given(st.lists(st.tuples(*(st.sampled_from([NAN, -1.0, 0.0, 1.0, 10.0, 1e7]) for _ in range(5))), max_size=20))
def test_every_row_is_kept_or_has_exactly_one_known_reason(values: list[tuple[float, ...]]) -> None:
    matrix = blank(len(values))
    names = ("bars", "close", "dollar_volume_20", "swing_low_10", "swing_high_10")
    for row, numbers in zip(matrix, values, strict=True):
        row[[COLUMN[name] for name in names]] = numbers
    keep, reasons = eligibility(matrix, **LIMITS)
    assert [index for index, _, _ in reasons] == np.flatnonzero(~keep).tolist()
    assert {code for _, code, _ in reasons} <= set(REASON_CODES)
    assert np.isfinite(matrix[keep, COLUMN["close"]]).all()


def test_rating_filter_names_the_low_and_the_unknown() -> None:
    keep, reasons = rating_filter(np.array([60.0, 39.94, NAN, 40.0]), min_rating=40.0)
    assert keep.tolist() == [True, False, False, True]
    assert sorted((index, code) for index, code, _ in reasons) == [(1, "rating_below_minimum"), (2, "not_scored")]
    assert any("39.9 is below the minimum of 40" in sentence for _, _, sentence in reasons)
