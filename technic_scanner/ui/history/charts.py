"""Build Plotly figures over many runs: stage seconds, percentiles, rates and the accuracy of the ETA."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import plotly.graph_objects as go

from technic_scanner.domain.stage import Stage
from technic_scanner.progress.stage_deltas import TOTAL
from technic_scanner.progress.text import seconds_text
from technic_scanner.runs.model import StageSample
from technic_scanner.runs.timings.analytics import DayTrend, EtaPoint, StageStatistics, eta_points
from technic_scanner.ui.style import figure_frame, theme
from technic_scanner.ui.style.wording import short_id

# The legend with the names of all stages needs two rows above a figure of half the page's width.
_TWO_ROWS = 62
GAPS = "between stages"
# Up to this many bars have room for their seconds; up to MAX_NAMED, for distinguishable patterns and for names.
MAX_WRITTEN = 12
MAX_NAMED = 60
# End of the axis of ETA errors: a prediction of 40 times the actual duration would flatten all other points.
MOST_ERROR = 2.0


def stage_names(samples: Sequence[StageSample]) -> tuple[str, ...]:
    """Return every stage that occurs, in order of first occurrence."""
    return tuple(dict.fromkeys(name for sample in samples for name, _ in sample.stage_seconds))


def stacked_stages(samples: Sequence[StageSample], height: int = 340) -> go.Figure:
    """Draw stage seconds as a stacked bar per run, oldest left; ``customdata`` of each bar is the run id."""
    runs = list(reversed(samples))
    ids = [sample.run_id for sample in runs]
    ticks = [_tick(sample) for sample in runs]
    stacks = []
    for name in stage_names(samples):
        seconds = [dict(sample.stage_seconds).get(name, 0.0) for sample in runs]
        stacks.append(_stack(name, ticks, seconds, ids))
    stacks.append(_stack(GAPS, ticks, [sample.gap_seconds for sample in runs], ids))
    return go.Figure(
        stacks,
        figure_frame.frame(
            height,
            **_run_by_run(ticks),
            top=_TWO_ROWS,
            barmode="stack",
            clickmode="event+select",
            uniformtext=figure_frame.READABLE,
            yaxis={"title": "seconds", "rangemode": "tozero"},
        ),
    )


def stage_boxes(statistics: Sequence[StageStatistics], height: int = 300) -> go.Figure:
    """Draw a box plot of each stage's seconds: 5, 25, 50, 75 and 95 per cent.

    Only these five numbers are sent, so a figure over 100,000 runs is as small as one over ten.
    """
    stages = [row for row in statistics if row.stage != TOTAL]
    names = [theme.stage_label(row.stage) for row in stages]
    return go.Figure(
        [
            go.Box(
                y=[name],
                lowerfence=[row.p5],
                q1=[row.p25],
                median=[row.p50],
                q3=[row.p75],
                upperfence=[row.p95],
                orientation="h",
                name=name,
                marker_color=theme.stage_colour(row.stage),
            )
            for row, name in zip(stages, names, strict=True)
        ],
        figure_frame.frame(
            height,
            left=figure_frame.beside(names),
            showlegend=False,
            xaxis={"title": "seconds (whiskers 5–95%)", "rangemode": "tozero"},
            yaxis={"autorange": "reversed"},
        ),
    )


def rate_trend(samples: Sequence[StageSample], height: int = 300) -> go.Figure:
    """Draw symbols per second (left axis) and cache hit rate (right axis, dashed) per run, oldest left.

    Runs are equally spaced: on a time axis the runs of one busy minute would coincide.
    """
    runs = list(reversed(samples))
    ticks = [_tick(sample) for sample in runs]
    return _rates(
        ticks,
        [sample.symbols_per_second for sample in runs],
        [sample.cache_hit_rate for sample in runs],
        height,
        _run_by_run(ticks),
    )


def daily_rates(days: Sequence[DayTrend], height: int = 300) -> go.Figure:
    """Draw the same rates from daily medians, on an axis of dates."""
    return _rates(
        [day.day for day in days],
        [day.symbols_per_second for day in days],
        [day.cache_hit_rate for day in days],
        height,
        {"bottom": figure_frame.below(2)},
    )


def eta_accuracy(samples: Sequence[StageSample], moment: str = "start", height: int = 300) -> go.Figure:
    """Plot the duration predicted at ``moment`` against the actual one of successful runs; the dotted line is exact."""
    points = _promises(samples, moment)
    promised, actual = [point.predicted_seconds for point in points], [point.actual_seconds for point in points]
    runs = go.Scatter(
        x=promised,
        y=actual,
        mode="markers",
        name="runs",
        marker={"size": 9, "color": theme.ACCENT, "opacity": 0.75},
        customdata=[point.run_id for point in points],
        hovertemplate="predicted %{x:.2f} s, took %{y:.2f} s<extra></extra>",
    )
    top = max(promised + actual, default=1.0) * 1.05
    exact = go.Scatter(
        x=[0, top],
        y=[0, top],
        mode="lines",
        name="exact",
        line={"dash": "dot", "color": theme.NEUTRAL},
        hoverinfo="skip",
    )
    return go.Figure(
        [runs, exact],
        figure_frame.frame(
            height,
            xaxis={"title": "predicted total, seconds", "rangemode": "tozero"},
            yaxis={"title": "actual total, seconds", "rangemode": "tozero"},
        ),
    )


def eta_error_trend(samples: Sequence[StageSample], moments: Sequence[str], height: int = 300) -> go.Figure:
    """Plot |predicted − actual| / actual of successful runs, one line per moment of the prediction.

    Runs are equally spaced, the oldest left, as in ``rate_trend``.
    The axis ends at ``MOST_ERROR``; its title states how many points are beyond it.
    """
    lines = []
    promises = {moment: _promises(samples, moment) for moment in moments}
    judged = {point.run_id for points in promises.values() for point in points}
    errors: list[float] = []
    for index, (moment, points) in enumerate(promises.items()):
        shares = [abs(point.error) for point in points]
        errors += shares
        line = _line(
            [_tick(point) for point in points],
            shares,
            moment_label(moment),
            theme.RUN_COLOURS[index % len(theme.RUN_COLOURS)],
        )
        line.update(line={"dash": _DASHES[index % len(_DASHES)]}, marker={"symbol": _SYMBOLS[index % len(_SYMBOLS)]})
        lines.append(line)
    beyond, said = sum(error > MOST_ERROR for error in errors), None
    if beyond:
        said = f"not shown: {beyond:,} above {100 * MOST_ERROR:.0f}%, the largest {100 * max(errors):,.0f}%"
    share = {"title": "error, share of the run", "tickformat": ".0%", "rangemode": "tozero"}
    return go.Figure(
        lines,
        figure_frame.frame(
            height,
            **_run_by_run([_tick(sample) for sample in reversed(samples) if sample.run_id in judged], said),
            showlegend=len(promises) > 1,
            yaxis=share | ({"range": [0, MOST_ERROR]} if beyond else {}),
        ),
    )


def moment_label(moment: str) -> str:
    """Return a moment of prediction as text: ``at the start``, ``at 25%``."""
    return "at the start" if moment == "start" else f"at {moment}%"


_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
_SYMBOLS = ("circle", "diamond", "square", "cross", "triangle-up")


def _promises(samples: Sequence[StageSample], moment: str) -> list[EtaPoint]:
    """Return the predictions of one moment that have an actual duration, the oldest run first."""
    return [point for point in eta_points(reversed(samples)) if point.moment == moment]


def _tick(run: StageSample | EtaPoint) -> str:
    return f"{run.created_at:%m-%d %H:%M} · {short_id(run.run_id)}"


def _run_by_run(ticks: Sequence[str], title: str | None = None) -> dict[str, Any]:
    """Return the layout of an x axis with equally spaced runs in the given order, with names if there is room."""
    named = len(ticks) <= MAX_NAMED
    left, below = (
        figure_frame.slanted(ticks, title is not None) if named else (0, figure_frame.below(0, title is not None))
    )
    return {
        "left": max(left, figure_frame.beside(titled=True)),
        "bottom": below,
        "xaxis": {
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(ticks),
            "title": title,
            "tickangle": figure_frame.SLANT,
            "nticks": 24,
            "showticklabels": named,
        },
    }


def _rates(
    moments: Sequence[date | str],
    rates: Sequence[float | None],
    hits: Sequence[float | None],
    height: int,
    across: dict[str, Any],
) -> go.Figure:
    """Draw both rates; ``across`` is the layout of the x axis."""
    solid = _line(moments, rates, "symbols/s", theme.stage_colour(Stage.SYMBOL_SCANNING))
    dashed = _line(moments, hits, "cache hit rate", theme.stage_colour(Stage.DATA_FETCHING))
    dashed.update(yaxis="y2", line={"dash": "dash"}, marker={"symbol": "diamond"})
    right = {"title": "cache hit rate", "overlaying": "y", "side": "right", "range": [0, 1.05], "dtick": 0.25}
    return go.Figure(
        [solid, dashed],
        figure_frame.frame(
            height,
            **across,
            right=figure_frame.beside(["100%"], titled=True),
            yaxis={"title": "symbols/s", "rangemode": "tozero"},
            yaxis2=right | {"tickformat": ".0%", "showgrid": False, "tickmode": "linear"},
        ),
    )


def _stack(name: str, ticks: list[str], seconds: list[float], ids: list[str]) -> go.Bar:
    label = theme.stage_label(name)
    written, pattern = len(ids) <= MAX_WRITTEN, theme.stage_pattern(name) if len(ids) <= MAX_NAMED else ""
    return go.Bar(
        x=ticks,
        y=seconds,
        name=label,
        customdata=ids,
        marker=theme.fill(theme.stage_colour(name), pattern),
        text=[seconds_text(value) if value > 0 else "" for value in seconds] if written else None,
        textposition="inside" if written else "none",
        insidetextfont={"color": theme.INK},
        hovertemplate="%{x}<br>" + label + ": %{y:.3f} s<extra></extra>",
    )


def _line(moments: Sequence[date | str], values: Sequence[float | None], name: str, colour: str) -> go.Scatter:
    return go.Scatter(
        x=list(moments),
        y=list(values),
        mode="lines+markers",
        name=name,
        connectgaps=False,
        line={"color": colour, "width": 2},
        marker={"size": 7},
    )
