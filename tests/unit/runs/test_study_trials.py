"""Families of criteria: variants differ in numbers alone."""

from __future__ import annotations

import pytest

from technic_scanner.criteria import compile as compile_criteria
from technic_scanner.runs.study_trials import family_of


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("rsi(14) < 30", "rsi(7)<25", True),
        ("close > sma_20", "close > sma_50", False),
        ("close > 8%", "close > 1.5", True),
        ("close*volume > 10m", "close * volume > 2bn", True),
        ("close > sma(close, 20)", "close > ema(close, 20)", False),
        ('sector in ("Energy") and close > 3', 'sector in ("Utilities") and close > 3', False),
        ("close[1] > 2", "close[5] > 2", True),
    ],
)
def test_a_family_is_the_text_without_its_numbers(one: str, other: str, *, same: bool) -> None:
    assert (family_of(compile_criteria(one)) == family_of(compile_criteria(other))) is same
