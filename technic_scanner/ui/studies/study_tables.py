"""Make the tables of a study from its document."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

Document = dict[str, Any]
_SHARES = ("Mean excess", "95 % from", "95 % to", "After costs", "Median", "Hit rate", "Return", "Excess", "Overlap")


def horizons_frame(document: Document) -> pd.DataFrame:
    """Return one row a horizon."""
    rows = [
        {
            "Sessions": int(horizon),
            "Entries": found["n"],
            "Dates": found["n_dates"],
            "Mean excess": found["mean_excess"],
            "95 % from": found["low"],
            "95 % to": found["high"],
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
                "95 % from": found["low"],
                "95 % to": found["high"],
                "Median": found["median"],
                "Hit rate": found["hit_rate"],
            }
        )
    return pd.DataFrame(rows)


def entries_frame(entries: list[dict[str, Any]], horizon: int) -> pd.DataFrame:
    """Return one row an entry, with what followed after ``horizon`` sessions."""
    return pd.DataFrame(
        {
            "Symbol": [entry["symbol"] for entry in entries],
            "Session": [entry["session"] for entry in entries],
            "Return": pd.Series([entry[f"forward_return_{horizon}"] for entry in entries], dtype=float),
            "Excess": pd.Series([entry[f"excess_{horizon}"] for entry in entries], dtype=float),
        }
    )


def formats(frame: pd.DataFrame) -> dict[str, Any]:
    """Return how the columns of these tables are shown."""
    shares = {name: st.column_config.NumberColumn(format="percent") for name in frame.columns if name in _SHARES}
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
