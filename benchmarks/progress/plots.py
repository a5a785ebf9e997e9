"""Draw the plots of docs/progress.md from the benchmark's own runs, with Plotly in the Chromium that tests use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote

import plotly.graph_objects as go
from playwright.sync_api import sync_playwright
from plotly.offline import get_plotlyjs
from plotly.subplots import make_subplots

from benchmarks.progress.contestants import FixedWeights, Ours, Rich, Tqdm
from benchmarks.progress.score import Maker, Reading, replay
from benchmarks.progress.tables import FIXED, FLOOR, OURS, RICH, TQDM, Row
from benchmarks.progress.workloads import WORKLOADS, simulate
from tools.ensure_chromium import find

# Okabe-Ito: told apart by people with any kind of colour vision, and by their dashes and marks as well.
LINES: tuple[tuple[str, Maker, str, str, str], ...] = (
    (TQDM, Tqdm, "#E69F00", "dot", "triangle-up"),
    (RICH, Rich, "#009E73", "dash", "square"),
    (FIXED, FixedWeights, "#CC79A7", "dashdot", "diamond"),
    (OURS, Ours, "#0072B2", "solid", "circle"),
)
BAND = "rgba(0,114,178,0.18)"
SHOWN = (
    "stage mix 4/20.5/70/5.5",
    "cold → warm cache mid-run",
    "provider throttles ×3 mid-run",
    "first run, matching mix",
)
SEED = 3
WIDTH, RUNS_HEIGHT, ERRORS_HEIGHT = 960, 680, 460


def draw(rows: Sequence[Row], folder: Path) -> None:
    """Write ``progress-runs.svg`` and ``progress-errors.svg`` into ``folder``; RuntimeError without a Chromium."""
    chromium = find()
    if chromium is None:
        raise RuntimeError("no Chromium to draw with: python -m tools.ensure_chromium")
    folder.mkdir(parents=True, exist_ok=True)
    figures = {"progress-runs": (_runs(), RUNS_HEIGHT), "progress-errors": (_errors(rows), ERRORS_HEIGHT)}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.add_script_tag(content=get_plotlyjs())
        for name, (figure, height) in figures.items():
            url = page.evaluate(
                "([figure, size]) => Plotly.toImage(JSON.parse(figure), size)",
                [figure.to_json(), {"format": "svg", "width": WIDTH, "height": height}],
            )
            (folder / f"{name}.svg").write_text(unquote(url.split(",", 1)[1]) + "\n", encoding="utf-8")
        browser.close()


def _runs() -> go.Figure:
    """Plot the predicted seconds left over one run of some workloads."""
    figure = make_subplots(2, 2, subplot_titles=SHOWN, vertical_spacing=0.14, horizontal_spacing=0.07)
    for place, name in enumerate(SHOWN):
        cell = {"row": place // 2 + 1, "col": place % 2 + 1}
        trace, past = simulate(next(workload for workload in WORKLOADS if workload.name == name), SEED)
        total, first = trace.seconds, place == 0
        for label, make, colour, dash, _ in LINES:
            readings = replay(make, trace, past)
            if make is Ours:
                figure.add_traces(_band(readings, total, shown=first), rows=cell["row"], cols=cell["col"])
            figure.add_scatter(
                x=[item.moment * total for item in readings],
                y=[item.eta for item in readings],
                name=label,
                line={"color": colour, "dash": dash, "width": 1.6},
                showlegend=first,
                **cell,
            )
        figure.add_scatter(
            x=[0, total],
            y=[total, 0],
            name="truth",
            mode="lines",
            line={"color": "black", "width": 1},
            showlegend=first,
            **cell,
        )
        for start in trace.stage_starts()[1:]:
            figure.add_vline(x=start, line={"color": "#DDDDDD", "width": 1}, layer="below", **cell)
        figure.update_xaxes(range=[0, total], title="seconds into the run" if place > 1 else None, **cell)
        figure.update_yaxes(range=[0, 2 * total], title=None if place % 2 else "predicted seconds left", **cell)
    return _styled(figure)


def _band(readings: Sequence[Reading], total: float, *, shown: bool) -> list[go.Scatter]:
    known = [(item.moment * total, *item.band) for item in readings if item.band is not None]
    moments, low, high = zip(*known, strict=True)
    edge = {"x": moments, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    return [
        go.Scatter(y=low, showlegend=False, **edge),
        go.Scatter(y=high, fill="tonexty", fillcolor=BAND, name="80 % band", showlegend=shown, **edge),
    ]


def _errors(rows: Sequence[Row]) -> go.Figure:
    """Plot the mean errors of all contestants by workload."""
    figure = go.Figure()
    names = [row.name for row in rows]
    for label, _, colour, _, symbol in LINES:
        figure.add_scatter(
            x=[row.errors[label] for row in rows],
            y=names,
            name=label,
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 10},
        )
    figure.add_scatter(
        x=[row.errors.get(FLOOR) for row in rows],
        y=names,
        name=FLOOR,
        mode="markers",
        marker={"color": "black", "symbol": "line-ns-open", "size": 14},
    )
    ticks = [2, 5, 10, 20, 50, 100, 200, 400]
    figure.update_xaxes(type="log", tickvals=ticks, title="mean |ETA − truth| / total, % (log scale); left is better")
    figure.update_xaxes(gridcolor="#E5E5E5", showgrid=True)
    figure.update_yaxes(autorange="reversed")
    return _styled(figure)


def _styled(figure: go.Figure) -> go.Figure:
    figure.update_layout(
        template="simple_white",
        font={"size": 12},
        margin={"l": 60, "r": 20, "t": 40, "b": 60},
        legend={"orientation": "h", "yanchor": "top", "y": -0.16, "x": 0.5, "xanchor": "center"},
        paper_bgcolor="white",
    )
    return figure
