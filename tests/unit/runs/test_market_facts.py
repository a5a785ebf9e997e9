"""Facts on the market have their units: counts, shares and changes in per cent, yields as they are quoted."""

from __future__ import annotations

import pytest

from technic_scanner.runs.market_facts import fact_text


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("advancers", 1043.0, "1,043"),
        ("new 52-week lows", 0.0, "0"),
        ("share above SMA 200", 0.3157, "31.6%"),
        ("index above its SMA 200 by", -0.0374, "-3.7%"),
        ("index volatility of 20 sessions", 0.1582, "15.8%"),
        ("Health Care: median 63-session return", -0.1353, "-13.5%"),
        ("VIX", 18.234, "18.23"),
        ("10-year yield", 4.25, "4.25%"),
        ("yield slope 10y - 2y", 0.5, "+0.50 percentage points"),
        ("VIX", None, None),
    ],
)
def test_a_fact_is_told_with_its_unit(name: str, value: float | None, text: str | None) -> None:
    assert fact_text(name, value) == text
