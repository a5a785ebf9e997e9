"""Mark what a scan says in the chart of a symbol: the plan's prices, and the sessions of picks and of entries."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import plotly.graph_objects as go

from technic_scanner.domain.price_text import price_text
from technic_scanner.screening.bars import FloatArray, Panel
from technic_scanner.ui.style import theme

_BELOW, _ABOVE = 0.985, 1.015
_BESIDE_MARKS = 6  # px; a mark of the newest session reaches so far beyond the edge


@dataclass(frozen=True, slots=True)
class Marks:
    """The sessions as of which this run and other ones picked the symbol, and those that its criteria came true in."""

    here: Sequence[date] = ()
    before: Sequence[date] = ()
    entries: Sequence[date] = ()


_LEVELS = (("Target", theme.UP_COLOUR, "dash"), ("Entry", theme.ACCENT, "solid"), ("Stop", theme.DOWN_COLOUR, "dot"))


def levels(plan: Mapping[str, float | None]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the lines of the plan's prices and their labels at the right, as add_hline would add them one by one."""
    lines: list[dict[str, Any]] = []
    names: list[dict[str, Any]] = []
    for name, colour, dash in _LEVELS:
        price = plan.get(name)
        if price is not None and math.isfinite(price):
            at = {"xref": "x domain", "yref": "y"}
            line = {"color": colour, "dash": dash, "width": 1.4}
            lines.append(at | {"type": "line", "x0": 0, "x1": 1, "y0": price, "y1": price, "line": line})
            words = {"text": f"{name} {price_text(price)}", "showarrow": False, "xshift": _BESIDE_MARKS}
            names.append(at | words | {"x": 1, "y": price, "xanchor": "left", "yanchor": "bottom"})
    return lines, names


def marks(panel: Panel, days: list[str], at: Marks) -> Iterator[go.Scatter]:
    """Yield the marks of those sessions that are among ``days``: picks below their bars, entries above them."""
    lows, highs = panel.low[0, -len(days) :], panel.high[0, -len(days) :]
    yield from _mark(_places(days, lows, at.here, _BELOW), "this scan", "diamond", theme.ACCENT)
    before = set(at.before) - set(at.here)
    yield from _mark(_places(days, lows, before, _BELOW), "picked before", "triangle-up", theme.ACCENT)
    yield from _mark(_places(days, highs, at.entries, _ABOVE), "criteria came true", "triangle-down", "#C27A10")


def _places(days: list[str], prices: FloatArray, sessions: Iterable[date], beside: float) -> dict[str, float]:
    """Return where the drawn ones of these sessions are marked, a little beside their bars."""
    known = dict(zip(days, prices, strict=True))
    wanted = sorted({str(session) for session in sessions})
    return {day: float(known[day]) * beside for day in wanted if math.isfinite(known.get(day, math.nan))}


def _mark(places: Mapping[str, float], name: str, form: str, colour: str) -> Iterator[go.Scatter]:
    if places:
        yield go.Scatter(
            x=list(places),
            y=list(places.values()),
            mode="markers",
            name=name,
            cliponaxis=False,  # the newest session is at the edge
            marker={"symbol": form, "size": 9, "color": colour},
            hovertemplate=f"{name}, as of %{{x}}<extra></extra>",
        )
