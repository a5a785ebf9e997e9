"""Build the figures of a study: entries by month, the decay curve, groups, and one symbol with its entries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from technic_scanner.screening.bars import FIELDS
from technic_scanner.screening.bars import Panel as Bars
from technic_scanner.studies.extremes import Entry
from technic_scanner.studies.result import Study
from technic_scanner.ui.style import figure_frame, theme


def entries_by_month(per_month: dict[str, int], height: int = 260) -> go.Figure:
    """Draw the number of entries of each month."""
    bars = go.Bar(
        x=[f"{month}-01" for month in per_month],
        y=list(per_month.values()),
        marker={"color": theme.RUN_COLOURS[0]},
        hovertemplate="%{x|%B %Y}: %{y:,} entries<extra></extra>",
    )
    frame = figure_frame.frame(height, showlegend=False, yaxis={"title": "entries"}, xaxis={"type": "date"}, bargap=0.1)
    return go.Figure([bars], frame)


def decay(points: Sequence[dict[str, Any]], horizons: dict[str, Any], height: int = 300) -> go.Figure:
    """Draw the mean excess price change around the entry, with the intervals of the judged horizons."""
    line = go.Scatter(
        x=[point["offset"] for point in points],
        y=[point["mean_excess"] for point in points],
        mode="lines",
        name="mean excess",
        line={"color": theme.RUN_COLOURS[0], "width": 2},
        hovertemplate="%{x} sessions: %{y:.2%}<extra></extra>",
    )
    known = {int(name): found for name, found in horizons.items() if found["low"] is not None}
    judged = go.Scatter(
        x=list(known),
        y=[found["mean_excess"] for found in known.values()],
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [found["high"] - found["mean_excess"] for found in known.values()],
            "arrayminus": [found["mean_excess"] - found["low"] for found in known.values()],
        },
        mode="markers",
        name="95% interval",
        marker={"color": theme.RUN_COLOURS[1], "symbol": "diamond", "size": 8},
        hovertemplate="%{x} sessions: %{y:.2%}<extra></extra>",
    )
    return go.Figure(
        [line, judged],
        figure_frame.frame(
            height,
            xaxis={"title": "sessions after the entry"},
            yaxis={"title": "excess", "tickformat": ".1%", "zeroline": True},
            shapes=[figure_frame.upright(0, theme.RUN_COLOURS[5], "dot", 1.2)],
        ),
    )


def bars_around(bars: Bars, row: int, at: int, before: int, after: int) -> Bars:
    """Return a symbol's own bars around session ``at``, which has one: up to ``before`` earlier, ``after`` later."""
    own = np.flatnonzero(np.isfinite(bars.close[row]))
    place = int(np.searchsorted(own, at))
    chosen = own[max(0, place - before) : place + after + 1]
    fields = (np.ascontiguousarray(getattr(bars, name)[row, chosen][None]) for name in FIELDS)
    return Bars((bars.symbols[row],), bars.sessions[chosen], *fields)


def symbol_events(study: Study, symbol: str, entries: Sequence[Entry], horizon: int, height: int = 380) -> go.Figure:
    """Draw the closes of one symbol with its entries: up where the excess after ``horizon`` was positive, else down."""
    row = study.panel.symbols.index(symbol)
    close = study.panel.bars.close[row]
    there = np.flatnonzero(np.isfinite(close))
    days = study.panel.sessions.astype(str)
    at = {str(day): price for day, price in zip(days[there].tolist(), close[there].tolist(), strict=True)}
    lines = go.Scatter(
        x=list(at), y=list(at.values()), mode="lines", name="close", line={"color": theme.RUN_COLOURS[5], "width": 1.2},
        hovertemplate="%{x}: %{y:.2f}<extra></extra>",
    )  # fmt: skip
    above: list[Entry] = []
    below: list[Entry] = []
    later: list[Entry] = []
    for entry in entries:
        excess = entry.excess[horizon]
        (later if excess is None else above if excess > 0.0 else below).append(entry)
    kinds = (
        ("above the universe", "triangle-up", theme.RUN_COLOURS[2], above),
        ("not above it", "triangle-down", theme.RUN_COLOURS[3], below),
        ("not judged yet", "circle", theme.RUN_COLOURS[1], later),
    )
    marks = [
        go.Scatter(
            x=[str(entry.session) for entry in chosen],
            y=[at[str(entry.session)] for entry in chosen],
            customdata=[entry.excess[horizon] for entry in chosen],
            mode="markers",
            name=name,
            marker={"symbol": shape, "color": colour, "size": 10, "line": {"width": 1, "color": theme.RUN_COLOURS[5]}},
            hovertemplate="%{x}: %{y:.2f}, excess %{customdata:.1%}<extra></extra>",
        )
        for name, shape, colour, chosen in kinds
        if chosen
    ]
    return go.Figure([lines, *marks], figure_frame.frame(height, yaxis={"title": "close"}, xaxis={"type": "date"}))
