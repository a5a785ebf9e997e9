"""A run as one HTML file: timings, picks, reasons, configuration; no script, no font, nothing to load."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from technic_scanner.domain.metrics import ScanMetrics
from technic_scanner.domain.run import RunRecord
from technic_scanner.progress.text import format_percent
from technic_scanner.runs.codec import config_to_dict
from technic_scanner.runs.model import StoredResult
from technic_scanner.ui import theme
from technic_scanner.ui.wording import rate_text, run_name, seconds_text, status_text, when

_COLUMNS = ("Rank", "Symbol", "Name", "Sector", "Signal", "Tier", "CompositeScore", "TechRating", "AlphaScore")
_PLAN = ("Close", "Entry", "Stop", "Target", "RewardRisk", "PositionSize", "Rationale")
MAX_ROWS = 500
MAX_FAILURES = 500

_STYLE = """
:root{color-scheme:light dark;--line:#8893a555;--soft:#8893a522}
body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:1180px;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}
table{border-collapse:collapse;width:100%;font-size:12.5px}
th,td{border-bottom:1px solid var(--line);padding:.3rem .5rem;text-align:left;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
.facts{display:flex;flex-wrap:wrap;gap:.6rem}
.facts div{border:1px solid var(--line);border-radius:6px;padding:.4rem .8rem}
.facts b{display:block;font-size:1.15rem}
.bar{position:relative;height:1.1rem;background:var(--soft)}.bar i{position:absolute;top:0;bottom:0;display:block}
"""


def html_report(record: RunRecord, stored: StoredResult) -> str:
    """Return the report of one ended run; every text from outside is escaped."""
    parts = [
        f"<h1>{escape(run_name(record))}</h1>",
        f"<p>{escape(stored.source_label)} · {escape(status_text(record.status))} · {escape(stored.status_text)}</p>",
    ]
    if record.metrics is not None:
        parts += [_facts(record.metrics), _timings(record.metrics)]
    parts += [_picks(stored), _failures(stored), _configuration(record, stored)]
    body = "\n".join(parts)
    title = escape(f"Scan {record.run_id}")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>{body}</body></html>\n'
    )


def _facts(metrics: ScanMetrics) -> str:
    hits = "unknown" if metrics.cache_hit_rate is None else format_percent(metrics.cache_hit_rate)
    facts = (
        ("Picks", f"{metrics.symbols_returned:,}"),
        ("Scanned", f"{metrics.symbols_scanned:,}"),
        ("Rejected", f"{metrics.symbols_rejected:,}"),
        ("Failed", f"{metrics.symbols_failed:,}"),
        ("Duration", seconds_text(metrics.total_seconds)),
        ("Throughput", rate_text(metrics.symbols_per_second, "symbols")),
        ("Cache hits", hits),
    )
    return '<div class="facts">' + "".join(f"<div>{name}<b>{escape(text)}</b></div>" for name, text in facts) + "</div>"


def _timings(metrics: ScanMetrics) -> str:
    total = metrics.total_seconds or 1.0
    rows = []
    for timing in metrics.stage_timings:
        left, width = 100 * timing.offset_seconds / total, 100 * timing.seconds / total
        bar = (
            f'<div class="bar"><i style="left:{left:.3f}%;width:{width:.3f}%;'
            f'background:{theme.stage_colour(timing.name)}"></i></div>'
        )
        share = format_percent(min(1.0, timing.seconds / total))
        rows.append((theme.stage_label(timing.name), f"{timing.seconds:.4f}", share, f"{timing.units:,}", bar))
    rows.append(("Between stages", f"{metrics.gap_seconds:.4f}", "", "", ""))
    rows.append(("Total", f"{metrics.total_seconds:.4f}", "", "", ""))
    head = _row("th", ("Stage", "Seconds", "Share", "Units", "When"), numeric=(1, 2, 3))
    body = "".join(_row("td", row, numeric=(1, 2, 3), raw=(4,)) for row in rows)
    return f"<h2>Stage timings</h2><table>{head}{body}</table>"


def _picks(stored: StoredResult) -> str:
    names = [name for name in (*_COLUMNS, *_PLAN) if name in stored.table.column_names]
    rows = stored.table.select(names).slice(0, MAX_ROWS).to_pylist()
    numeric = [index for index, name in enumerate(names) if any(isinstance(row[name], float | int) for row in rows)]
    head = _row("th", names, numeric=numeric)
    body = "".join(_row("td", [_cell(row[name]) for name in names], numeric=numeric) for row in rows)
    more = _more(stored.table.num_rows, MAX_ROWS, "picks")
    return f"<h2>Picks</h2><table>{head}{body}</table>{more}"


def _failures(stored: StoredResult) -> str:
    if not stored.failures:
        return ""
    rows = ((item.symbol, item.kind.value, item.stage, item.detail) for item in stored.failures[:MAX_FAILURES])
    head = _row("th", ("Symbol", "Kind", "Stage", "Reason"))
    body = "".join(_row("td", row) for row in rows)
    return (
        f"<h2>Not in the results</h2><table>{head}{body}</table>{_more(len(stored.failures), MAX_FAILURES, 'symbols')}"
    )


def _configuration(record: RunRecord, stored: StoredResult) -> str:
    facts: list[tuple[str, Any]] = [
        ("run", record.run_id),
        ("created", when(record.created_at)),
        ("version", record.version or ""),
        ("as of", stored.as_of or "newest session"),
        *(("note", note) for note in stored.notes),
        *config_to_dict(stored.config).items(),
    ]
    body = "".join(_row("td", (name, _cell(value))) for name, value in facts)
    return f"<h2>Configuration</h2><table>{body}</table>"


def _more(total: int, shown: int, noun: str) -> str:
    return f"<p>and {total - shown:,} more {noun}; the CSV holds all.</p>" if total > shown else ""


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    if isinstance(value, float):
        return f"{value:,.2f}"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "–"
    return str(value)


def _row(tag: str, cells: Iterable[Any], numeric: Sequence[int] = (), raw: Sequence[int] = ()) -> str:
    marked = (
        f"<{tag}{' class=n' if index in numeric else ''}>{cell if index in raw else escape(str(cell))}</{tag}>"
        for index, cell in enumerate(cells)
    )
    return f"<tr>{''.join(marked)}</tr>"
