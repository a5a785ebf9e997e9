from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest

from technic_scanner.screening.indicator_names import COLUMN
from technic_scanner.screening.macro import breadth, breadth_facts, rotation_facts, sector_rotation, series_facts
from technic_scanner.screening.matrix import blank
from tests.unit.screening.chart import rows

NAN = float("nan")


@dataclass
class Series:
    name: str
    sessions: np.ndarray
    values: np.ndarray


def series(name: str, *points: tuple[str, float]) -> Series:
    return Series(name, np.array([day for day, _ in points], "datetime64[D]"), np.array([v for _, v in points]))


def test_breadth_counts_rows_that_can_tell() -> None:
    matrix = rows(
        {"sma_50": 99.0, "sma_200": 101.0, "return_1": 0.01},
        {"sma_50": 101.0, "sma_200": NAN, "return_1": -0.01},
        {"sma_50": 90.0, "sma_200": 90.0, "return_1": 0.02},
        {"sma_50": NAN, "sma_200": NAN, "return_1": 0.0},
        {"sma_50": 90.0, "sma_200": 110.0, "return_1": NAN},
    )
    facts = dict(breadth_facts(matrix))
    assert facts["share above SMA 50"] == pytest.approx(3 / 4)
    assert facts["share above SMA 200"] == pytest.approx(1 / 3)
    assert (facts["advancers"], facts["decliners"]) == (2.0, 1.0)
    assert facts["advance share"] == pytest.approx(2 / 3)


def year_row(highs: np.ndarray, lows: np.ndarray, close: float) -> dict[str, float]:
    return {
        "close": close,
        "high_252_distance": close / highs[-252:].max() - 1.0,
        "low_252_distance": close / lows[-252:].min() - 1.0,
        "swing_high_10": highs[-10:].max(),
        "swing_low_10": lows[-10:].min(),
        "prior_high_20": highs[-21:-1].max(),
        "prior_low_20": lows[-21:-1].min(),
    }


def test_new_highs_and_lows_are_those_of_the_last_bar_only() -> None:
    rng = np.random.default_rng(5)
    charts, high_count, low_count = [], 0, 0
    for _ in range(300):
        middle = 100.0 * np.exp(np.cumsum(rng.normal(0, 0.03, 260)))
        spread = middle * rng.uniform(0.001, 0.02, 260)
        highs, lows = middle + spread, middle - spread
        charts.append(year_row(highs, lows, middle[-1]))
        high_count += highs[-1] > highs[-252:-1].max()
        low_count += lows[-1] < lows[-252:-1].min()
    facts = dict(breadth_facts(rows(*charts)))
    assert high_count > 3 < low_count
    assert (facts["new 52-week highs"], facts["new 52-week lows"]) == (high_count, low_count)


def test_an_equalled_high_is_not_new_and_a_young_listing_has_none() -> None:
    highs, lows = np.full(252, 110.0), np.full(252, 90.0)
    facts = dict(breadth_facts(rows(year_row(highs, lows, 100.0))))
    assert (facts["new 52-week highs"], facts["new 52-week lows"]) == (0.0, 0.0)
    highs[-1], lows[-1] = 111.0, 89.0
    assert dict(breadth_facts(rows(year_row(highs, lows, 100.0))))["new 52-week highs"] == 1.0
    just_aged = year_row(highs, lows, 100.0) | {"bars": 252}
    assert dict(breadth_facts(rows(just_aged)))["new 52-week lows"] == 1.0
    young = year_row(highs, lows, 100.0) | {"bars": 251}
    assert dict(breadth_facts(rows(young)))["new 52-week highs"] is None


def test_nothing_known_is_none_not_zero() -> None:
    for matrix in (blank(0), blank(3)):
        assert all(value is None for _, value in breadth_facts(matrix))


def test_rotation_ranks_sectors_by_the_median_of_known_returns() -> None:
    matrix = rows(*({"roc_63": value} for value in (0.10, 0.20, -0.10, NAN, 0.50)))
    ranked = sector_rotation(matrix, ["Energy", "Energy", "Utilities", "Utilities", None])
    assert [(s.sector, s.rank, s.members) for s in ranked] == [("Energy", 1, 2), ("Utilities", 2, 1)]
    assert rotation_facts(ranked) == (
        ("Energy: median 63-session return", pytest.approx(0.15)),
        ("Utilities: median 63-session return", pytest.approx(-0.10)),
    )
    assert sector_rotation(matrix, [None] * 5) == ()
    assert sector_rotation(blank(0), []) == ()


def test_one_wild_member_does_not_lead_its_sector() -> None:
    matrix = rows(*({"roc_63": value} for value in (0.01, 0.02, 1500.0, 0.05, 0.06, 0.04)))
    ranked = sector_rotation(matrix, ["Energy"] * 3 + ["Utilities"] * 3)
    assert [(s.sector, s.median_roc_63) for s in ranked] == [("Utilities", 0.05), ("Energy", 0.02)]


def test_series_facts_take_the_newest_value_up_to_the_date() -> None:
    held = [
        series("VIX", ("2024-03-01", 13.0), ("2024-03-04", 14.0), ("2024-03-05", NAN), ("2024-03-06", 99.0)),
        series("dgs2", ("2024-03-04", 4.5)),
        series("dgs10", ("2024-03-04", 4.2)),
    ]
    facts = dict(series_facts(held, date(2024, 3, 5)))
    assert facts["VIX"] == 14.0
    assert facts["yield slope 10y - 2y"] == pytest.approx(-0.3)
    assert facts["30-year yield"] is None
    assert facts["yield slope 10y - 3m"] is None


def test_a_series_that_ended_long_ago_or_starts_later_is_unknown() -> None:
    held = [series("vix", ("2024-03-01", 13.0))]
    assert dict(series_facts(held, date(2024, 3, 11)))["VIX"] == 13.0
    assert dict(series_facts(held, date(2024, 3, 12)))["VIX"] is None
    assert dict(series_facts(held, date(2024, 3, 1)))["VIX"] == 13.0
    assert dict(series_facts(held, date(2024, 2, 28)))["VIX"] is None
    assert dict(series_facts(held, None))["VIX"] == 13.0


def test_a_carried_slope_wins_over_the_difference_and_no_series_is_unknown() -> None:
    held = [series(name, ("2024-03-01", value)) for name, value in (("t10y2y", -0.4), ("dgs2", 4.5), ("dgs10", 4.2))]
    assert dict(series_facts(held, None))["yield slope 10y - 2y"] == -0.4
    assert all(value is None for _, value in series_facts([], date(2024, 3, 1)))


def test_facts_have_one_name_each() -> None:
    names = [name for name, _ in (*breadth_facts(blank(1)), *series_facts([], None))]
    assert len(names) == len(set(names))


def test_few_rows_have_no_breadth() -> None:
    matrix = blank(25)
    matrix[:, COLUMN["close"]] = 10.0
    matrix[:20, COLUMN["sma_200"]] = [9.0] * 5 + [11.0] * 15
    assert breadth(matrix) == 0.25
    assert breadth(matrix[1:]) is None
    assert breadth(matrix[:0]) is None
