"""The frame of every figure: its shared layout, and margins that hold the labels and titles of its axes."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from typing import Any

# Names side by side below an axis that are too long to lie flat; degrees, as Plotly counts them.
SLANT = -40
# Streamlit's own mark for the stronger of its two greys, which the browser replaces by the theme's: its figures' words
# are in the weaker one, which reaches 3.7:1 on the light page.
WORDS = "#000037"
# Words in bars and tiles: those that would have to shrink below so many px to fit are left out.
READABLE = {"minsize": 10, "mode": "hide"}


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

    It belongs into the figure's constructor, whole: ``update_layout`` and its like take Plotly several times as long.

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
        "font": {"color": WORDS},
        "hoverlabel": {"namelength": -1},
        "bargap": 0.35,
        # The same revision on every redraw: a live figure keeps the zoom its viewer chose.
        "uirevision": "keep",
    }
    return shared | layout | {axis: _axis(layout.get(axis, {})) for axis in sorted(axes)}


def upright(x: float, colour: str, dash: str, width: float) -> dict[str, Any]:
    """Return the shape of a line through ``x`` over the whole height: as ``add_vline`` draws it."""
    place = {"type": "line", "xref": "x", "yref": "y domain", "x0": x, "x1": x, "y0": 0, "y1": 1}
    return place | {"line": {"color": colour, "dash": dash, "width": width}}


def _axis(settings: dict[str, Any]) -> dict[str, Any]:
    title = settings.get("title")
    named = title if isinstance(title, dict) else {"text": title}
    words = {"font": {"color": WORDS}}
    return {"automargin": False, "tickfont": {"color": WORDS}} | settings | {"title": words | named}
