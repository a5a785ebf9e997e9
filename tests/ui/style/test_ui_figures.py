"""What all figures of the pages have in common: they are drawn once, so their margins hold their labels."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from technic_scanner import criteria, ui
from technic_scanner.progress.views.gantt import Span
from technic_scanner.runs.performance.performance_report import Equity, GroupPerformance, IcPoint
from technic_scanner.runs.timings.analytics import stage_statistics, trends
from technic_scanner.screening.evidence import Interval, MeanTest
from technic_scanner.screening.pick_returns import EquityCurve
from technic_scanner.studies import Study, study, sweep
from technic_scanner.studies.sweep_document import document_of_sweep
from technic_scanner.ui.history import charts
from technic_scanner.ui.outcomes import outcome_charts
from technic_scanner.ui.results import market_charts, portfolio_view, symbol_figure
from technic_scanner.ui.run import timeline
from technic_scanner.ui.run.event_history import TrailPoint
from technic_scanner.ui.studies import study_charts, sweep_charts
from technic_scanner.ui.style import figure_frame
from tests.ui.builders import metrics, panel, result_rows, sample

DAYS = np.arange("2026-01-01", "2026-03-01", dtype="datetime64[D]").astype(object)
LONG = "Internet Software, Services and Infrastructure"


def figures() -> Iterator[tuple[str, go.Figure]]:
    """Yield a figure, or several, of each function of the dashboard that makes one, with the function's name."""
    runs = tuple(sample(f"01RUN0000000000000000000{name}", 9 - place) for place, name in enumerate("CBA"))
    wild = sample("w", 10, predicted_seconds=(("start", 400.0),))
    spans = timeline.spans_of_metrics(metrics())
    yield "stacked_stages", charts.stacked_stages(runs)
    yield "stage_boxes", charts.stage_boxes(stage_statistics(runs))
    yield "rate_trend", charts.rate_trend(runs)
    yield "daily_rates", charts.daily_rates(trends(runs))
    yield "eta_accuracy", charts.eta_accuracy(runs, "start")
    yield "eta_error_trend", charts.eta_error_trend((wild, *runs), ("start", "50"))
    yield "candles", symbol_figure.candles(panel(), {"Entry": 50.0, "Stop": 48.0, "Target": 612_345.0})
    yield "entries_by_month", study_charts.entries_by_month({"2010-01": 12_345, "2010-02": 0})
    judged = {"low": -0.02, "high": 0.03, "mean_excess": 0.01}
    around = [{"offset": offset, "mean_excess": 0.001 * offset} for offset in range(-20, 64)]
    yield "decay", study_charts.decay(around, {"21": judged, "63": judged | {"low": None, "high": None}})
    yield "symbol_events", study_charts.symbol_events(_study(), "AAA", (), 21)
    yield "sub_scores", market_charts.sub_scores([("AAA", {"TrendScore": 70.0}), ("BBB", {})])
    yield "sector_map", market_charts.sector_map(result_rows())
    yield "score_distribution", market_charts.score_distribution(result_rows())
    yield "gantt", timeline.gantt((Span(timeline.QUEUE, -60.0, 60.0), *spans))
    yield "gantts_overlaid", timeline.gantts_overlaid([("first", spans), ("second", spans)])
    yield "throughput_line", timeline.throughput_line([TrailPoint(1.0, "data_fetching", 50.0)])
    yield "sector_weights", portfolio_view.sector_weights(_weights())
    test = MeanTest(60, 0.05, 0.15, 0.33, -0.2, 0.3, 1)
    for dates in (3, 20, len(DAYS)):
        yield "ic_over_time", outcome_charts.ic_over_time([IcPoint(day, 0.1, 30, 1) for day in DAYS[:dates]], test)
    yield "score_groups", outcome_charts.score_groups([Interval(9, 0.01, -0.01, 0.04)] * 10)
    line = np.linspace(1.0, 1.2, 3)
    curve = EquityCurve(line, line, line, line, 0)
    yield "equity", outcome_charts.equity(Equity("x", "position", 0, tuple(DAYS[:3]), curve))
    for text in (
        "let n = 5 # 5..7\nclose > sma(close, n)",
        "let n = 5 # 5..7\nlet m = 50 # 40..60 step 10\nclose > sma(close, n) and rsi(5) < m",
    ):
        yield "grid", sweep_charts.grid(_swept(text), 5)
    yield "group_means", outcome_charts.group_means([_group(LONG), _group("core")])


def _swept(text: str) -> dict[str, Any]:
    return document_of_sweep(sweep(text, criteria.Panel(panel())), 21)


def _study() -> Study:
    bars = panel()
    known = criteria.Panel(bars)
    return study(criteria.compile("close > sma(close, 20)"), known)


def _weights() -> pd.DataFrame:
    sides = ["long", "short", "long"]
    return result_rows().assign(Sector=[LONG, "Energy", "Energy"], Weight=[0.2, 0.3, 0.1], Side=sides)


def _group(value: str) -> GroupPerformance:
    return GroupPerformance("sector", value, 2, Interval(1234, 0.5, 0.1, 0.9), Interval(1234, 0.01, 0.0, 0.02))


FIGURES = [pytest.param(figure, id=f"{name}-{place}") for place, (name, figure) in enumerate(figures())]


def test_every_function_that_makes_a_figure_is_looked_at_here() -> None:
    makers = set()
    for module in pkgutil.walk_packages(ui.__path__, f"{ui.__name__}."):
        functions = inspect.getmembers(importlib.import_module(module.name), inspect.isfunction)
        makers |= {name for name, made in functions if made.__annotations__.get("return") == "go.Figure"}
    assert {name for name in makers if not name.startswith("_")} == {name for name, _ in figures()}


@pytest.mark.parametrize("figure", FIGURES)
def test_no_axis_looks_for_room_by_itself(figure: go.Figure) -> None:
    """Streamlit's theme would have it look, and Plotly.js draw the figure a second time with what it found."""
    for axis in _axes(figure):
        assert axis.automargin is False


@pytest.mark.parametrize("figure", FIGURES)
def test_names_beside_an_axis_have_room(figure: go.Figure) -> None:
    names = [name for trace in figure.data if trace.type in ("bar", "box", "scatter") for name in _names(trace.y)]
    assert figure.layout.margin.l >= figure_frame.text_width(names)


@pytest.mark.parametrize("figure", FIGURES)
def test_titles_of_axes_have_room_beyond_the_labels(figure: go.Figure) -> None:
    margin = figure.layout.margin
    if figure.layout.xaxis.title.text:
        assert margin.b >= figure_frame.below(titled=True)
    if figure.layout.yaxis.title.text:
        assert margin.l >= figure_frame.beside(titled=True)
    if "yaxis2" in figure.layout and figure.layout.yaxis2.side == "right":
        assert margin.r >= figure_frame.beside(["100%"], titled=True)


def _axes(figure: go.Figure) -> list[go.layout.XAxis | go.layout.YAxis]:
    """Return the axes that the traces are drawn on; those of a treemap are none."""
    names = set()
    for trace in figure.data:
        if trace.type != "treemap":
            names |= {f"{letter}axis{(trace[f'{letter}axis'] or letter)[1:]}" for letter in "xy"}
    return [figure.layout[name] for name in sorted(names)]


def _names(values: Iterable[object] | None) -> list[str]:
    return [] if values is None else [value for value in values if isinstance(value, str)]
