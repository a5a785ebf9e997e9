"""Build the outcome figures, with their uncertainty: IC over time, score groups, equity, group means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import plotly.graph_objects as go

from technic_scanner.runs.performance.performance_report import Equity, GroupPerformance, IcPoint
from technic_scanner.screening.evidence import Interval, MeanTest
from technic_scanner.ui.style import figure_frame, theme
from technic_scanner.ui.style.wording import count_text, words

# One year of monthly dates, which shows whether the IC changes over time.
TRAILING_DATES = 12
# Up to this many dates are labelled below their bars; more are placed on a time axis.
MAX_NAMED_DATES = 24
MAX_FLAT_DATES = 6
# With more rebalances than this the markers would overlap and hide the dashes of the lines.
MAX_MARKED_DATES = 60


def ic_over_time(points: Sequence[IcPoint], test: MeanTest, height: int = 300) -> go.Figure:
    """Draw the rank IC of each as-of date, oldest left, its mean as a line and the mean's 95% interval as a band."""
    known = sorted((point for point in points if point.ic is not None), key=lambda point: point.as_of)
    bars = go.Bar(
        x=[point.as_of for point in known],
        y=[point.ic for point in known],
        customdata=[(point.n, point.runs) for point in known],
        name="IC of a date",
        marker=theme.run_fill(0),
        hovertemplate="%{x}: %{y:.3f}, picks %{customdata[0]:,}, runs %{customdata[1]}<extra></extra>",
    )
    return go.Figure(
        [bars, *_trailing_mean(known)],
        figure_frame.frame(height, **_dates(known), **_mean(test), yaxis={"title": "rank IC", "zeroline": True}),
    )


def _mean(test: MeanTest) -> dict[str, Any]:
    """Return the layout of the mean's line, label and interval band; empty if the mean is unknown."""
    if test.mean is None:
        return {}
    colour = theme.STAGE_COLOURS["symbol_scanning"]
    across = {"xref": "x domain", "x0": 0, "x1": 1, "yref": "y"}
    line = {"color": colour, "width": 1.6}
    shapes = [across | {"type": "line", "y0": test.mean, "y1": test.mean, "line": line}]
    words = f"mean {test.mean:.3f}"
    if test.low is not None and test.high is not None:
        band = {"type": "rect", "y0": test.low, "y1": test.high, "line": {"width": 0}, "fillcolor": colour}
        shapes.append(across | band | {"opacity": 0.2, "layer": "below"})
        words += f" ({test.low:.3f} to {test.high:.3f})"
    corner = {"x": 1.0, "xref": "paper", "xanchor": "right", "y": 1.0, "yref": "paper", "yanchor": "bottom"}
    return {"shapes": shapes, "annotations": [corner | {"text": words, "showarrow": False}]}


def _dates(known: Sequence[IcPoint]) -> dict[str, Any]:
    """Return the layout of the x axis: up to MAX_NAMED_DATES labelled dates, slanted from MAX_FLAT_DATES on."""
    if len(known) > MAX_NAMED_DATES:
        return {"bottom": figure_frame.below(2)}
    slants = len(known) > MAX_FLAT_DATES
    below = figure_frame.slanted([str(point.as_of) for point in known])[1] if slants else figure_frame.below()
    return {"bottom": below, "xaxis": {"type": "category", "tickangle": figure_frame.SLANT if slants else 0}}


def _trailing_mean(known: Sequence[IcPoint]) -> Iterator[go.Scatter]:
    """Yield the line of trailing means over ``TRAILING_DATES`` dates if there are enough dates."""
    values = [point.ic or 0.0 for point in known]
    if len(values) < 2 * TRAILING_DATES:
        return
    ends = range(TRAILING_DATES, len(values) + 1)
    yield go.Scatter(
        x=[known[end - 1].as_of for end in ends],
        y=[sum(values[end - TRAILING_DATES : end]) / TRAILING_DATES for end in ends],
        mode="lines",
        name=f"mean of {TRAILING_DATES} dates",
        line={"color": theme.RUN_COLOURS[3], "width": 2, "dash": "dash"},
        hovertemplate="%{x}: %{y:.3f}<extra>" + f"mean of {TRAILING_DATES} dates</extra>",
    )


def score_groups(groups: Sequence[Interval], height: int = 300) -> go.Figure:
    """Draw the mean excess return of each score group, the lowest scores left, with 95% intervals."""
    bars = go.Bar(
        x=[f"Q{index}<br>n {group.n:,}" for index, group in enumerate(groups, start=1)],
        y=[group.mean for group in groups],
        error_y=_whiskers(groups),
        marker=theme.run_fill(0),
        hovertemplate="%{x}<br>%{y:.2%}<extra></extra>",
        name="mean excess",
    )
    return go.Figure(
        bars,
        figure_frame.frame(
            height,
            bottom=figure_frame.below(2, titled=True),
            showlegend=False,
            yaxis={"title": "mean excess return", "tickformat": ".1%", "zeroline": True},
            xaxis={"title": "score group, lowest left", "tickangle": 0},
        ),
    )


def equity(line: Equity, height: int = 320) -> go.Figure:
    """Draw the growth of 1 in the picks, after and before costs, and in the equal-weight universe."""
    curves = (
        ("picks, after costs", line.curve.picks, "solid", theme.ACCENT),
        ("picks, before costs", line.curve.before_costs, "dash", theme.ACCENT),
        ("universe, equal weight", line.curve.universe, "dot", theme.NEUTRAL),
    )
    return go.Figure(
        [
            go.Scatter(
                x=list(line.dates),
                y=[float(value) for value in values],
                mode="lines+markers" if len(line.dates) <= MAX_MARKED_DATES else "lines",
                name=name,
                line={"dash": dash, "color": colour, "width": 2},
                marker={"size": 4},
                hovertemplate="%{x}: %{y:.3f}<extra>" + name + "</extra>",
            )
            for name, values, dash, colour in curves
        ],
        figure_frame.frame(height, bottom=figure_frame.below(2), yaxis={"title": "growth of 1"}),
    )


def group_means(groups: Sequence[GroupPerformance]) -> go.Figure:
    """Draw the mean excess return of each value of one grouping as a point with its 95% interval."""
    labels = [f"{figure_frame.literal(words(group.value))} · {count_text(group.excess.n, 'pick')}" for group in groups]
    points = go.Scatter(
        x=[group.excess.mean for group in groups],
        y=labels,
        error_x=_whiskers([group.excess for group in groups]),
        mode="markers",
        marker={"size": 9, "color": theme.ACCENT},
        hovertemplate="%{y}: %{x:.2%}<extra></extra>",
    )
    return go.Figure(
        points,
        figure_frame.frame(
            90 + 34 * len(groups),
            left=figure_frame.beside(labels),
            showlegend=False,
            shapes=[figure_frame.upright(0, theme.NEUTRAL, "dot", 1)],
            xaxis={"title": "mean excess return", "tickformat": ".1%"},
            yaxis={"autorange": "reversed"},
        ),
    )


def _whiskers(intervals: Sequence[Interval]) -> dict[str, Any]:
    """Return Plotly error bars; an unknown interval has none."""

    def reach(end: float | None, mean: float | None) -> float:
        return 0.0 if end is None or mean is None else abs(end - mean)

    return {
        "type": "data",
        "symmetric": False,
        "array": [reach(interval.high, interval.mean) for interval in intervals],
        "arrayminus": [reach(interval.low, interval.mean) for interval in intervals],
        "color": theme.NEUTRAL,
    }
