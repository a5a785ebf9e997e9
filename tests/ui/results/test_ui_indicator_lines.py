"""The lines of a chart, held to TA-Lib and to plain sums."""

import numpy as np
import pytest
import talib

from technic_scanner.ui.results.indicator_lines import macd, moving_average, rsi

CLOSES = 50.0 * np.exp(np.cumsum(np.random.default_rng(7).normal(0.0, 0.02, 300)))


def test_moving_average_is_the_plain_mean_and_unknown_before_enough_bars() -> None:
    values = np.arange(1.0, 11.0)
    average = moving_average(values, 4)
    assert np.isnan(average[:3]).all()
    assert average[3:] == pytest.approx([sum(values[i - 3 : i + 1]) / 4 for i in range(3, 10)])


def test_rsi_is_ta_libs_at_every_bar() -> None:
    np.testing.assert_allclose(rsi(CLOSES), talib.RSI(CLOSES, 14), rtol=0, atol=1e-10)


def test_macd_is_ta_libs_at_every_bar() -> None:
    for ours, theirs in zip(macd(CLOSES), talib.MACD(CLOSES, 12, 26, 9), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-10)


@pytest.mark.parametrize("bars", [0, 1, 2, 14, 15, 25, 26, 33, 34, 35])
def test_short_histories_are_unknown_until_there_are_enough_bars(bars: int) -> None:
    assert int(np.isfinite(rsi(CLOSES[:bars])).sum()) == max(0, bars - 14)
    for line in macd(CLOSES[:bars]):
        assert len(line) == bars
        assert int(np.isfinite(line).sum()) == max(0, bars - 33)


def test_a_price_that_never_moves_has_an_rsi_of_zero() -> None:
    assert rsi(np.full(40, 5.0))[14:].tolist() == [0.0] * 26
