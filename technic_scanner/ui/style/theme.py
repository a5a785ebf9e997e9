"""Define colours and patterns: every coloured mark also has a word, a shape or a pattern."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from technic_scanner.domain.run import RunStatus
from technic_scanner.domain.stage import Stage

# A file of this package; a Material icon would make the browser request it from an external host.
PAGE_ICON = str(Path(__file__).with_name("icon.png"))

# Mid-tones with a contrast of at least 3:1 on the light and the dark page, so figures need not know the theme.
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
# Colour of text on the bars of stages and of the first four runs: its contrast there is at least 4.5:1; white's is not.
INK = "#0B1220"
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

# One config for all figures: no logo (it links to an external site), no cloud upload, no zoom while the page scrolls.
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
    """Return a Plotly marker, a solid colour with a pale pattern over it: one for all bars, or lists with one per bar.

    The browser creates a single pattern for all bars in the first case, and one pattern per bar in the second.
    """
    pattern = {"shape": shape, "fillmode": "overlay", "fgcolor": "rgba(255,255,255,0.55)", "size": 6}
    return {"color": colour, "pattern": pattern | {"solidity": 0.18}}


def run_fill(index: int) -> dict[str, Any]:
    """Return the marker of the ``index``-th of several runs."""
    place = index % len(RUN_COLOURS)
    return fill(RUN_COLOURS[place], RUN_PATTERNS[place])


def stage_label(name: str) -> str:
    """Return a stage's display name: ``Universe loading``."""
    return name.replace("_", " ").capitalize()
