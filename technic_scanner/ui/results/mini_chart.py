"""Draw the newest bars of one symbol as a small picture: candles, a moving average, and the plan's prices."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from technic_scanner.screening.bars import FloatArray, Panel
from technic_scanner.ui.results.indicator_lines import moving_average
from technic_scanner.ui.style import theme

WIDTH, HEIGHT = 280, 130
AVERAGE = 50
_TOP, _BOTTOM = 6.0, HEIGHT - 6.0
_LEVELS = (("Target", theme.UP_COLOUR, "6 3"), ("Entry", theme.ACCENT, ""), ("Stop", theme.DOWN_COLOUR, "2 2"))
LEVELS = tuple(name for name, *_ in _LEVELS)


def draw(panel: Panel, row: int, plan: Mapping[str, Any], sessions: int) -> str:
    """Return an SVG of the newest ``sessions`` of one row of a panel; without bars it has no candle.

    Rising candles are hollow, falling ones filled, as in the large chart. ``plan`` maps Target, Entry and Stop to
    prices; one that is unknown, or further away than the height of the bars, is left out.
    """
    low, high = panel.low[row, -sessions:], panel.high[row, -sessions:]
    parts: list[str] = []
    if np.isfinite(low).any():
        scale = _Scale(float(np.nanmin(low)), float(np.nanmax(high)), plan, low.shape[0])
        parts = [*_levels(scale, plan), _average(scale, panel.close[row]), *_candles(scale, panel, row)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f"{''.join(parts)}</svg>"
    )


class _Scale:
    """Where sessions and prices are in the picture."""

    def __init__(self, low: float, high: float, plan: Mapping[str, Any], sessions: int) -> None:
        reach = (high - low) or max(abs(high), 1.0) * 0.01
        prices = [float(plan[name]) for name, *_ in _LEVELS if _known(plan.get(name))]
        near = [price for price in prices if low - reach <= price <= high + reach]
        self.sessions = sessions
        self.low, self.high = min([low, *near]), max([high, *near])
        self.reach = (self.high - self.low) or reach
        self.near = frozenset(near)

    @property
    def step(self) -> float:
        return WIDTH / self.sessions

    def x(self, index: int) -> float:
        return (index + 0.5) * self.step

    def y(self, price: float) -> float:
        return _BOTTOM - (price - self.low) / self.reach * (_BOTTOM - _TOP)


def _known(price: Any) -> bool:
    return price is not None and math.isfinite(price)


def _candles(scale: _Scale, panel: Panel, row: int) -> Iterator[str]:
    """Yield a path for the rising and one for the falling candles: 96 pictures of 120 bars stay small."""
    last = scale.sessions
    opens, closes = panel.open[row, -last:], panel.close[row, -last:]
    lows, highs = panel.low[row, -last:], panel.high[row, -last:]
    known = np.isfinite(opens) & np.isfinite(closes) & np.isfinite(lows) & np.isfinite(highs)
    for wanted, colour, fill in (
        (closes >= opens, theme.UP_COLOUR, "none"),
        (closes < opens, theme.DOWN_COLOUR, theme.DOWN_COLOUR),
    ):
        path = "".join(
            _candle(scale, index, opens[index], highs[index], lows[index], closes[index])
            for index in np.flatnonzero(known & wanted).tolist()
        )
        if path:
            yield f'<path d="{path}" stroke="{colour}" fill="{fill}" stroke-width="1"/>'


def _candle(scale: _Scale, index: int, opened: float, high: float, low: float, close: float) -> str:
    x, half = scale.x(index), max(scale.step * 0.33, 0.4)
    top, bottom = scale.y(max(opened, close)), scale.y(min(opened, close))
    wicks = f"M{x:.1f} {scale.y(high):.1f}V{top:.1f}M{x:.1f} {bottom:.1f}V{scale.y(low):.1f}"
    return f"{wicks}M{x - half:.1f} {top:.1f}H{x + half:.1f}V{bottom:.1f}H{x - half:.1f}Z"


def _average(scale: _Scale, close: FloatArray) -> str:
    """Return the line of the moving average, clipped to the picture by the picture itself."""
    values = moving_average(close, AVERAGE)[-scale.sessions :]
    points = " ".join(
        f"{scale.x(index):.1f},{scale.y(float(values[index])):.1f}"
        for index in np.flatnonzero(np.isfinite(values)).tolist()
    )
    return f'<polyline points="{points}" fill="none" stroke="#C27A10" stroke-width="1.2"/>' if points else ""


def _levels(scale: _Scale, plan: Mapping[str, Any]) -> Iterator[str]:
    for name, colour, dashes in _LEVELS:
        price = plan.get(name)
        if _known(price) and float(price) in scale.near:  # type: ignore[arg-type]
            y, dashed = scale.y(float(price)), f' stroke-dasharray="{dashes}"' if dashes else ""  # type: ignore[arg-type]
            yield f'<path d="M0 {y:.1f}H{WIDTH}" stroke="{colour}" fill="none" stroke-width="1"{dashed}/>'
