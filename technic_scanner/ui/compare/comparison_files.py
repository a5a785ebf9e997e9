"""Files of a comparison: what differs in config and options, and the seconds of stages, in full precision."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import pyarrow as pa
import streamlit as st

from technic_scanner.runs.exports.export import to_csv
from technic_scanner.runs.timings.compare import Comparison
from technic_scanner.ui.style.wording import short_id


def draw_differences(comparison: Comparison) -> None:
    """Draw the download of the config fields that differ."""
    _button("Differences as CSV", "config", comparison, differences_table)


def draw_stages(comparison: Comparison) -> None:
    """Draw the download of the seconds of stages."""
    _button("Stage seconds as CSV", "stages", comparison, stages_table)


def differences_table(comparison: Comparison) -> pd.DataFrame:
    """Return a row per field that differs, with a column per run, named by its id; lists are complete."""
    rows = [(item.field, *map(_cell, item.values)) for item in comparison.differences]
    return pd.DataFrame(rows, columns=["Field", *comparison.run_ids])


def stages_table(comparison: Comparison) -> pd.DataFrame:
    """Return a row per stage: seconds of each run, differences to the first run in seconds and as a share of 1."""
    baseline, *others = comparison.run_ids
    rows = []
    for item in comparison.stages:
        row: dict[str, Any] = {"Stage": item.stage, f"{baseline} seconds": item.seconds[0]}
        for place, run_id in enumerate(others, start=1):
            row[f"{run_id} seconds"] = item.seconds[place]
            row[f"{run_id} delta seconds"] = item.delta_seconds[place]
            row[f"{run_id} delta share"] = item.delta_fraction[place]
        rows.append(row)
    return pd.DataFrame(rows)


def csv_of(frame: pd.DataFrame) -> bytes:
    """Return a frame as CSV in the form of all exports."""
    return to_csv(pa.Table.from_pandas(frame, preserve_index=False))


def _button(label: str, what: str, comparison: Comparison, table: Callable[[Comparison], pd.DataFrame]) -> None:
    st.download_button(
        label,
        data=partial(_made, table, comparison),
        file_name=f"technic-{what}-{'-'.join(map(short_id, comparison.run_ids))}.csv",
        mime="text/csv",
        on_click="ignore",
        key=f"compare_{what}_csv",
    )


def _made(table: Callable[[Comparison], pd.DataFrame], comparison: Comparison) -> bytes:
    return csv_of(table(comparison))


def _cell(value: Any) -> str | None:
    """Return a value of a config as text; nothing as None."""
    if value is None or (isinstance(value, Sequence | Mapping) and not value):
        return None
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {item}" for name, item in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
