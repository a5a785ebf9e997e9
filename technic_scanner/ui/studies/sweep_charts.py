"""Build the figure of a parameter study: a heat map of two ranges, a line of one."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from technic_scanner.ui.style import figure_frame, theme

# Below, at and above zero; told apart by lightness too.
_SCALE = [[0.0, "#B03A63"], [0.5, "#E6E8EC"], [1.0, "#0B6F6D"]]


def grid(answer: dict[str, Any], horizon: int) -> go.Figure:
    """Draw the mean excess of every variant after ``horizon`` sessions, the best one marked."""
    ranges, cells = answer["ranges"], [variant["horizons"][str(horizon)] for variant in answer["variants"]]
    best = answer["by_horizon"][str(horizon)]
    place = None if best is None else best["variant"]
    return _line(ranges[0], cells, place) if len(ranges) == 1 else _map(ranges, cells, place)


def _map(ranges: list[dict[str, Any]], cells: list[dict[str, Any]], place: int | None) -> go.Figure:
    rows, columns = ranges
    width = len(columns["values"])
    split = [cells[start : start + width] for start in range(0, len(cells), width)]
    drawn = go.Heatmap(
        x=columns["values"],
        y=rows["values"],
        z=[[cell["mean_excess"] for cell in row] for row in split],
        customdata=[[(cell["n"], cell["n_dates"]) for cell in row] for row in split],
        colorscale=_SCALE,
        zmid=0.0,
        texttemplate="%{z:.2%}" if width <= 12 else None,
        xgap=1,
        ygap=1,
        colorbar={"tickformat": ".1%", "title": {"text": "mean excess"}},
        hovertemplate=(
            f"{rows['name']} = %{{y}}, {columns['name']} = %{{x}}: %{{z:.2%}}<br>"
            "%{customdata[0]:,} entries on %{customdata[1]:,} dates<extra></extra>"
        ),
    )
    marked = [] if place is None else [_frame_of(place // width, place % width)]
    height = min(640, 130 + 34 * len(rows["values"]))
    frame = figure_frame.frame(
        height,
        xaxis={"title": columns["name"], "type": "category"},
        yaxis={"title": rows["name"], "type": "category"},
        shapes=marked,
    )
    return go.Figure([drawn], frame)


def _frame_of(row: int, column: int) -> dict[str, Any]:
    """Return a frame around a cell: places on axes of categories are numbers."""
    corners = {"x0": column - 0.5, "x1": column + 0.5, "y0": row - 0.5, "y1": row + 0.5}
    return {"type": "rect", "line": {"color": theme.RUN_COLOURS[1], "width": 3}, **corners}


def _line(item: dict[str, Any], cells: list[dict[str, Any]], place: int | None) -> go.Figure:
    drawn = go.Scatter(
        x=item["values"],
        y=[cell["mean_excess"] for cell in cells],
        customdata=[(cell["n"], cell["n_dates"]) for cell in cells],
        mode="lines+markers",
        line={"color": theme.RUN_COLOURS[0], "width": 2},
        marker={
            "size": [13 if number == place else 8 for number in range(len(cells))],
            "color": [theme.RUN_COLOURS[1 if number == place else 0] for number in range(len(cells))],
        },
        hovertemplate=(
            f"{item['name']} = %{{x}}: %{{y:.2%}}<br>"
            "%{customdata[0]:,} entries on %{customdata[1]:,} dates<extra></extra>"
        ),
    )
    frame = figure_frame.frame(
        320,
        showlegend=False,
        xaxis={"title": item["name"], "type": "category"},
        yaxis={"title": "mean excess", "tickformat": ".1%", "zeroline": True},
    )
    return go.Figure([drawn], frame)
