"""A price that none around it comes near is named, and used as it is; real moves are not."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.adapters.market_data.files import guarded
from technic_scanner.adapters.market_data.files.lone_prices import lone_prices
from technic_scanner.adapters.market_data.long_bars import LongBars
from tests.unit.adapters.market_data.files.reading import checked, written

Bar = tuple[float, float, float, float]  # open, high, low, close
USUAL: Bar = (103, 105, 102, 104)


def bars_of(*bars: Bar, symbols: Sequence[str] = ("KO",)) -> LongBars:
    """Return the same bars for each symbol, from 9 November 2026."""
    codes = np.repeat(np.arange(len(symbols), dtype=np.int32), len(bars))
    days = np.tile(np.datetime64("2026-11-09").astype(np.int32) + np.arange(len(bars), dtype=np.int32), len(symbols))
    fields = tuple(np.tile(np.array(column, dtype=float), len(symbols)) for column in zip(*bars, strict=True))
    return LongBars(tuple(symbols), codes, days, (*fields, np.full(len(days), 1000.0)))


@pytest.mark.parametrize(
    ("bar", "words"),
    [
        ((103.1, 1044.5, 102, 104.1), "its high 1,044.50 is 10 times its close"),
        ((103.1, 104.5, 10.2, 104.1), "its close is 10 times its low 10.20"),
        ((103.1, 104.5, 0.0102, 104.1), "its close is 10,206 times its low 0.0102"),
        ((103.1, 620, 102, 104.1), "its high 620.00 is 6 times its close"),
        ((1031, 1031, 102, 104.1), "its open 1,031.00 is 9.9 times its close"),
        ((103.1, 1041, 102, 1041), "its close 1,041.00 is 10 times its open"),
        ((250, 600, 100, 100), "its high 600.00 is 6 times its close"),
        ((100, 600, 100, 250), "its high 600.00 is 6 times its open"),
        ((10.31, 104.5, 10.31, 104.1), "its close is 10 times its open 10.31"),
        ((103.1, 104.5, 10.41, 10.41), "its open is 9.9 times its close 10.41"),
    ],
)
def test_a_price_that_none_around_it_comes_near_is_named(bar: Bar, words: str) -> None:
    (note,) = lone_prices(bars_of(USUAL, USUAL, bar, USUAL))
    assert note == f"KO 2026-11-11: {words}, and no price around it is near; it is used as it is"


@pytest.mark.parametrize("place", [0, 3])
@pytest.mark.parametrize("bar", [(103, 1044.5, 102, 104), (103, 104, 10.2, 104)])
def test_it_is_named_in_the_first_and_the_newest_bar_too(bar: Bar, place: int) -> None:
    bars = [USUAL] * 4
    bars[place] = bar
    assert len(lone_prices(bars_of(*bars))) == 1
    assert len(lone_prices(bars_of(bar))) == 1


def test_two_such_bars_in_a_row_are_both_named() -> None:
    bad = (103.0, 1044.5, 102.0, 104.0)
    assert len(lone_prices(bars_of(USUAL, bad, bad, USUAL))) == 2


def test_a_bar_with_both_is_named_twice() -> None:
    notes = lone_prices(bars_of(USUAL, (103, 1044.5, 10.2, 104), USUAL))
    assert ["its high" in note for note in notes] == [True, False]


def test_each_wrong_price_of_a_bar_is_named_as_what_it_is() -> None:
    notes = lone_prices(bars_of(USUAL, (15, 1044.5, 15, 104), USUAL))
    assert [note.split(": ")[1].split(", and")[0] for note in notes] == [
        "its high 1,044.50 is 10 times its close",
        "its close is 6.9 times its open 15.00",
    ]


@pytest.mark.parametrize(
    "bars",
    [
        [USUAL, (103, 400, 102, 104), USUAL],  # less than five times
        [USUAL, (103, 105, 25, 104), USUAL],
        [USUAL, (103, 620, 102, 610), (615, 640, 600, 620)],  # the price stays there
        [(620, 640, 600, 610), (605, 620, 102, 104), USUAL],
        [USUAL, (103, 620, 102, 610)],  # news in the newest bar: nothing shows yet whether it stays
        [(1030, 1050, 1020, 1040), (103, 105, 102, 104), USUAL],  # an unadjusted split
        [(1, 1.1, 0.9, 1), (1.2, 3.5, 1.1, 1.4), (1.4, 1.5, 1.2, 1.3)],  # a penny stock on a wild day
        [(0.0001, 0.0003, 0.0001, 0.0002)] * 3,
    ],
)  # fmt: skip
def test_real_moves_are_not_named(bars: list[Bar]) -> None:
    assert lone_prices(bars_of(*bars)) == []


def test_another_symbol_is_no_neighbour() -> None:
    high, low = (1030.0, 1050.0, 1020.0, 1040.0), USUAL
    both = LongBars.join([bars_of(high, high, symbols=("A",)), bars_of(low, low, symbols=("B",))])
    assert lone_prices(both) == []
    assert len(lone_prices(bars_of((103, 1044.5, 102, 104), USUAL, symbols=("A", "B")))) == 2


def test_many_are_counted() -> None:
    notes = lone_prices(bars_of(USUAL, (103, 1044.5, 102, 104), USUAL, symbols=[f"S{n:02d}" for n in range(13)]))
    assert len(notes) == 11
    assert notes[-1] == "3 more prices are as far from those around them"


positive = st.floats(min_value=5e-324, max_value=1.7e308, allow_nan=False)


@given(st.lists(st.tuples(*[positive] * 4), min_size=0, max_size=8))
def test_prices_may_be_of_any_size(rows: list[Bar]) -> None:
    bars = bars_of(*rows) if rows else LongBars.join(())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert isinstance(lone_prices(bars), list)


HEAD = "Date,Open,High,Low,Close,Volume\n"


def csv(*bars: Bar) -> str:
    return HEAD + "".join(
        f"2026-11-{day:02d},{','.join(map(str, bar))},1500\n" for day, bar in enumerate(bars, start=9)
    )


def test_the_report_says_it_and_the_values_stay(tmp_path: Path) -> None:
    files = {"KO.csv": csv(USUAL, USUAL, (103.1, 1044.5, 102, 104.1)), "ORBX.csv": csv(USUAL, USUAL, USUAL)}
    report = checked(written(tmp_path, files))
    words = (
        "KO 2026-11-11: its high 1,044.50 is 10 times its close, and no price around it is near; it is used as it is."
    )
    assert words in report["notes"]
    assert report["symbols"]["KO"]["last_high"] == 1044.5
    assert [note for note in report["notes"] if "ORBX" in note] == []


def test_an_error_while_they_are_looked_for_costs_no_bar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: LongBars) -> list[str]:
        raise ValueError("within")

    monkeypatch.setattr(guarded, "lone_prices", fail)
    report = checked(written(tmp_path, {"KO.csv": csv(USUAL, USUAL)}))
    assert report["symbols"]["KO"]["bars"] == 2
    assert any("ValueError: within" in note for note in report["notes"])
