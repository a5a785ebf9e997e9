"""Build the figures of one scan's rows: sub-scores, sector map and score distribution."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from technic_scanner.pipeline.columns import SUB_SCORE_COLUMNS
from technic_scanner.ui.style import figure_frame, theme
from technic_scanner.ui.style.wording import number

MAX_TILES = 400
# Colours of the lowest and the highest score; white text has a contrast of 4.5:1 or more on both and between them.
SCORE_COLOURS = ((0.0, "#66728A"), (1.0, "#0F7453"))
_EVERYTHING = "All rows"
# A sector with at least this share of the rows has a tile wide enough for its full name at 1280 px, with and without
# symbol tiles. In the latter case a dozen sectors of similar size need no shortened names.
_WIDE_SHARE, _WIDE_SHARE_ALONE = 1 / 8, 1 / 16
_SHORT_NAME, _SHORT_WORD = 16, 9
_SPREAD = (("CompositeScore", "Score"), ("TechRating", "Tech rating"), ("AlphaScore", "Alpha"))


def sub_scores(rows: Sequence[tuple[str, Mapping[str, float | None]]], height: int = 250) -> go.Figure:
    """Draw the six sub-scores (0–100) as bars, one group per named row; an unknown score has no bar."""
    bars = []
    labels = [column.removesuffix("Score") for column in SUB_SCORE_COLUMNS]
    for index, (name, row) in enumerate(rows):
        values = [row.get(column) for column in SUB_SCORE_COLUMNS]
        bars.append(
            go.Bar(
                y=labels,
                x=values,
                orientation="h",
                name=name,
                marker=theme.run_fill(index),
                text=["no data" if value is None else f"{value:.0f}" for value in values],
                insidetextfont={"color": theme.INK},
                hovertemplate="%{y}: %{x:.1f}<extra></extra>",
            )
        )
    return go.Figure(
        bars,
        figure_frame.frame(
            height,
            left=figure_frame.beside(labels),
            top=None if len(rows) > 1 else 8,
            bottom=figure_frame.below(),
            showlegend=len(rows) > 1,
            shapes=[figure_frame.upright(50, theme.NEUTRAL, "dot", 1)],
            xaxis={"range": [0, 100]},
            yaxis={"autorange": "reversed"},
        ),
    )


def sector_map(rows: pd.DataFrame, height: int = 450) -> go.Figure:
    """Draw sectors and their symbols as a treemap: one tile per symbol, coloured by CompositeScore.

    Beyond ``MAX_TILES`` rows only sectors are drawn, sized by their number of rows and coloured by their mean score.
    Long names of small sectors are shortened. Tiles too small for readable text have none; the hover text has the full
    name.
    """
    sectors = rows.groupby("Sector")["CompositeScore"].agg(["size", "mean"]).sort_values("size", ascending=False)
    ids, names = [_EVERYTHING, *sectors.index], [_EVERYTHING, *sectors.index]
    wide = _WIDE_SHARE if len(rows) <= MAX_TILES else _WIDE_SHARE_ALONE
    small = set(sectors.index[sectors["size"] < wide * len(rows)])
    parents = ["", *[_EVERYTHING] * len(sectors)]
    values = [len(rows), *(int(size) for size in sectors["size"])]
    colours = [float(rows["CompositeScore"].mean()), *(float(mean) for mean in sectors["mean"])]
    if len(rows) <= MAX_TILES:
        for symbol, sector, score in zip(rows["Symbol"], rows["Sector"], rows["CompositeScore"], strict=True):
            ids.append(f"{sector}/{symbol}")
            names.append(symbol)
            parents.append(sector)
            values.append(1)
            colours.append(float(score))
    least, most = _tens(colours)
    return go.Figure(
        go.Treemap(
            ids=ids,
            labels=[figure_frame.literal(_shortened(name) if name in small else name) for name in names],
            customdata=[figure_frame.literal(name) for name in names],
            parents=parents,
            values=values,
            branchvalues="total",
            textfont={"color": "#FFFFFF"},
            marker={
                "colors": [None if math.isnan(colour) else colour for colour in colours],
                "colorscale": SCORE_COLOURS,
                "cmin": least,
                "cmax": most,
                "colorbar": {"title": {"text": "score"}, "thickness": 10},
                "cornerradius": 3,
            },
            text=[number(colour, 1) for colour in colours],
            texttemplate="%{label}<br>%{text}",
            hovertemplate="%{customdata}: score %{text}, rows %{value}<extra></extra>",
        ),
        figure_frame.frame(height, left=0, right=72, top=4, bottom=4, uniformtext=figure_frame.READABLE),
    )


def score_distribution(rows: pd.DataFrame, height: int = 450) -> go.Figure:
    """Draw the histograms of CompositeScore, TechRating and AlphaScore over the rows, in bins of five points."""
    bars = []
    for index, (column, label) in enumerate(_SPREAD):
        counts, edges = np.histogram(rows[column].dropna().to_numpy(dtype=float), bins=np.arange(0, 105, 5))
        bars.append(
            go.Bar(
                x=edges[:-1] + 2.5,
                y=counts,
                name=label,
                marker=theme.run_fill(index),
                hovertemplate="%{y} rows around %{x}<extra>" + label + "</extra>",
            )
        )
    return go.Figure(
        bars,
        figure_frame.frame(
            height,
            barmode="group",
            xaxis={"title": "score, 0–100", "range": [0, 100]},
            yaxis={"title": "rows"},
        ),
    )


def _shortened(name: str) -> str:
    """Shorten the long words of a long name: ``Consumer Disc.``, ``Info. Tech.``."""
    if len(name) <= _SHORT_NAME:
        return name
    return " ".join(word if len(word) <= _SHORT_WORD else f"{word[:4]}." for word in name.split())


def _tens(scores: Sequence[float]) -> tuple[float, float]:
    """Return the range of the scores, rounded outward to tens: on a scale of 0–100 their colours would look alike."""
    known = [score for score in scores if math.isfinite(score)]
    if not known:
        return 0.0, 100.0
    least = 10.0 * min(math.floor(min(known) / 10.0), 9)
    return least, max(10.0 * math.ceil(max(known) / 10.0), least + 10.0)
