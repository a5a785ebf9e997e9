"""Write a run as one self-contained HTML page without scripts, fonts, images or requests."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import ScanMetrics, SymbolFailure
from technic_scanner.domain.price_text import price_text
from technic_scanner.domain.run import RunRecord
from technic_scanner.pipeline.columns import PRICE_COLUMNS
from technic_scanner.progress.text import count_text
from technic_scanner.runs.criteria_facts import own_columns
from technic_scanner.runs.exports.report_page import Raw, page, section, stage_timeline, table
from technic_scanner.runs.market_facts import fact_text
from technic_scanner.runs.model import StoredResult
from technic_scanner.runs.plan_sums import plan_sums
from technic_scanner.runs.serialization import config_to_dict, options_to_dict
from technic_scanner.runs.timings.baseline import speedup_text, worker_text

ROWS_SHOWN = 200
FAILURES_SHOWN = 200
RESULT_COLUMNS: tuple[str, ...] = (
    "Rank",
    "Symbol",
    "Name",
    "Sector",
    "Signal",
    "Tier",
    "CompositeScore",
    "TechRating",
    "AlphaScore",
    "Close",
    "Entry",
    "Stop",
    "Target",
    "Currency",
    "PositionSize",
    "Rationale",
)


def run_report(record: RunRecord, result: StoredResult | None, made_at: datetime) -> str:
    """Return the HTML page for a run in any status; ``result`` is None if the run has no results."""
    title = record.label or f"Scan {record.run_id}"
    parts = [
        section("Summary", table(("", ""), _summary(record, result))),
        section("Stage timings", _timings(record.metrics)),
        section("Results", _results(result)),
        section("Not in the results", _failures(result)),
        section("Market context", _context(result)),
        section("Configuration", _config(record)),
    ]
    footer = f"Created {_time(made_at)} by Technic Scanner {record.version or ''} from run {record.run_id}. Not advice."
    return page(title, _headline(record, result), parts, footer)


def _headline(record: RunRecord, result: StoredResult | None) -> str:
    what = f" on {result.source_label}" if result else ""
    text = record.error.message if record.error else record.status_text
    return f"{record.status.value.capitalize()}{what}. {text}".strip()


def _summary(record: RunRecord, result: StoredResult | None) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = [
        ("Run", record.run_id),
        ("Status", record.status.value),
        ("Outcome", record.outcome.value if record.outcome else None),
        ("Data", result.source_label if result else record.config.source),
        ("As of", record.config.as_of_date or "newest session"),
        ("Newest session", result.as_of if result else None),
        ("Created", _time(record.created_at)),
        ("Started", _time(record.started_at)),
        ("Finished", _time(record.finished_at)),
        ("Attempt", record.attempt),
        ("Host", record.host),
    ]
    if record.error is not None:
        rows.append(("Error", f"{record.error.message} ({record.error.code})"))
    return rows + _measured(record.metrics)


def _measured(metrics: ScanMetrics | None) -> list[tuple[Any, ...]]:
    if metrics is None:
        return []
    rate = metrics.symbols_per_second
    return [
        ("Total seconds", f"{metrics.total_seconds:.3f}"),
        ("Queue seconds", None if metrics.queue_seconds is None else f"{metrics.queue_seconds:.3f}"),
        ("Worker", worker_text(metrics)),
        ("Symbols in the universe", metrics.symbols_in_universe),
        ("Symbols attempted", metrics.symbols_attempted),
        ("Symbols scanned", metrics.symbols_scanned),
        ("Symbols returned", metrics.symbols_returned),
        ("Symbols rejected", metrics.symbols_rejected),
        ("Symbols failed", metrics.symbols_failed),
        ("Symbols per second", None if rate is None else f"{rate:,.1f}"),
        ("Cache hits / misses", f"{metrics.cache_hits:,} / {metrics.cache_misses:,}"),
        ("Cache hit rate", _percent(metrics.cache_hit_rate)),
        ("Speed", speedup_text(metrics)),
        ("Seconds of each attempt", ", ".join(f"{seconds:.3f}" for seconds in metrics.attempt_seconds)),
    ]


def _timings(metrics: ScanMetrics | None) -> Raw:
    if metrics is None:
        return Raw("<p>This run has not ended, so its stages have no timings yet.</p>")
    total = metrics.total_seconds
    rows: list[tuple[Any, ...]] = [
        (_stage_label(timing.name), f"{timing.seconds:.6f}", _share(timing.seconds, total), timing.units)
        for timing in metrics.stage_timings
    ]
    rows.append(("Between stages", f"{metrics.gap_seconds:.6f}", _share(metrics.gap_seconds, total), None))
    rows.append(("Total", f"{total:.6f}", _share(total, total), None))
    spans = [(_stage_label(item.name), item.offset_seconds, item.seconds) for item in metrics.stage_timings]
    return Raw(stage_timeline(spans, total) + table(("Stage", "Seconds", "Share", "Units"), rows))


def _results(result: StoredResult | None) -> Raw:
    if result is None:
        return Raw("<p>This run has no results.</p>")
    if result.table.num_rows == 0:
        return Raw(f"<p>No symbol passed. {escape(result.status_text)}</p>")
    names = [name for name in RESULT_COLUMNS if name in result.table.column_names]
    names[-1:-1] = own_columns(result)
    shown = result.table.select(names).slice(0, ROWS_SHOWN).to_pylist()
    sums = plan_sums(result.table, result.context.account_currency)
    said = "" if sums is None else f"<p>{escape(sums.sentence(result.readable_config))}</p>"
    body = said + table(names, [tuple(_result_cell(name, row[name]) for name in names) for row in shown])
    return Raw(body + _omitted(result.table.num_rows, ROWS_SHOWN, "row", "export the CSV for all of them"))


def _failures(result: StoredResult | None) -> Raw:
    failures: Sequence[SymbolFailure] = result.failures if result else ()
    if not failures:
        return Raw("<p>Every symbol is in the results.</p>" if result else "<p>Unknown.</p>")
    counts = Counter((item.kind.value, item.stage, item.reason) for item in failures)
    by_reason = [(kind, _stage_label(stage), _words(reason), n) for (kind, stage, reason), n in counts.most_common()]
    ordered = sorted(failures, key=lambda item: (item.kind.value, item.symbol))
    listed = [(item.symbol, item.kind.value, _words(item.reason), item.detail) for item in ordered[:FAILURES_SHOWN]]
    return Raw(
        table(("Kind", "Stage", "Reason", "Symbols"), by_reason)
        + table(("Symbol", "Kind", "Reason", "Detail"), listed)
        + _omitted(len(failures), FAILURES_SHOWN, "symbol", "the Excel export lists all of them")
    )


def _context(result: StoredResult | None) -> Raw:
    if result is None:
        return Raw("<p>Unknown.</p>")
    context = result.context
    rows: list[tuple[Any, ...]] = [
        ("Trend", context.regime_trend),
        ("Volatility", context.regime_volatility),
        ("Regime", context.market_regime),
        *((name, fact_text(name, value)) for name, value in context.facts),
    ]
    notes = "".join(f"<li>{escape(note)}</li>" for note in result.all_notes)
    return Raw(table(("", ""), rows) + (f"<ul>{notes}</ul>" if notes else ""))


def _config(record: RunRecord) -> Raw:
    if record.readable_config is None or record.readable_options is None:
        return Raw(table(("What cannot be read", "Why"), [(item.field, item.message) for item in record.unreadable]))
    given = config_to_dict(record.config) | options_to_dict(record.options)
    usual = config_to_dict(ScanConfig()) | options_to_dict(RunOptions())
    rows = [(name, _plain(value), "" if value == usual[name] else _plain(usual[name])) for name, value in given.items()]
    return Raw(table(("Field", "Value", "Default, if different"), rows))


def _omitted(total: int, shown: int, what: str, advice: str) -> str:
    left = total - shown
    verb = "is" if left == 1 else "are"
    return f"<p>{count_text(left, f'more {what}')} {verb} not shown here; {advice}.</p>" if left > 0 else ""


def _plain(value: Any) -> str | None:
    if value is None or value == []:
        return "none"
    if isinstance(value, list):
        return ", ".join(_plain_item(item) for item in value)
    return json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value


def _plain_item(item: Any) -> str:
    return " ".join(str(part) for part in item) if isinstance(item, list) else str(item)


def _result_cell(name: str, value: Any) -> Any:
    return price_text(value) if name in PRICE_COLUMNS and value is not None else _cell(value)


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return None if value != value else f"{value:,.2f}"  # noqa: PLR0124 - NaN is unknown
    return value


def _share(part: float, total: float) -> str | None:
    return _percent(part / total) if total > 0 else None


def _percent(fraction: float | None) -> str | None:
    return None if fraction is None else f"{fraction:.1%}"


def _words(code: str) -> str:
    return code.replace("_", " ")


def _stage_label(name: str) -> str:
    return _words(name).capitalize()


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
