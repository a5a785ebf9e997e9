"""Build the figure of one symbol: candles with the plan and past picks, and panels of volume, RSI and MACD below."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go

from technic_scanner.screening.bars import FloatArray, Panel
from technic_scanner.ui.results.indicator_lines import macd, moving_average, rsi
from technic_scanner.ui.style import figure_frame, theme

AVERAGES: tuple[tuple[int, str, str], ...] = (
    (20, "#8A63D2", "solid"),
    (50, "#C27A10", "dash"),
    (200, "#7A8699", "dot"),
)
VOLUME, RSI, MACD = "Volume", "RSI", "MACD"
PANELS = (VOLUME, RSI, MACD)
_PRICES_PIXELS, _PANEL_PIXELS, _GAP = 420, 110, 0.04


@dataclass(frozen=True, slots=True)
class ChartView:
    """How a symbol is drawn: how many of the newest sessions, the price axis, and the panels below the prices."""

    sessions: int = 160
    logarithmic: bool = False
    panels: tuple[str, ...] = (VOLUME,)


def candles(
    panel: Panel, plan: Mapping[str, Any], view: ChartView | None = None, picked: Sequence[date] = ()
) -> go.Figure:
    """Draw the newest bars of a one-symbol panel with moving averages and the planned entry, stop and target.

    Rising candles are hollow, falling ones filled. ``plan`` maps Entry, Stop and Target to prices; None is not drawn;
    Currency is the unit of the price axis, if it is known.
    ``picked`` are the dates as of which other runs picked the symbol, marked below their bars.
    """
    view = view or ChartView()
    days = [str(day) for day in panel.sessions[-view.sessions :]]
    lines, names = _levels(plan)
    height = _PRICES_PIXELS + _PANEL_PIXELS * len(view.panels)
    axes, lowest = _price_and_panel_axes(view)
    if plan.get("Currency"):
        axes["yaxis"]["title"] = f"price, {plan['Currency']}"
    return go.Figure(
        [
            _bars(panel, days),
            *_averages(panel, days),
            *_marks(panel, days, picked),
            *_panels(panel, days, view.panels),
        ],
        figure_frame.frame(
            height,
            **axes,
            xaxis={"type": "category", "rangeslider": {"visible": False}, "anchor": lowest, "tickangle": 0}
            | _crosshair()
            | _months(days),
            hovermode="x unified",
            hoversubplots="axis",  # the pointer shows the values of all panels
            right=figure_frame.beside([name["text"] for name in names]),
            bottom=figure_frame.below(),
            shapes=lines,
            annotations=names,
        ),
    )


def _crosshair() -> dict[str, Any]:
    """Return the axis settings of a vertical line that follows the pointer over all panels."""
    return {"showspikes": True, "spikemode": "across", "spikesnap": "cursor", "spikethickness": 1, "spikedash": "dot"}


def _price_and_panel_axes(view: ChartView) -> tuple[dict[str, Any], str]:
    """Return the layout of the price axis and of an axis for each panel below it, and the name of the lowest."""
    whole = _PRICES_PIXELS + _PANEL_PIXELS * len(view.panels)
    share = _PANEL_PIXELS / whole
    axes: dict[str, Any] = {}
    for index, name in enumerate(view.panels):
        bottom = share * (len(view.panels) - 1 - index)
        axes[f"yaxis{index + 2}"] = {"domain": [bottom, bottom + share - _GAP], "title": name.lower()} | _SCALES[name]
    price = {"domain": [share * len(view.panels), 1.0], "title": "price"}
    if view.logarithmic:
        price["type"] = "log"
    axes["yaxis"] = price
    return axes, f"y{len(view.panels) + 1}" if view.panels else "y"


_SCALES: dict[str, dict[str, Any]] = {
    VOLUME: {"rangemode": "tozero", "title": "volume"},
    RSI: {"range": [0, 100], "tickvals": [30, 50, 70], "title": "RSI 14"},
    MACD: {"title": "MACD"},
}


def _panels(panel: Panel, days: list[str], names: Sequence[str]) -> Iterator[go.Bar | go.Scatter]:
    """Yield the traces of each panel."""
    for index, name in enumerate(names):
        axis = f"y{index + 2}"
        if name == VOLUME:
            yield _volume(panel, days, axis)
        elif name == RSI:
            yield _line(days, rsi(panel.close[0]), "RSI 14", "#8A63D2", axis)
        else:
            lines = macd(panel.close[0])
            yield _histogram(days, lines.histogram, axis)
            yield _line(days, lines.line, "MACD", theme.ACCENT, axis)
            yield _line(days, lines.signal, "MACD signal", "#C27A10", axis)


_LEVELS = (("Target", theme.UP_COLOUR, "dash"), ("Entry", theme.ACCENT, "solid"), ("Stop", theme.DOWN_COLOUR, "dot"))


def _levels(plan: Mapping[str, float | None]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the lines of the plan's prices and their labels at the right, as add_hline would add them one by one."""
    lines: list[dict[str, Any]] = []
    names: list[dict[str, Any]] = []
    for name, colour, dash in _LEVELS:
        price = plan.get(name)
        if price is not None and math.isfinite(price):
            at = {"xref": "x domain", "yref": "y"}
            line = {"color": colour, "dash": dash, "width": 1.4}
            lines.append(at | {"type": "line", "x0": 0, "x1": 1, "y0": price, "y1": price, "line": line})
            words = {"text": f"{name} {price:,.2f}", "showarrow": False}
            names.append(at | words | {"x": 1, "y": price, "xanchor": "left", "yanchor": "bottom"})
    return lines, names


def _bars(panel: Panel, days: list[str]) -> go.Candlestick:
    last = len(days)
    return go.Candlestick(
        x=days,
        open=panel.open[0, -last:],
        high=panel.high[0, -last:],
        low=panel.low[0, -last:],
        close=panel.close[0, -last:],
        name=figure_frame.literal(panel.symbols[0]),
        increasing={"line": {"color": theme.UP_COLOUR, "width": 1.2}, "fillcolor": "rgba(0,0,0,0)"},
        decreasing={"line": {"color": theme.DOWN_COLOUR, "width": 1.2}, "fillcolor": theme.DOWN_COLOUR},
    )


def _averages(panel: Panel, days: list[str]) -> Iterator[go.Scatter]:
    """Yield the line of each moving average that has enough bars."""
    for length, colour, dash in AVERAGES:
        average = moving_average(panel.close[0], length)
        if np.isfinite(average[-len(days) :]).any():
            yield _line(days, average, f"SMA {length}", colour, "y", dash)


def _marks(panel: Panel, days: list[str], picked: Sequence[date]) -> Iterator[go.Scatter]:
    """Yield the marks of the dates at which other runs picked the symbol."""
    lows = dict(zip(days, panel.low[0, -len(days) :], strict=True))
    at = [day for day in sorted({str(day) for day in picked}) if math.isfinite(lows.get(day, math.nan))]
    if at:
        yield go.Scatter(
            x=at,
            y=[float(lows[day]) * 0.985 for day in at],
            mode="markers",
            name="picked before",
            marker={"symbol": "triangle-up", "size": 9, "color": theme.ACCENT},
            hovertemplate="picked by a run as of %{x}<extra></extra>",
        )


def _line(days: list[str], values: FloatArray, name: str, colour: str, axis: str, dash: str = "solid") -> go.Scatter:
    return go.Scatter(
        x=days,
        y=_plain(values[-len(days) :]),
        yaxis=axis,
        mode="lines",
        name=name,
        line={"color": colour, "width": 1.6, "dash": dash},
        hovertemplate="%{y:,.2f}",
        showlegend=axis == "y",
    )


def _histogram(days: list[str], values: FloatArray, axis: str) -> go.Bar:
    newest = values[-len(days) :]
    return go.Bar(
        x=days,
        y=_plain(newest),
        yaxis=axis,
        name="MACD less signal",
        showlegend=False,
        marker={"color": np.where(newest >= 0.0, theme.UP_COLOUR, theme.DOWN_COLOUR), "opacity": 0.55},
        hovertemplate="%{y:,.2f}",
    )


def _volume(panel: Panel, days: list[str], axis: str) -> go.Bar:
    last = len(days)
    rising = panel.close[0, -last:] >= panel.open[0, -last:]
    return go.Bar(
        x=days,
        y=_plain(panel.volume[0, -last:]),
        yaxis=axis,
        name="volume",
        showlegend=False,
        marker={"color": np.where(rising, theme.UP_COLOUR, theme.DOWN_COLOUR), "opacity": 0.55},
        hovertemplate="%{y:,.0f} shares",
    )


def _months(days: Sequence[str]) -> dict[str, list[str]]:
    """Return axis ticks at the first session of each month, of fewer months if there are many."""
    firsts = [day for before, day in pairwise(days) if before[:7] != day[:7]]
    chosen = firsts[:: 1 + len(firsts) // 5] or list(days[:1])
    return {"tickvals": chosen, "ticktext": [f"{date.fromisoformat(day):%b %Y}" for day in chosen]}


def _plain(values: FloatArray) -> list[float | None]:
    return [None if math.isnan(value) else float(value) for value in values]
