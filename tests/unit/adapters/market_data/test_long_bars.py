"""Long rows are sorted, repaired or left out, and every such thing is counted with its reason."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.adapters.market_data.long_bars import LEAST_PRICE, MOST_PRICE, LongBars, clean

Row = tuple[str, int, float, float, float, float, float]
GOOD: Row = ("A", 10, 10.0, 12.0, 9.0, 11.0, 100.0)


def bars(*rows: Row) -> LongBars:
    symbols = tuple(dict.fromkeys(row[0] for row in rows))
    return LongBars(
        symbols,
        np.array([symbols.index(row[0]) for row in rows], dtype=np.int32),
        np.array([row[1] for row in rows], dtype=np.int32),
        tuple(np.array([row[k] for row in rows], dtype=np.float64) for k in range(2, 7)),
    )


def rows_of(long: LongBars) -> list[Row]:
    return [
        (long.symbols[code], int(day), *(float(field[i]) for field in long.fields))  # type: ignore[misc]
        for i, (code, day) in enumerate(zip(long.codes, long.days, strict=True))
    ]


def test_good_rows_pass_untouched() -> None:
    other: Row = ("B", 9, 1.0, 1.0, 1.0, 1.0, 0.0)
    kept, repairs = clean(bars(GOOD, other))
    assert rows_of(kept) == [GOOD, other]
    assert repairs.by_symbol == {}


def test_rows_are_sorted_by_symbol_and_day() -> None:
    later = ("A", 11, *GOOD[2:])
    first: Row = ("B", 1, *GOOD[2:])  # type: ignore[assignment]
    kept, repairs = clean(bars(later, first, GOOD))  # type: ignore[arg-type]
    assert [row[:2] for row in rows_of(kept)] == [("A", 10), ("A", 11), ("B", 1)]
    assert repairs.by_symbol == {}


def test_the_last_of_several_rows_for_a_session_wins() -> None:
    second: Row = ("A", 10, 20.0, 22.0, 19.0, 21.0, 5.0)
    kept, repairs = clean(bars(GOOD, second))
    assert rows_of(kept) == [second]
    assert repairs.text("A") == "1 row repeating a session left out"


@pytest.mark.parametrize("place", [2, 3, 4, 5])
@pytest.mark.parametrize("value", [math.nan, math.inf, 0.0, -1.0])
def test_a_bad_price_takes_the_row_out(place: int, value: float) -> None:
    row = list(GOOD)
    row[place] = value
    row[1] = 11
    kept, repairs = clean(bars(GOOD, tuple(row)))  # type: ignore[arg-type]
    assert rows_of(kept) == [GOOD]
    fault = "with a price not above 0 left out" if value <= 0 else "without a price left out"
    assert repairs.text("A") == f"1 row {fault}"


@pytest.mark.parametrize("volume", [-1.0, math.inf])
def test_an_impossible_volume_takes_the_row_out(volume: float) -> None:
    kept, repairs = clean(bars((*GOOD[:6], volume)))  # type: ignore[arg-type]
    assert len(kept) == 0
    assert repairs.text("A") == "1 row with a negative volume left out"


def test_no_volume_is_none_traded() -> None:
    kept, repairs = clean(bars((*GOOD[:6], math.nan)))  # type: ignore[arg-type]
    assert rows_of(kept) == [(*GOOD[:6], 0.0)]
    assert repairs.text("A") == "1 row without volume taken as 0"


@pytest.mark.parametrize(
    ("high", "low", "fixed"),
    [(10.5, 9.0, (11.0, 9.0)), (12.0, 10.5, (12.0, 10.0)), (9.0, 12.0, (12.0, 9.0))],
    ids=["high too low", "low too high", "swapped"],
)
def test_high_and_low_are_widened(high: float, low: float, fixed: tuple[float, float]) -> None:
    kept, repairs = clean(bars(("A", 10, 10.0, high, low, 11.0, 1.0)))
    assert (kept.fields[1][0], kept.fields[2][0]) == fixed
    assert repairs.text("A") == "1 row with high or low widened"


def test_faults_are_counted_by_symbol() -> None:
    _, repairs = clean(bars(GOOD, GOOD, ("B", 1, -1.0, 1.0, 1.0, 1.0, 1.0), ("B", 2, -1.0, 1.0, 1.0, 1.0, 1.0)))
    assert repairs.text("A") == "1 row repeating a session left out"
    assert repairs.text("B") == "2 rows with a price not above 0 left out"
    assert repairs.text("C") == ""


EDGES = (5e-324, LEAST_PRICE / 2, LEAST_PRICE, MOST_PRICE, MOST_PRICE * 2, 8e19)
VALUES = st.one_of(st.floats(-5, 50), st.sampled_from([math.nan, math.inf, -math.inf, 0.0, *EDGES]))
ROWS = st.lists(
    st.tuples(st.sampled_from("AB"), st.integers(-5, 5), VALUES, VALUES, VALUES, VALUES, VALUES), max_size=25
)


@given(ROWS)
def test_what_comes_out_is_always_fit_for_a_panel(rows: list[Row]) -> None:
    kept, repairs = clean(bars(*rows))
    opened, high, low, close, volume = kept.fields
    assert np.isfinite(np.concatenate([np.concatenate(kept.fields), [0.0]])).all()
    assert (low > 0).all()
    assert (high >= np.maximum(opened, close)).all()
    assert (low <= np.minimum(opened, close)).all()
    assert (volume >= 0).all()
    usable = {
        row[:2]
        for row in rows
        if all(LEAST_PRICE <= price <= MOST_PRICE for price in row[2:6]) and not (row[6] < 0 or math.isinf(row[6]))
    }
    keys = [row[:2] for row in rows_of(kept)]
    assert set(keys) == usable
    assert len(keys) == len(usable)
    assert (np.diff(kept.codes * 1000 + kept.days) > 0).all()
    left_out = sum(n for faults in repairs.by_symbol.values() for fault, n in faults.items() if "left out" in fault)
    assert len(kept) + left_out == len(rows)


def test_joining_knows_symbols_by_name() -> None:
    joined = LongBars.join([bars(GOOD), bars(("B", 1, *GOOD[2:]), ("A", 12, *GOOD[2:]))])  # type: ignore[arg-type]
    assert joined.symbols == ("A", "B")
    assert [row[:2] for row in rows_of(joined)] == [("A", 10), ("B", 1), ("A", 12)]
    assert len(LongBars.join([])) == 0
