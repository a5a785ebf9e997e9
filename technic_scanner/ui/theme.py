"""Colours, patterns and the figure frame: every mark that has a colour also has a word, a shape or a pattern."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from technic_scanner.domain.run import RunStatus
from technic_scanner.domain.stage import Stage

# A picture of ours: a Material icon here would make the browser ask a host outside for it.
PAGE_ICON = str(Path(__file__).with_name("icon.png"))

# Mid-tones that reach 3:1 against both the light and the dark page, so figures need not know the theme.
STAGE_COLOURS: dict[str, str] = {
    Stage.UNIVERSE_LOADING: "#6B7FE0",
    Stage.DATA_FETCHING: "#0F9694",
    Stage.SYMBOL_SCANNING: "#C27A10",
    Stage.FINALIZATION: "#D1567F",
}
STAGE_PATTERNS: dict[str, str] = {
    Stage.UNIVERSE_LOADING: "/",
    Stage.DATA_FETCHING: "\\",
    Stage.SYMBOL_SCANNING: "",
    Stage.FINALIZATION: "x",
}
OTHER_COLOUR = "#7A8699"
OTHER_PATTERN = "."
UP_COLOUR = "#12946A"
DOWN_COLOUR = "#D6505B"
ACCENT = "#3F7FD9"
NEUTRAL = "#7A8699"

RUN_COLOURS: tuple[str, ...] = ("#3F7FD9", "#C27A10", "#0F9694", "#D1567F", "#8A63D2", "#7A8699")
RUN_PATTERNS: tuple[str, ...] = ("", "/", "x", "\\", ".", "-")

STATUS_MARKS: dict[RunStatus, str] = {
    RunStatus.QUEUED: "○",
    RunStatus.RUNNING: "▶",
    RunStatus.SUCCEEDED: "✓",
    RunStatus.FAILED: "✕",
    RunStatus.CANCELLED: "■",
    RunStatus.INTERRUPTED: "‖",
}
STATUS_BADGE_COLOURS: dict[RunStatus, str] = {
    RunStatus.QUEUED: "gray",
    RunStatus.RUNNING: "blue",
    RunStatus.SUCCEEDED: "green",
    RunStatus.FAILED: "red",
    RunStatus.CANCELLED: "orange",
    RunStatus.INTERRUPTED: "violet",
}

# Names side by side below an axis that are too long to lie flat; degrees, as Plotly counts them.
SLANT = -40

# One config for all figures: no logo (a link off the machine), no cloud upload, no scroll hijack.
FIGURE_CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "scrollZoom": False,
    "modeBarButtonsToRemove": ["lasso2d", "select2d", "autoScale2d", "sendDataToCloud"],
}


def stage_colour(name: str) -> str:
    """Return the colour of a stage; other names (queue, gaps, custom stages) are grey."""
    return STAGE_COLOURS.get(name, OTHER_COLOUR)


def stage_pattern(name: str) -> str:
    """Return the fill pattern of a stage, so that bars can be told apart without colour."""
    return STAGE_PATTERNS.get(name, OTHER_PATTERN)


def fill(colour: str | list[str], shape: str | list[str]) -> dict[str, Any]:
    """Return a Plotly marker: solid colour with a pale pattern over it; one for all bars, or a list with one of each.

    A browser makes one pattern for all bars of the former, and one a bar of the latter.
    """
    pattern = {"shape": shape, "fillmode": "overlay", "fgcolor": "rgba(255,255,255,0.55)", "size": 6}
    return {"color": colour, "pattern": pattern | {"solidity": 0.18}}


def run_fill(index: int) -> dict[str, Any]:
    """Return the marker of the ``index``-th of several runs."""
    place = index % len(RUN_COLOURS)
    return fill(RUN_COLOURS[place], RUN_PATTERNS[place])


def stage_label(name: str) -> str:
    """Return a stage name for people: ``Universe loading``."""
    return name.replace("_", " ").capitalize()


def beside(labels: Iterable[str] = ("12,345",), titled: bool = False) -> int:
    """Return the margin, in px, that holds tick labels beside an axis, and its title beyond them.

    Without ``labels``: what numbers need; Plotly writes large ones as ``12.34k`` or ``12M``.
    """
    return 17 + text_width(labels) + (26 if titled else 0)


def below(lines: int = 1, titled: bool = False) -> int:
    """Return the margin, in px, that holds tick labels of so many lines below an axis, and its title below them."""
    return 17 + 13 * lines + (26 if titled else 0)


def slanted(labels: Iterable[str], titled: bool = False) -> tuple[int, int]:
    """Return the margins, in px, at the left of an axis and below it that hold tick labels turned by ``SLANT``."""
    width, angle = text_width(labels), math.radians(-SLANT)
    return 8 + round(width * math.cos(angle)), below(titled=titled) + round(width * math.sin(angle))


def text_width(labels: Iterable[str]) -> int:
    """Return how wide the longest of these labels is at most, in px, as Streamlit draws them on our pages."""
    return math.ceil(max((sum(map(_letter_width, label)) for label in labels), default=0.0))


def _letter_width(letter: str) -> float:
    if letter in " .,:·-ijlt":
        return 3.2
    if unicodedata.east_asian_width(letter) in "WF":
        return 11.0
    if letter in "mwMW%":
        return 9.0
    return 7.0 if letter.isupper() else 5.2


def frame(
    height: int,
    *,
    left: int = beside(titled=True),
    right: int = 16,
    top: int | None = None,
    bottom: int = below(titled=True),
    **layout: Any,
) -> dict[str, Any]:
    """Return the layout that all figures share, overlaid with ``layout``, with margins in px.

    The margins must hold the labels and titles of the axes: where Plotly.js has to find the room by itself it draws
    each figure twice. As they are they hold numbers and a title at the left and below, and one row of a legend above.
    """
    if top is None:
        top = 30 if layout.get("showlegend") is False else 42
    axes = {"xaxis", "yaxis"} | {key for key in layout if key.startswith(("xaxis", "yaxis"))}
    shared: dict[str, Any] = {
        "height": height,
        "margin": {"l": left, "r": right, "t": top, "b": bottom},
        "legend": {
            "traceorder": "normal",
            "orientation": "h",
            "yanchor": "bottom",
            "y": 1.0,
            "xanchor": "left",
            "x": 0.0,
        },
        "hoverlabel": {"namelength": -1},
        "bargap": 0.35,
        # The same revision on every redraw: a live figure keeps the zoom its viewer chose.
        "uirevision": "keep",
    }
    return shared | layout | {axis: {"automargin": False} | layout.get(axis, {}) for axis in sorted(axes)}
