"""Build the HTML and SVG parts of a run's report; every text that is not ``Raw`` is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

_STYLE = """
:root { color-scheme: light dark; --ink: #1b2733; --soft: #5b6b7b; --line: #d5dde5; --paper: #ffffff; --bar: #1f6feb; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --soft: #9aa7b4; --line: #30404f; --paper: #0e1620; --bar: #58a6ff; }
}
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto;
  max-width: 76rem; padding: 0 1rem; }
h1 { margin-bottom: 0; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
p.headline, footer { color: var(--soft); }
div.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 1rem 0; font-size: 0.92em; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0;
  border-bottom: 1px solid var(--line); }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
table.facts td.number { text-align: left; }
svg text { fill: var(--ink); font-size: 13px; } svg rect { fill: var(--bar); } svg line { stroke: var(--line); }
"""
_ROW_HEIGHT = 28
_CHART_WIDTH = 900
_LABEL_WIDTH = 170
_VALUE_WIDTH = 90


class Raw(str):
    """HTML that needs no escaping."""

    __slots__ = ()


def page(title: str, headline: str, sections: Iterable[str], footer: str) -> str:
    """Return the whole document; its content security policy forbids all requests."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>\n"
        f'<h1>{escape(title)}</h1><p class="headline">{escape(headline)}</p>\n'
        + "\n".join(sections)
        + f"\n<footer><p>{escape(footer)}</p></footer></body></html>\n"
    )


def section(title: str, body: Raw) -> Raw:
    """Return a section with a heading."""
    return Raw(f"<section><h2>{escape(title)}</h2>{body}</section>")


def table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Raw:
    """Return a table; the first cell of a row is its heading, numbers are right-aligned, None is a dash.

    A table with an empty header lists facts of different kinds, so its numbers are left-aligned like its texts.
    """
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in header)
    lines = "".join(f"<tr>{_row(row)}</tr>" for row in rows)
    top = f"<thead><tr>{head}</tr></thead>" if any(header) else ""
    kind = "" if top else ' class="facts"'
    return Raw(f'<div class="wide"><table{kind}>{top}<tbody>{lines}</tbody></table></div>')


def stage_timeline(spans: Sequence[tuple[str, float, float]], total_seconds: float) -> Raw:
    """Return an SVG Gantt chart of (label, start, seconds) on an axis of ``total_seconds``."""
    scale = (_CHART_WIDTH - _LABEL_WIDTH - _VALUE_WIDTH) / total_seconds if total_seconds > 0 else 0.0
    bars = "".join(_bar(index, span, scale) for index, span in enumerate(spans))
    height = _ROW_HEIGHT * len(spans)
    said = "; ".join(f"{label} {seconds:.2f} seconds from {start:.2f}" for label, start, seconds in spans)
    return Raw(
        f'<svg viewBox="0 0 {_CHART_WIDTH} {height}" width="100%" role="img" aria-label="{escape(said)}">'
        f'<line x1="{_LABEL_WIDTH}" y1="0" x2="{_LABEL_WIDTH}" y2="{height}"/>{bars}</svg>'
    )


def _bar(index: int, span: tuple[str, float, float], scale: float) -> str:
    label, start, seconds = span
    top, middle = index * _ROW_HEIGHT + 6, index * _ROW_HEIGHT + 19
    left, width = _LABEL_WIDTH + start * scale, max(seconds * scale, 1.0 if seconds > 0 else 0.0)
    return (
        f'<text x="0" y="{middle}">{escape(label)}</text>'
        f'<rect x="{left:.2f}" y="{top}" width="{width:.2f}" height="{_ROW_HEIGHT - 12}" rx="2"/>'
        f'<text x="{left + width + 6:.2f}" y="{middle}">{seconds:.2f} s</text>'
    )


def _row(cells: Sequence[Any]) -> str:
    first, *rest = cells
    return f'<th scope="row">{_text(first)}</th>' + "".join(_cell(value) for value in rest)


def _cell(value: Any) -> str:
    return f'<td class="number">{_text(value)}</td>' if _is_number(value) else f"<td>{_text(value)}</td>"


def _text(value: Any) -> str:
    if value is None:
        return '<span title="unknown">–</span>'
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return escape(str(value))


def _is_number(value: Any) -> bool:
    text = str(value).strip().rstrip("%").replace(",", "")
    return text.removeprefix("-").replace(".", "", 1).isdecimal()
