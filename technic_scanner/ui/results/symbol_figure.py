"""Build the figure of one symbol: candles with the plan and past picks, and panels below."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import plotly.graph_objects as go

from technic_scanner.bootstrap.market_line import MarketLine
from technic_scanner.domain.quoting import cut
from technic_scanner.screening.bars import FloatArray, Panel
from technic_scanner.ui.results import session_axis, symbol_marks
from technic_scanner.ui.results.indicator_lines import macd, moving_average, rebased, rsi
from technic_scanner.ui.results.symbol_marks import Marks
from technic_scanner.ui.style import figure_frame, theme

AVERAGES: tuple[tuple[int, str, str], ...] = (
    (20, "#8A63D2", "solid"),
    (50, "#C27A10", "dash"),
    (200, "#7A8699", "dot"),
)
VOLUME, RSI, MACD, STRENGTH = "Volume", "RSI", "MACD", "Strength"
PANELS = (VOLUME, RSI, MACD, STRENGTH)
_MARKET_COLOUR = "#D1567F"
_OWN_COLOURS = ("#0F9694", "#D1567F", "#6B7FE0", "#C27A10")
_PRICES_PIXELS, _PANEL_PIXELS, _GAP = 420, 110, 0.04
_TITLE = 18  # characters of the title of a panel of 110 px
_NEAR = 0.5


@dataclass(frozen=True, slots=True)
class ChartView:
    """How a symbol is drawn: how many of the newest sessions, the price axis, and the panels below the prices.

    ``overlay``: whether the market is drawn over the prices. Without a market neither it nor its panel is there.
    ``own`` are lines of one's own, (T,) by name: over the bars where they are of the size of prices, else below.
    ``marks`` are the sessions that are marked.
    """

    sessions: int = 160
    logarithmic: bool = False
    panels: tuple[str, ...] = (VOLUME,)
    overlay: bool = False
    own: Mapping[str, FloatArray] = field(default_factory=dict)
    marks: Marks = field(default_factory=Marks)


Pane = tuple[str, FloatArray | None]


def candles(
    panel: Panel,
    plan: Mapping[str, Any],
    view: ChartView | None = None,
    market: MarketLine | None = None,
) -> go.Figure:
    """Draw the newest bars of a one-symbol panel with moving averages and the planned entry, stop and target.

    Rising candles are hollow, falling ones filled. ``plan`` maps Entry, Stop and Target to prices; None is not drawn;
    Currency is the unit of the price axis, if it is known.
    ``market`` is what its strength is relative to.
    """
    view = _possible(view or ChartView(), market)
    days = [str(day) for day in panel.sessions[-view.sessions :]]
    lines, names = symbol_marks.levels(plan)
    over = {name: values for name, values in view.own.items() if _is_price(values, panel, len(days))}
    panes: list[Pane] = [(name, None) for name in view.panels]
    panes += [item for item in view.own.items() if item[0] not in over]
    height = _PRICES_PIXELS + _PANEL_PIXELS * len(panes)
    axes, lowest = _price_and_panel_axes(view, panes)
    if plan.get("Currency"):
        axes["yaxis"]["title"] = f"price, {plan['Currency']}"
    return go.Figure(
        [
            _bars(panel, days),
            *_averages(panel, days),
            *_own(days, over, 0, "y"),
            *symbol_marks.marks(panel, days, view.marks),
            *_market(panel, days, market, view),
            *_panels(panel, days, panes, market),
        ],
        figure_frame.frame(
            height,
            **axes,
            xaxis={"rangeslider": {"visible": False}, "anchor": lowest, "tickangle": 0}
            | _crosshair()
            | session_axis.axis(days),
            hovermode="x unified",
            hoversubplots="axis",  # the pointer shows the values of all panels
            right=figure_frame.beside([name["text"] for name in names]),
            bottom=figure_frame.below(lines=2),
            shapes=lines,
            annotations=names,
        ),
    )


def _crosshair() -> dict[str, Any]:
    """Return the axis settings of a vertical line that follows the pointer over all panels."""
    return {"showspikes": True, "spikemode": "across", "spikesnap": "cursor", "spikethickness": 1, "spikedash": "dot"}


def _price_and_panel_axes(view: ChartView, panes: Sequence[Pane]) -> tuple[dict[str, Any], str]:
    """Return the layout of the price axis and of an axis for each panel below it, and the name of the lowest."""
    whole = _PRICES_PIXELS + _PANEL_PIXELS * len(panes)
    share = _PANEL_PIXELS / whole
    axes: dict[str, Any] = {}
    for index, (name, own) in enumerate(panes):
        bottom = share * (len(panes) - 1 - index)
        scale = _SCALES[name] if own is None else {"title": figure_frame.literal(cut(name, _TITLE))}
        axes[f"yaxis{index + 2}"] = {"domain": [bottom, bottom + share - _GAP]} | scale
    price = {"domain": [share * len(panes), 1.0], "title": "price"}
    if view.logarithmic:
        price["type"] = "log"
    axes["yaxis"] = price
    return axes, f"y{len(panes) + 1}" if panes else "y"


def _is_price(values: FloatArray, panel: Panel, sessions: int) -> bool:
    """Return whether all drawn values of a line are of the size of the prices that are drawn."""
    known = values[-sessions:][np.isfinite(values[-sessions:])]
    low, high = np.nanmin(panel.low[0, -sessions:]), np.nanmax(panel.high[0, -sessions:])
    return bool(len(known)) and bool(((known >= low * (1 - _NEAR)) & (known <= high * (1 + _NEAR))).all())


_SCALES: dict[str, dict[str, Any]] = {
    VOLUME: {"rangemode": "tozero", "title": "volume"},
    RSI: {"range": [0, 100], "tickvals": [30, 50, 70], "title": "RSI 14"},
    MACD: {"title": "MACD"},
    STRENGTH: {"title": "strength"},
}


def _own(days: list[str], lines: Mapping[str, FloatArray], first: int, axis: str) -> Iterator[go.Scatter]:
    """Yield lines of one's own; ``first`` is the place of the first one's colour."""
    for place, (name, values) in enumerate(lines.items(), first):
        colour = _OWN_COLOURS[place % len(_OWN_COLOURS)]
        dash = "longdashdot" if axis == "y" else "solid"
        yield _line(days, values, figure_frame.literal(name), colour, axis, dash)


def _panels(
    panel: Panel, days: list[str], panes: Sequence[Pane], market: MarketLine | None
) -> Iterator[go.Bar | go.Scatter]:
    """Yield the traces of each panel."""
    for index, (name, own) in enumerate(panes):
        axis = f"y{index + 2}"
        if own is not None:
            yield from _own(days, {name: own}, index, axis)
        elif name == VOLUME:
            yield _volume(panel, days, axis)
        elif name == RSI:
            yield _line(days, rsi(panel.close[0]), "RSI 14", "#8A63D2", axis)
        elif name == STRENGTH and market is not None:
            strength = rebased(panel.close[0] / market.on(panel.sessions), len(days), 100.0)
            yield _line(days, strength, "strength", _MARKET_COLOUR, axis)
        else:
            lines = macd(panel.close[0])
            yield _histogram(days, lines.histogram, axis)
            yield _line(days, lines.line, "MACD", theme.ACCENT, axis)
            yield _line(days, lines.signal, "MACD signal", "#C27A10", axis)


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


def _possible(view: ChartView, market: MarketLine | None) -> ChartView:
    """Return the view without what needs a market if there is none."""
    if market is not None:
        return view
    return replace(view, overlay=False, panels=tuple(name for name in view.panels if name != STRENGTH))


def _market(panel: Panel, days: list[str], market: MarketLine | None, view: ChartView) -> Iterator[go.Scatter]:
    """Yield the market, scaled so that it begins at the symbol's first drawn close."""
    if market is None or not view.overlay:
        return
    closes = panel.close[0, -len(days) :]
    known = np.flatnonzero(np.isfinite(closes) & np.isfinite(market.on(panel.sessions)[-len(days) :]))
    if len(known):
        scaled = rebased(market.on(panel.sessions), len(days) - int(known[0]), float(closes[known[0]]))
        yield _line(days, scaled, "market", _MARKET_COLOUR, "y", "dashdot")


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


def _plain(values: FloatArray) -> list[float | None]:
    return [None if math.isnan(value) else float(value) for value in values]
