"""Show the key figures of a run: tiles about its picks, and behind them those about the scan."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from technic_scanner.domain.metrics import ScanMetrics
from technic_scanner.domain.run import RunRecord
from technic_scanner.progress.text import format_percent, rate_text, seconds_text
from technic_scanner.runs.timings.baseline import speedup_text
from technic_scanner.ui.run import run_summary
from technic_scanner.ui.style.wording import number

_FAILED_HELP = "Symbols without usable bars, or not reached before the run ended. Each is listed below with its reason."
_LEAST_WIDTH = 130  # px of a tile


def show(record: RunRecord, picks: pd.DataFrame) -> None:
    """Show the tiles about the picks of a run with metrics; ``picks`` are their rows."""
    if record.metrics is None:
        return
    with st.grid(4, gap="small", min_column_width=_LEAST_WIDTH):
        _tile("Picks", f"{len(picks):,}")
        if not picks.empty:
            _about_picks(picks)


def show_scan(record: RunRecord) -> None:
    """Show the tiles about the scan itself, closed: counts, time and cache."""
    metrics = record.metrics
    if metrics is None:
        return
    counts = f"{metrics.symbols_scanned:,} scanned, {metrics.symbols_rejected:,} rejected"
    title = f"The scan: {counts}, {seconds_text(metrics.total_seconds)}"
    with st.expander(title, key="r_machine"), st.grid(5, gap="small", min_column_width=_LEAST_WIDTH):
        _about_the_scan(record, metrics)


def _about_picks(picks: pd.DataFrame) -> None:
    best = picks.sort_values("CompositeScore", ascending=False, kind="stable").iloc[0]
    signals = picks["Signal"].fillna("")
    longs, shorts = (int(signals.str.endswith(side).sum()) for side in ("Long", "Short"))
    sectors = picks["Sector"].value_counts()
    _tile("Best score", f"{best['Symbol']} {number(best['CompositeScore'], 1)}")
    _tile("Long · short", f"{longs:,} · {shorts:,}", "Picks by the side of their signal.")
    _tile("Largest sector", f"{sectors.iloc[0]:,} of {len(picks):,}", f"Most picks are of {sectors.index[0]}.")


def _about_the_scan(record: RunRecord, metrics: ScanMetrics) -> None:
    _tile("Scanned", f"{metrics.symbols_scanned:,}")
    _tile("Rejected", f"{metrics.symbols_rejected:,}", run_summary.REJECTED_HELP)
    # Symbols that a stopped run had not reached have not failed.
    label = "Not evaluated" if record.status.can_resume else "Failed"
    _tile(label, f"{metrics.symbols_failed:,}", _FAILED_HELP)
    rate = rate_text(metrics.symbols_per_second, "symbols")
    about = (f"{rate} in the scanning stage", speedup_text(metrics))
    _tile("Duration", seconds_text(metrics.total_seconds), ". ".join(text for text in about if text))
    hits = "unknown" if metrics.cache_hit_rate is None else format_percent(metrics.cache_hit_rate)
    _tile("Cache hits", hits)


def _tile(label: str, value: str, help_text: str | None = None) -> None:
    st.metric(label, value, border=True, height="stretch", help=help_text)
