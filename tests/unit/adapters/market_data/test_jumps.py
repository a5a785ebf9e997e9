"""Splits, distributions and news are told apart by ratio and dollar volume."""

from __future__ import annotations

import numpy as np
import pytest

from technic_scanner.adapters.market_data.jumps import repair_jumps
from technic_scanner.screening.bars import Panel


def one(closes: list[float], volumes: list[float] | None = None) -> Panel:
    close = np.array([closes], dtype=np.float64)
    volume = np.array([volumes or [1000.0] * len(closes)])
    volume = np.where(np.isnan(close), np.nan, volume)
    days = np.busday_offset(np.datetime64("2024-01-02"), np.arange(len(closes)))
    return Panel(("A",), days, close.copy(), close + 1, close - 1, close, volume)


@pytest.mark.parametrize(
    ("after", "factor"), [(50.0, 0.5), (33.4, 1 / 3), (202.0, 2.0), (1_000.0, 10.0), (5.1, 1 / 20)]
)
def test_a_whole_ratio_is_a_split(after: float, factor: float) -> None:
    panel, (jump,) = repair_jumps(one([100.0, 100.0, after, after]))
    assert (jump.factor, jump.is_split) == (pytest.approx(factor), True)
    assert panel.close[0].tolist() == pytest.approx([100 * factor, 100 * factor, after, after])
    assert panel.high[0, 0] == pytest.approx(101 * factor)
    assert panel.volume[0].tolist() == pytest.approx([1000 / factor, 1000 / factor, 1000, 1000])


def test_another_ratio_is_a_distribution() -> None:
    panel, (jump,) = repair_jumps(one([100.0, 41.0]))
    assert not jump.is_split
    assert panel.close[0].tolist() == pytest.approx([41.0, 41.0])
    assert panel.volume[0].tolist() == [1000.0, 1000.0]


def test_a_named_distribution_is_no_split() -> None:
    panel, (jump,) = repair_jumps(one([100.0, 50.0]), frozenset({"A"}))
    assert not jump.is_split
    assert panel.volume[0, 0] == 1000.0


def test_news_is_kept() -> None:
    before = one([100.0, 100.0, 160.0], [1000.0, 1000.0, 50_000.0])
    panel, (jump,) = repair_jumps(before)
    assert jump.factor == 1.0
    assert np.array_equal(panel.close, before.close)
    assert jump.text() == "A 2024-01-04 (+60%)"


def test_a_move_of_35_per_cent_is_no_jump() -> None:
    before = one([100.0, 65.0, 87.0])
    panel, jumps = repair_jumps(before)
    assert jumps == ()
    assert np.array_equal(panel.close, before.close)


def test_two_splits_multiply() -> None:
    panel, jumps = repair_jumps(one([120.0, 60.0, 20.0]))
    assert [jump.is_split for jump in jumps] == [True, True]
    assert panel.close[0].tolist() == pytest.approx([20.0, 20.0, 20.0])


def test_after_a_halt_the_ratio_may_be_off_further() -> None:
    panel, (jump,) = repair_jumps(one([10.0, np.nan, np.nan, 88.0]))
    assert (jump.factor, jump.is_split) == (10.0, True)
    assert panel.close[0, 0] == pytest.approx(100.0)
    assert np.isnan(panel.close[0, 1])


def test_the_given_panel_is_left_as_it_was() -> None:
    before = one([100.0, 50.0])
    repair_jumps(before)
    assert before.close[0].tolist() == [100.0, 50.0]
