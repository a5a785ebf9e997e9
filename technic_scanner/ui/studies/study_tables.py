"""Make the tables of a study from its document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from technic_scanner.studies.extremes import Entry

Document = dict[str, Any]
_SHOWN_AS_ZERO = 0.005
_SHARES = ("Mean excess", "95% from", "95% to", "After costs", "Median", "Hit rate", "Return", "Excess", "Overlap")


def horizons_frame(document: Document) -> pd.DataFrame:
    """Return one row a horizon."""
    rows = [
        {
            "Sessions": int(horizon),
            "Entries": found["n"],
            "Dates": found["n_dates"],
            "Mean excess": found["mean_excess"],
            "95% from": found["low"],
            "95% to": found["high"],
            "After costs": found["net_mean_excess"],
            "Median": found["median"],
            "Hit rate": found["hit_rate"],
            "Break-even, bps": found["break_even_bps"],
            "Turnover a year": found["turnover_per_year"],
            "Cost a year, bps": found["cost_per_year_bps"],
            "Overlap": found["overlap"],
        }
        for horizon, found in document["horizons"].items()
    ]
    return pd.DataFrame(rows)


def groups_frame(document: Document, name: str, horizon: int) -> pd.DataFrame:
    """Return one row a group of ``by_year``, ``by_sector`` or ``by_regime``."""
    rows = []
    for group, about in document[name].items():
        found = about["horizons"][str(horizon)]
        rows.append(
            {
                "Group": group,
                "Entries": found["n"],
                "Dates": found["n_dates"],
                "Mean excess": found["mean_excess"],
                "95% from": found["low"],
                "95% to": found["high"],
                "Median": found["median"],
                "Hit rate": found["hit_rate"],
            }
        )
    return pd.DataFrame(rows)


def entries_frame(entries: Sequence[Entry], horizon: int) -> pd.DataFrame:
    """Return one row an entry, with what followed after ``horizon`` sessions."""
    return pd.DataFrame(
        {
            "Symbol": [entry.symbol for entry in entries],
            "Session": [entry.session.isoformat() for entry in entries],
            "Return": pd.Series([entry.forward[horizon] for entry in entries], dtype=float),
            "Excess": pd.Series([entry.excess[horizon] for entry in entries], dtype=float),
        }
    )


def in_percent(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its shares in per cent, as ``formats`` shows them, and zero without a sign."""
    shares = [name for name in frame.columns if name in _SHARES]
    return frame.assign(**{name: _per_cent(frame[name]) for name in shares})


def _per_cent(values: pd.Series[Any]) -> pd.Series[Any]:
    found = 100.0 * values.astype(float)
    return found.mask(found.abs() < _SHOWN_AS_ZERO, 0.0)


def formats(frame: pd.DataFrame) -> dict[str, Any]:
    """Return how the columns of these tables are shown."""
    shares = {name: st.column_config.NumberColumn(format="%.2f%%") for name in frame.columns if name in _SHARES}
    counts = {
        name: st.column_config.NumberColumn(format="localized")
        for name in ("Entries", "Dates")
        if name in frame.columns
    }
    rest = {
        "Break-even, bps": st.column_config.NumberColumn(format="%.1f"),
        "Turnover a year": st.column_config.NumberColumn(format="%.1f"),
        "Cost a year, bps": st.column_config.NumberColumn(format="%.0f"),
    }
    return {**shares, **counts, **{name: form for name, form in rest.items() if name in frame.columns}}
