"""Build the layout that all figures share, with margins that hold the labels and titles of their axes."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from html import escape
from typing import Any

from technic_scanner.domain.printable import visible
from technic_scanner.domain.quoting import cut

# Angle of labels below an axis that are too long to be horizontal, in degrees as Plotly counts them.
SLANT = -40
# Streamlit's placeholder for the darker of its two greys, which the browser replaces by the theme's colour. By default
# figures use the lighter one, whose contrast on the light page is only 3.7:1.
WORDS = "#000037"
_LONGEST_LABEL = 60
# Text in bars and tiles is hidden where it would only fit at a smaller size than this, in px.
READABLE = {"minsize": 10, "mode": "hide"}


def literal(text: str) -> str:
    """Return text from outside for a figure, in which Plotly would take tags such as <a> for markup; long ones cut."""
    return escape(cut(visible(text), _LONGEST_LABEL), quote=False)


def beside(labels: Iterable[str] = ("12,345",), titled: bool = False) -> int:
    """Return the margin, in px, for the tick labels beside an axis and the axis title beyond them.

    Without ``labels`` it is the margin for numbers; Plotly writes large ones as ``12.34k`` or ``12M``.
    """
    return 17 + text_width(labels) + (26 if titled else 0)


def below(lines: int = 1, titled: bool = False) -> int:
    """Return the margin, in px, for tick labels of ``lines`` lines below an axis and the axis title below them."""
    return 17 + 13 * lines + (26 if titled else 0)


def slanted(labels: Iterable[str], titled: bool = False) -> tuple[int, int]:
    """Return the margins, in px, left of an axis and below it for tick labels that are rotated by ``SLANT``."""
    width, angle = text_width(labels), math.radians(-SLANT)
    return 8 + round(width * math.cos(angle)), below(titled=titled) + round(width * math.sin(angle))


def text_width(labels: Iterable[str]) -> int:
    """Return an upper bound for the width of the longest label, in px, as Streamlit draws them on these pages."""
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
    """Return the layout that all figures share, overridden by ``layout``, with margins in px.

    Pass the whole result to the figure's constructor: ``update_layout`` and similar calls take several times as long.

    The margins must have room for the labels and titles of the axes: when Plotly.js has to compute the margins itself,
    it draws each figure twice. The defaults hold numbers and a title at the left and below, and one legend row above.
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
        # The same revision on every redraw, so that a live figure keeps the zoom that its viewer chose.
        "uirevision": "keep",
    }
    return shared | layout | {axis: _axis(layout.get(axis, {})) for axis in sorted(axes)}


def upright(x: float | str, colour: str, dash: str, width: float) -> dict[str, Any]:
    """Return the shape of a vertical line at ``x`` over the whole height, equal to the one that ``add_vline`` draws."""
    place = {"type": "line", "xref": "x", "yref": "y domain", "x0": x, "x1": x, "y0": 0, "y1": 1}
    return place | {"line": {"color": colour, "dash": dash, "width": width}}


def _axis(settings: dict[str, Any]) -> dict[str, Any]:
    title = settings.get("title")
    named = title if isinstance(title, dict) else {"text": title}
    words = {"font": {"color": WORDS}}
    return {"automargin": False, "tickfont": {"color": WORDS}} | settings | {"title": words | named}
