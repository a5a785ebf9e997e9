"""A study as JSON types, as the command line, REST and exports give it; and its entries as rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

import pyarrow as pa

from technic_scanner.screening.pick_returns import HORIZONS, MOST_RETURN
from technic_scanner.studies.coefficients import mean_ics
from technic_scanner.studies.decay import decay_curve
from technic_scanner.studies.extremes import Entry, extremes
from technic_scanner.studies.groups import Group, by_month, by_regime, by_sector, by_year
from technic_scanner.studies.horizons import SPREAD, date_hit
from technic_scanner.studies.notes import study_notes
from technic_scanner.studies.result import Study

EXTREMES_HORIZON = 21


def document_of(study: Study, notes: Iterable[str] = (), data_notes: Iterable[str] = ()) -> dict[str, Any]:
    """Return the study as JSON types; returns are fractions, None is unknown.

    ``notes`` come first among its own; ``data_notes`` are those of its source.
    """
    first, stop = study.window
    days = study.panel.sessions[first:stop].astype("datetime64[D]").astype(str).tolist()
    best, worst = extremes(study, EXTREMES_HORIZON)
    return {
        "criteria": study.criteria.canonical,
        "entry": study.entry,
        "from": days[0] if days else None,
        "to": days[-1] if days else None,
        "newest_session": _day(study.panel.bars.last_session),
        "symbols": len(study.panel.symbols),
        "sessions": len(days),
        "sessions_with_rows": study.sessions_with_rows,
        "entries": len(study),
        "dates": study.dates,
        "share_of_sessions": study.dates / study.sessions_with_rows if study.sessions_with_rows else None,
        "horizons": {str(horizon): _horizon(study, horizon) for horizon in HORIZONS},
        "ic": _coefficients(study),
        "by_year": _groups(by_year(study)),
        "by_sector": _groups(by_sector(study)),
        "by_regime": _groups(by_regime(study)),
        "per_month": by_month(study),
        "decay": [
            {"offset": point.offset, "mean_excess": point.mean, "n": point.n, "n_dates": point.n_dates}
            for point in decay_curve(study)
        ],
        "best": [_entry(entry) for entry in best],
        "worst": [_entry(entry) for entry in worst],
        "winsorised_above": MOST_RETURN,
        "cost_bps": study.cost_bps,
        "notes": [*notes, *study_notes(study)],
        "data_notes": [*data_notes],
    }


def entries_table(study: Study) -> pa.Table:
    """Return one row an entry: symbol, session, and forward_return_h and excess_h of each horizon; null is unknown."""
    columns: dict[str, Any] = {
        "symbol": pa.array(study.symbols, pa.string()),
        "session": pa.array(study.sessions.astype("datetime64[D]"), pa.date32()),
    }
    for horizon in HORIZONS:
        columns[f"forward_return_{horizon}"] = pa.array(study.forward(horizon), from_pandas=True)
        columns[f"excess_{horizon}"] = pa.array(study.excess(horizon), from_pandas=True)
    return pa.table(columns)


def _horizon(study: Study, horizon: int) -> dict[str, Any]:
    result, by_date = study.horizons[horizon], date_hit(study, horizon)
    trading = result.trading
    return {
        "mean_excess": result.mean_excess,
        "low": result.low,
        "high": result.high,
        "standard_error": result.standard_error,
        "effective_sessions": result.effective_sessions,
        "hit_rate": result.hit_rate,
        "median": result.median,
        "n": result.n,
        "n_dates": result.n_dates,
        "date_hit_rate": by_date.mean,
        "date_hit_low": by_date.low,
        "date_hit_high": by_date.high,
        "quantiles": {f"{share:g}": value for share, value in zip(SPREAD, result.spread, strict=False)},
        "mean_forward_return": result.mean_forward,
        "winsorised": result.limited,
        "universe_winsorised": result.universe_limited,
        "round_trip_cost_bps": trading.cost_bps,
        "net_mean_excess": trading.net_mean_excess,
        "break_even_bps": trading.break_even_bps,
        "turnover_per_year": trading.turnover_per_year,
        "cost_per_year_bps": trading.cost_per_year_bps,
        "mean_open": trading.mean_open,
        "overlap": trading.overlap,
    }


def _coefficients(study: Study) -> dict[str, Any] | None:
    """Return the rank IC of ``rank by``, None without one."""
    if study.order is None:
        return None
    return {
        str(horizon): {"mean": test.mean, "low": test.low, "high": test.high, "n_dates": test.n}
        for horizon, test in mean_ics(study).items()
    }


def _groups(groups: Iterable[Group]) -> dict[str, Any]:
    return {group.name: _group(group) for group in groups}


def _group(group: Group) -> dict[str, Any]:
    horizons = {str(horizon): asdict(found) for horizon, found in group.horizons.items()}
    return {"entries": group.entries, "dates": group.dates, "horizons": horizons}


def _entry(entry: Entry) -> dict[str, Any]:
    numbers: dict[str, Any] = {"symbol": entry.symbol, "session": entry.session.isoformat()}
    for horizon in HORIZONS:
        numbers[f"forward_return_{horizon}"] = entry.forward[horizon]
        numbers[f"excess_{horizon}"] = entry.excess[horizon]
    return numbers


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
