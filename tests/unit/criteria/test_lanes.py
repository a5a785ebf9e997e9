"""Kernels that compute rows side by side, or one block of bars after the other, give each row its own values."""

from __future__ import annotations

import numpy as np
import pytest

from technic_scanner import criteria
from technic_scanner.criteria import kernel_recursive
from technic_scanner.criteria.panel import Panel


@pytest.fixture(scope="module")
def panel() -> Panel:
    """Bars of more symbols than one step takes: whole ones, late ones, halted ones, one that never moves."""
    rng = np.random.default_rng(5)
    close = 20.0 * np.exp(np.cumsum(rng.normal(0.0, 0.02, (2 * kernel_recursive.LANES + 5, 200)), axis=1))
    close[3, :90] = close[40, 55:61] = close[41, 150:] = close[-1, ::5] = np.nan
    close[7] = 5.0
    return Panel.from_arrays(close, open=close, high=1.01 * close, low=0.99 * close, volume=1e6 * close)


@pytest.mark.parametrize(
    "number", ["rsi(14)", "ema(close, 21)", "ema(rsi(3), 70)", "rsi(sma(close, 3)[1], 5)", "ema(close, 1)"]
)
@pytest.mark.parametrize("sessions", [1, 75, 200])
def test_many_rows_have_the_bits_of_each_row_alone(panel: Panel, number: str, sessions: int) -> None:
    text = criteria.compile(f"{number} > 0.4 * close show {number}")
    together = text.evaluate(panel, sessions)
    shown = text.judge(panel).shown[number]
    for row in range(len(panel.symbols)):
        alone = Panel(panel.bars.rows(row, row + 1))
        assert np.array_equal(text.evaluate(alone, sessions)[0], together[row], equal_nan=True), row
        assert np.array_equal(text.judge(alone).shown[number][0], shown[row], equal_nan=True), row


def test_what_is_compared_across_symbols_has_its_own_values_on_every_session(panel: Panel) -> None:
    text = criteria.compile("rank(roc(close, 5)) > 0.6 and (percentile(close) < 70 or zscore(rank(close)[2]) > 0)")
    every = text.evaluate(panel, 200)
    for stop in (20, 111, 160, 200):
        until = Panel(panel.bars.until(panel.sessions[stop - 1]))
        assert np.array_equal(text.evaluate(until)[:, 0], every[:, stop - 1], equal_nan=True), stop
